//! The impls that a declaration turns into.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Result, Type};

use crate::args::{Declaration, Property};

/// Everything for a struct inside objects.
pub(crate) fn structure(declaration: &Declaration) -> Result<TokenStream> {
    let ident = &declaration.ident;
    let name = declaration.need(&declaration.name, "name")?.value();
    let declared = declared(declaration, &name)?;
    let setters = setters(declaration);
    Ok(quote! {
        #declared
        #setters

        impl ::stix_core::schema::Property for #ident {
            const KIND: &'static ::stix_core::schema::Kind =
                &::stix_core::schema::Kind::Struct(<Self as ::stix_core::schema::Declared>::DEF);
        }

        impl ::serde::Serialize for #ident {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                ::stix_core::schema::print_struct(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                ::stix_core::schema::parse_struct(deserializer)
            }
        }
    })
}

/// Everything for an object.
pub(crate) fn object(declaration: &Declaration) -> Result<TokenStream> {
    let ident = &declaration.ident;
    let object_type = declaration.need(&declaration.object_type, "type")?;
    let class = declaration.need(&declaration.class, "class")?;
    let common = declaration.need(&declaration.common, "common")?;
    let (common_ident, common_type) = (&common.ident, &common.ty);
    let declared = declared(declaration, &object_type.value())?;
    let setters = setters(declaration);
    let constructor = constructor(declaration, common_ident.as_ref(), common_type);
    Ok(quote! {
        #declared
        #setters
        #constructor

        impl ::stix_core::schema::StixObject for #ident {
            const OBJECT: &'static ::stix_core::schema::ObjectDef = &::stix_core::schema::ObjectDef {
                class: ::stix_core::schema::Class::#class,
                common: <#common_type as ::stix_core::schema::Declared>::DEF,
                own: <Self as ::stix_core::schema::Declared>::DEF,
            };
            type Common = #common_type;

            fn common(&self) -> &Self::Common {
                &self.#common_ident
            }
        }

        impl ::serde::Serialize for #ident {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                ::stix_core::schema::print_object(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                ::stix_core::schema::parse_object(deserializer)
            }
        }
    })
}

