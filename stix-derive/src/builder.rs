//! Constructors and setters.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Field, Ident, ext::IdentExt};

use crate::args::{Constructor, Declaration, Property, item_of};

/// `with_x` for each property that the constructor does not ask for.
pub(crate) fn setters(declaration: &Declaration) -> TokenStream {
    let ident = &declaration.ident;
    let (impl_generics, type_generics, bounds) = declaration.generics.split_for_impl();
    let is_object = declaration.common.is_some();
    let settable =
        declaration.properties.iter().filter(|property| !property.required || property.default.is_some());
    let setters = settable.map(|property| {
        let settle = (is_object && property.id_contributing.is_some())
            .then(|| quote!(::stix_core::schema::settle_id(&mut self);));
        setter(property, &quote!(pub), &quote!(self), settle)
    });
    quote!(impl #impl_generics #ident #type_generics #bounds { #(#setters)* })
}

/// The trait that gives every object with these common properties their setters.
pub(crate) fn builder_trait(declaration: &Declaration) -> Option<TokenStream> {
    let builder = declaration.builder.as_ref()?;
    let ident = &declaration.ident;
    let (impl_generics, type_generics, bounds) = declaration.generics.split_for_impl();
    let mut with_object = declaration.generics.clone();
    with_object.params.push(syn::parse_quote!(
        Object: ::stix_core::schema::StixObject<Common = #ident #type_generics>
    ));
    let (object_generics, _, _) = with_object.split_for_impl();
    let setters = declaration.properties.iter().map(|property| {
        let settle =
            property.id_contributing.is_some().then(|| quote!(::stix_core::schema::settle_id(&mut self);));
        let common = quote!(::stix_core::schema::StixObject::common_mut(&mut self));
        setter(property, &TokenStream::new(), &common, settle)
    });
    let doc = format!("Sets the {} of any object that has them.", declaration.name.as_ref()?.value());
    Some(quote! {
        #[doc = #doc]
        pub trait #builder #impl_generics: ::stix_core::schema::StixObject<Common = #ident #type_generics>
            #bounds
        {
            #(#setters)*
        }

        impl #object_generics #builder #type_generics for Object #bounds {}
    })
}

fn setter(
    property: &Property,
    visibility: &TokenStream,
    owner: &TokenStream,
    settle: Option<TokenStream>,
) -> TokenStream {
    let field = &property.ident;
    let name = format_ident!("with_{}", field.unraw());
    let doc = format!("Sets `{}`. {}", property.name(), property.doc);
    let (ty, value) = argument(property);
    let value = if property.required { value } else { quote!(::std::option::Option::Some(#value)) };
    quote! {
        #[doc = #doc]
        #[must_use]
        #visibility fn #name(mut self, #field: #ty) -> Self {
            #owner.#field = #value;
            #settle
            self
        }
    }
}

/// The type of the argument that sets a property, and its value: anything that becomes it.
fn argument(property: &Property) -> (TokenStream, TokenStream) {
    let Property { ident, value, .. } = property;
    match item_of(value) {
        Some(item) => (
            quote!(impl ::std::iter::IntoIterator<Item = impl ::std::convert::Into<#item>>),
            quote!(#ident.into_iter().map(::std::convert::Into::into).collect::<#value>()),
        ),
        None => {
            (quote!(impl ::std::convert::Into<#value>), quote!(::std::convert::Into::<#value>::into(#ident)))
        }
    }
}

/// `new` of a struct inside objects.
pub(crate) fn struct_constructor(declaration: &Declaration) -> Option<TokenStream> {
    if declaration.constructor == Constructor::FromCommon {
        return None;
    }
    let ident = &declaration.ident;
    let (impl_generics, type_generics, bounds) = declaration.generics.split_for_impl();
    let Arguments { names, types, bindings, fields } = Arguments::of(declaration);
    let custom =
        declaration.custom.as_ref().map(|custom| quote!(#custom: ::std::default::Default::default(),));
    let doc =
        format!("A value of {} with the properties that it must have.", declaration.name.as_ref()?.value());
    let default = names.is_empty().then(|| {
        quote! {
            impl #impl_generics ::std::default::Default for #ident #type_generics #bounds {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    Some(quote! {
        impl #impl_generics #ident #type_generics #bounds {
            #[doc = #doc]
            #[allow(clippy::too_many_arguments)]
            pub fn new(#(#names: #types),*) -> Self {
                #bindings
                Self { #custom #fields }
            }
        }
        #default
    })
}

/// `new`, `new_in` and `from_common` of an object, and `validated`.
pub(crate) fn object_constructors(declaration: &Declaration, common: &Field) -> TokenStream {
    let ident = &declaration.ident;
    let (common_ident, common_type) = (&common.ident, &common.ty);
    let named =
        declaration.extension.as_ref().map(|_| quote!(::stix_core::schema::name_definition(&mut object);));
    let Arguments { names, types, bindings, fields } = Arguments::of(declaration);
    // A property may be called `context` too.
    let context = Ident::new("context", Span::mixed_site());
    let new = (declaration.constructor != Constructor::FromCommon).then(|| {
        quote! {
            /// A new object with an identifier and times of the system's clock, where it has times.
            #[allow(clippy::too_many_arguments, clippy::new_without_default)]
            pub fn new(#(#names: #types),*) -> Self {
                Self::new_in(&::stix_core::Context::system(), #(#names),*)
            }

            /// A new object whose identifier and times come from a context.
            #[allow(clippy::too_many_arguments)]
            pub fn new_in(#context: &::stix_core::Context, #(#names: #types),*) -> Self {
                let object_type = <Self as ::stix_core::schema::StixObject>::TYPE;
                let common =
                    <#common_type as ::stix_core::schema::NewCommon>::new_common(#context, object_type);
                Self::from_common(common, #(#names),*)
            }
        }
    });
    quote! {
        impl #ident {
            #new

            /// An object with these common properties.
            #[allow(clippy::too_many_arguments)]
            pub fn from_common(common: #common_type, #(#names: #types),*) -> Self {
                #bindings
                let mut object = Self { #common_ident: common, #fields };
                #named
                ::stix_core::schema::settle_id(&mut object);
                object
            }

            /// Checks the object against the specification.
            ///
            /// # Errors
            /// Gives the report if it holds an error.
            pub fn validated(
                self,
            ) -> ::std::result::Result<
                ::stix_core::validate::Valid<Self>,
                ::stix_core::validate::Report,
            > {
                ::stix_core::validate::Valid::of(self)
            }
        }
    }
}

/// What a constructor asks for, and how it makes the fields of it.
struct Arguments<'a> {
    names: Vec<&'a Ident>,
    types: Vec<TokenStream>,
    bindings: TokenStream,
    fields: TokenStream,
}

impl<'a> Arguments<'a> {
    fn of(declaration: &'a Declaration) -> Self {
        let asked: Vec<&Property> = match &declaration.constructor {
            Constructor::Of(idents) => {
                let named =
                    |ident: &Ident| declaration.properties.iter().find(|property| property.ident == *ident);
                idents.iter().filter_map(named).collect()
            }
            _ => declaration.properties.iter().filter(|p| p.required && p.default.is_none()).collect(),
        };
        let is_asked = |property: &Property| asked.iter().any(|asked| asked.ident == property.ident);
        let (names, (types, values)): (Vec<_>, (Vec<_>, Vec<_>)) =
            asked.iter().map(|property| (&property.ident, argument(property))).unzip();
        let defaults = declaration.properties.iter().filter_map(|property| {
            let Property { ident, value, default, .. } = property;
            Some(quote!(let #ident: #value = #default;)).filter(|_| default.is_some() && !is_asked(property))
        });
        let fields = declaration.properties.iter().map(|property| {
            let ident = &property.ident;
            match property.required {
                true => quote!(#ident,),
                false if is_asked(property) => quote!(#ident: ::std::option::Option::Some(#ident),),
                false if property.default.is_some() => {
                    quote!(#ident: ::std::option::Option::Some(#ident),)
                }
                false => quote!(#ident: ::std::option::Option::None,),
            }
        });
        let state = declaration.state.iter().map(|ident| quote!(#ident: ::std::default::Default::default(),));
        Self {
            bindings: quote!(#(let #names = #values;)* #(#defaults)*),
            fields: quote!(#(#fields)* #(#state)*),
            names,
            types,
        }
    }
}
