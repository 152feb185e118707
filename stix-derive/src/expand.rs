//! The impls that a declaration turns into.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Result};

use crate::{
    args::{Declaration, Property},
    builder,
};

/// Everything for a struct inside objects.
pub(crate) fn structure(declaration: &Declaration) -> Result<TokenStream> {
    let ident = &declaration.ident;
    let name = declaration.need(&declaration.name, "name")?.value();
    let (impl_generics, type_generics, bounds) = declaration.generics.split_for_impl();
    let declared = declared(declaration, &name)?;
    let setters = builder::setters(declaration);
    let builder_trait = builder::builder_trait(declaration);
    let constructor = builder::struct_constructor(declaration);
    let custom = &declaration.custom;
    let (kind, extension_set) = match declaration.extensions {
        None => (quote!(Struct), None),
        Some(contributing) => (
            quote!(Extensions),
            Some(quote! {
                impl ::stix_core::schema::ExtensionSet for #ident {
                    const ID_CONTRIBUTING: bool = #contributing;

                    fn custom_mut(&mut self) -> &mut ::stix_core::Custom {
                        &mut self.#custom
                    }
                }
            }),
        ),
    };
    let extension = extension(declaration)?;
    let serde = serde(declaration, &quote!(print_struct), &quote!(parse_struct));
    Ok(quote! {
        #declared
        #extension
        #setters
        #builder_trait
        #constructor
        #extension_set
        #serde

        impl #impl_generics ::stix_core::schema::Property for #ident #type_generics #bounds {
            const KIND: &'static ::stix_core::schema::Kind =
                &::stix_core::schema::Kind::#kind(<Self as ::stix_core::schema::Declared>::DEF);
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
    let setters = builder::setters(declaration);
    let constructors = builder::object_constructors(declaration, common);
    let serde = serde(declaration, &quote!(print_object), &quote!(parse_object));
    let (definition, of_own_type) = own_type(declaration, class);
    Ok(quote! {
        #declared
        #of_own_type
        #setters
        #constructors
        #serde

        const _: () = ::stix_core::schema::assert_object_type(#object_type);

        impl ::stix_core::schema::StixObject for #ident {
            const OBJECT: &'static ::stix_core::schema::ObjectDef = &::stix_core::schema::ObjectDef {
                class: ::stix_core::schema::Class::#class,
                common: <#common_type as ::stix_core::schema::Declared>::DEF,
                own: <Self as ::stix_core::schema::Declared>::DEF,
                extension: #definition,
            };
            type Common = #common_type;

            fn common(&self) -> &Self::Common {
                &self.#common_ident
            }

            fn common_mut(&mut self) -> &mut Self::Common {
                &mut self.#common_ident
            }
        }
    })
}

/// The extension definition of an object, and what only types that are none of the specification have.
fn own_type(declaration: &Declaration, class: &Ident) -> (TokenStream, Option<TokenStream>) {
    let ident = &declaration.ident;
    let into_object = quote! {
        impl ::std::convert::From<#ident> for ::stix_core::Object {
            fn from(object: #ident) -> Self {
                Self::custom(object)
            }
        }
    };
    match &declaration.extension {
        None => (quote!(::std::option::Option::None), declaration.is_custom.then_some(into_object)),
        Some(id) => (
            quote!(::std::option::Option::Some(#id)),
            Some(quote! {
                #into_object

                const _: () = {
                    ::stix_core::schema::assert_extension_id(#id);
                    ::stix_core::schema::assert_extensible(::stix_core::schema::Class::#class);
                };
            }),
        ),
    }
}

/// The table of a struct that is an extension of objects of other types.
fn extension(declaration: &Declaration) -> Result<Option<TokenStream>> {
    let Some(id) = &declaration.extension else { return Ok(None) };
    if declaration.extensions.is_some() || !declaration.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(id, "only a plain struct can be an extension"));
    }
    let ident = &declaration.ident;
    let kind = if declaration.toplevel { quote!(ToplevelProperty) } else { quote!(Property) };
    Ok(Some(quote! {
        const _: () = ::stix_core::schema::assert_extension_id(#id);

        impl ::stix_core::schema::Extension for #ident {
            const EXTENSION: &'static ::stix_core::schema::ExtensionDef = &::stix_core::schema::ExtensionDef {
                id: #id,
                kind: ::stix_core::schema::ExtensionKind::#kind,
                own: <Self as ::stix_core::schema::Declared>::DEF,
            };
        }
    }))
}