/// The impl of `Declared`, and the slots that parsing fills.
fn declared(declaration: &Declaration, name: &str) -> Result<TokenStream> {
    let ident = &declaration.ident;
    let slots_ident = format_ident!("{ident}Slots");
    let slots = slots(declaration, &slots_ident);
    let def = def(declaration, name)?;
    let find = find(declaration);
    let fill = fill(declaration);
    let build = build(declaration)?;
    let print = print(declaration);
    let custom = match (&declaration.custom, &declaration.common) {
        (Some(field), _) => quote!(&self.#field),
        (None, Some(common)) => {
            let common = &common.ident;
            quote!(::stix_core::schema::Declared::custom(&self.#common))
        }
        (None, None) => return Err(syn::Error::new_spanned(ident, "a field marked `custom` is missing")),
    };
    Ok(quote! {
        #slots

        impl ::stix_core::schema::Declared for #ident {
            const DEF: &'static ::stix_core::schema::StructDef = &#def;
            type Slots = #slots_ident;
            #find
            #fill
            #build
            #print

            fn custom(&self) -> &::stix_core::Custom {
                #custom
            }
        }
    })
}

fn slots(declaration: &Declaration, slots_ident: &Ident) -> TokenStream {
    let fields = declaration
        .properties
        .iter()
        .map(|Property { ident, value, .. }| quote!(#ident: ::std::option::Option<#value>));
    let common = declaration.common.as_ref().map(|common| {
        let ty = &common.ty;
        quote!(common: <#ty as ::stix_core::schema::Declared>::Slots,)
    });
    quote! {
        #[doc(hidden)]
        #[derive(Default)]
        pub struct #slots_ident { #common #(#fields),* }
    }
}

fn def(declaration: &Declaration, name: &str) -> Result<TokenStream> {
    let section = declaration.need(&declaration.section, "section")?;
    let doc = &declaration.doc;
    let constraints = &declaration.constraints;
    let properties = declaration.properties.iter().map(property_def);
    Ok(quote! {
        ::stix_core::schema::StructDef {
            name: #name,
            section: #section,
            doc: #doc,
            properties: &[#(#properties),*],
            constraints: &[#(#constraints),*],
        }
    })
}

fn property_def(property: &Property) -> TokenStream {
    let Property { doc, value, required, after_own, milliseconds, targets, .. } = property;
    let name = property.name();
    let vocabulary = match &property.vocabulary {
        Some(vocabulary) => quote!(::std::option::Option::Some(&::stix_core::vocab::#vocabulary)),
        None => quote!(::std::option::Option::None),
    };
    quote! {
        ::stix_core::schema::PropertyDef {
            name: #name,
            doc: #doc,
            kind: <#value as ::stix_core::schema::Property>::KIND,
            required: #required,
            after_own: #after_own,
            milliseconds: #milliseconds,
            targets: &[#(#targets),*],
            vocabulary: #vocabulary,
        }
    }
}

fn find(declaration: &Declaration) -> TokenStream {
    let names = declaration.properties.iter().map(Property::name);
    let indexes = 0..declaration.properties.len();
    let count = declaration.properties.len();
    let otherwise = match &declaration.common {
        Some(common) => {
            let ty = &common.ty;
            quote!(<#ty as ::stix_core::schema::Declared>::find(name).map(|index| index + #count))
        }
        None => quote!(::std::option::Option::None),
    };
    quote! {
        fn find(name: &str) -> ::std::option::Option<usize> {
            match name {
                #(#names => ::std::option::Option::Some(#indexes),)*
                _ => #otherwise,
            }
        }
    }
}

fn fill(declaration: &Declaration) -> TokenStream {
    let count = declaration.properties.len();
    let arms = declaration.properties.iter().enumerate().map(|(index, property)| {
        let (ident, name) = (&property.ident, property.name());
        quote!(#index => ::stix_core::schema::fill_slot(&mut slots.#ident, #name, map),)
    });
    let otherwise = match &declaration.common {
        Some(common) => {
            let ty = &common.ty;
            quote!(<#ty as ::stix_core::schema::Declared>::fill(&mut slots.common, index - #count, map))
        }
        // No index is past the last property: `find` gives none.
        None => quote!({
            let _ = #count;
            ::std::result::Result::Ok(())
        }),
    };
    quote! {
        fn fill<'de, A: ::serde::de::MapAccess<'de>>(
            slots: &mut Self::Slots,
            index: usize,
            map: &mut A,
        ) -> ::std::result::Result<(), A::Error> {
            match index {
                #(#arms)*
                _ => #otherwise,
            }
        }
    }
}

fn build(declaration: &Declaration) -> Result<TokenStream> {
    let fields = declaration.properties.iter().map(|property| {
        let (ident, name) = (&property.ident, property.name());
        match property.required {
            true => quote!(#ident: ::stix_core::schema::required(slots.#ident, #name)?),
            false => quote!(#ident: slots.#ident),
        }
    });
    let rest = match (&declaration.custom, &declaration.common) {
        (Some(field), _) => quote!(#field: custom),
        (None, Some(common)) => {
            let ident = &common.ident;
            quote!(#ident: ::stix_core::schema::Declared::build(slots.common, custom)?)
        }
        (None, None) => return Err(syn::Error::new_spanned(&declaration.ident, "`custom` is missing")),
    };
    Ok(quote! {
        fn build<E: ::serde::de::Error>(
            slots: Self::Slots,
            custom: ::stix_core::Custom,
        ) -> ::std::result::Result<Self, E> {
            ::std::result::Result::Ok(Self { #rest, #(#fields),* })
        }
    })
}

fn print(declaration: &Declaration) -> TokenStream {
    let entries = |after_own: bool| {
        let selected = declaration.properties.iter().filter(move |property| property.after_own == after_own);
        selected.map(|property| {
            let (ident, name) = (&property.ident, property.name());
            match property.required {
                true => quote!(map.serialize_entry(#name, &self.#ident)?;),
                false => quote! {
                    if let ::std::option::Option::Some(value) = &self.#ident {
                        map.serialize_entry(#name, value)?;
                    }
                },
            }
        })
    };
    let (before, after) = (entries(false), entries(true));
    quote! {
        fn print<M: ::serde::ser::SerializeMap>(
            &self,
            part: ::stix_core::schema::Part,
            map: &mut M,
        ) -> ::std::result::Result<(), M::Error> {
            match part {
                ::stix_core::schema::Part::BeforeOwn => { #(#before)* }
                ::stix_core::schema::Part::AfterOwn => { #(#after)* }
            }
            ::std::result::Result::Ok(())
        }
    }
}

/// `with_x` for each optional property.
fn setters(declaration: &Declaration) -> TokenStream {
    let ident = &declaration.ident;
    let setters = declaration.properties.iter().filter(|property| !property.required).map(|property| {
        let (field, value) = (&property.ident, &property.value);
        let name = format_ident!("with_{field}");
        let doc = format!("Sets `{field}`.");
        quote! {
            #[doc = #doc]
            #[must_use]
            pub fn #name(mut self, #field: impl ::std::convert::Into<#value>) -> Self {
                self.#field = ::std::option::Option::Some(#field.into());
                self
            }
        }
    });
    quote!(impl #ident { #(#setters)* })
}

/// The object with its required properties and nothing else, from which `new` is made.
fn constructor(declaration: &Declaration, common_ident: Option<&Ident>, common_type: &Type) -> TokenStream {
    let ident = &declaration.ident;
    let required = declaration.properties.iter().filter(|property| property.required);
    let (names, types): (Vec<_>, Vec<_>) =
        required.map(|property| (&property.ident, &property.value)).unzip();
    let optional =
        declaration.properties.iter().filter(|property| !property.required).map(|property| &property.ident);
    quote! {
        impl #ident {
            #[allow(dead_code, clippy::too_many_arguments)]
            pub(crate) fn from_required(common: #common_type, #(#names: #types),*) -> Self {
                Self { #common_ident: common, #(#names,)* #(#optional: ::std::option::Option::None),* }
            }
        }
    }
}