fn serde(declaration: &Declaration, print: &TokenStream, parse: &TokenStream) -> TokenStream {
    let ident = &declaration.ident;
    let (impl_generics, type_generics, bounds) = declaration.generics.split_for_impl();
    let mut with_lifetime = declaration.generics.clone();
    with_lifetime.params.insert(0, syn::parse_quote!('de));
    let (de_generics, _, _) = with_lifetime.split_for_impl();
    quote! {
        impl #impl_generics ::stix_core::schema::serde::Serialize for #ident #type_generics #bounds {
            fn serialize<S: ::stix_core::schema::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                ::stix_core::schema::#print(self, serializer)
            }
        }

        impl #de_generics ::stix_core::schema::serde::Deserialize<'de> for #ident #type_generics #bounds {
            fn deserialize<D: ::stix_core::schema::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                ::stix_core::schema::#parse(deserializer)
            }
        }
    }
}

/// The impl of `Declared`, and the slots that parsing fills.
fn declared(declaration: &Declaration, name: &str) -> Result<TokenStream> {
    let ident = &declaration.ident;
    let (impl_generics, type_generics, bounds) = declaration.generics.split_for_impl();
    let slots_ident = format_ident!("{ident}Slots");
    let slots = slots(declaration, &slots_ident);
    let def = def(declaration, name);
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

        impl #impl_generics ::stix_core::schema::Declared for #ident #type_generics #bounds {
            const DEF: &'static ::stix_core::schema::StructDef = &#def;
            type Slots = #slots_ident #type_generics;
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
    let (impl_generics, type_generics, bounds) = declaration.generics.split_for_impl();
    let (idents, values): (Vec<_>, Vec<_>) =
        declaration.properties.iter().map(|Property { ident, value, .. }| (ident, value)).unzip();
    let (common, no_common) = match &declaration.common {
        Some(common) => {
            let ty = &common.ty;
            (
                quote!(common: <#ty as ::stix_core::schema::Declared>::Slots,),
                quote!(common: ::std::default::Default::default(),),
            )
        }
        None => (TokenStream::new(), TokenStream::new()),
    };
    quote! {
        #[doc(hidden)]
        pub struct #slots_ident #impl_generics #bounds { #common #(#idents: ::std::option::Option<#values>),* }

        impl #impl_generics ::std::default::Default for #slots_ident #type_generics #bounds {
            fn default() -> Self {
                Self { #no_common #(#idents: ::std::option::Option::None),* }
            }
        }
    }
}

fn def(declaration: &Declaration, name: &str) -> TokenStream {
    let section = declaration.section.as_ref().map(syn::LitStr::value).unwrap_or_default();
    let Declaration { doc, constraints, reserved, .. } = declaration;
    let properties = declaration.properties.iter().map(property_def);
    let check = match &declaration.check {
        Some(path) => quote!(::std::option::Option::Some(#path)),
        None => quote!(::std::option::Option::None),
    };
    quote! {
        ::stix_core::schema::StructDef {
            name: #name,
            section: #section,
            doc: #doc,
            properties: &[#(#properties),*],
            constraints: &[#(#constraints),*],
            reserved: &[#(#reserved),*],
            find: <Self as ::stix_core::schema::Declared>::find,
            check: #check,
        }
    }
}

fn property_def(property: &Property) -> TokenStream {
    let Property {
        doc, value, required, after_own, milliseconds, whole_seconds, deprecated, targets, ..
    } = property;
    let name = property.name();
    let id_contributing = property.id_contributing.clone().unwrap_or_else(|| quote!(false));
    let vocabulary = match &property.vocabulary {
        Some(vocabulary) => quote!(::std::option::Option::Some(&#vocabulary)),
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
            whole_seconds: #whole_seconds,
            deprecated: #deprecated,
            id_contributing: #id_contributing,
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
        #[allow(clippy::match_single_binding, unused_variables)]
        fn fill<'de, A: ::stix_core::schema::serde::de::MapAccess<'de>>(
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
    let state = declaration.state.iter().map(|ident| quote!(#ident: ::std::default::Default::default()));
    let rest = match (&declaration.custom, &declaration.common) {
        (Some(field), _) => quote!(#field: custom),
        (None, Some(common)) => {
            let ident = &common.ident;
            quote!(#ident: ::stix_core::schema::Declared::build(slots.common, custom)?)
        }
        (None, None) => return Err(syn::Error::new_spanned(&declaration.ident, "`custom` is missing")),
    };
    Ok(quote! {
        #[allow(unused_variables)]
        fn build<E: ::stix_core::schema::serde::de::Error>(
            slots: Self::Slots,
            custom: ::stix_core::Custom,
        ) -> ::std::result::Result<Self, E> {
            ::std::result::Result::Ok(Self { #rest, #(#state,)* #(#fields),* })
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
        #[allow(unused_variables)]
        fn print<M: ::stix_core::schema::serde::ser::SerializeMap>(
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
