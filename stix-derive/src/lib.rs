//! Derive macros that turn the declaration of a STIX object into its table and its serde impls.
//!
//! The macros hold no rule of the specification: they copy what is declared into a
//! `stix_core::schema::StructDef` and generate thin impls that ordinary code drives.
//!
//! # On the struct: `#[stix(...)]`
//! - `type = "indicator"`, `class = Sdo`: only for objects.
//! - `name = "external-reference"`: only for the structs inside objects.
//! - `section = "4.7"`: where the specification defines it.
//! - `at_least_one(a, b)`, `exactly_one(a, b)`, `requires(a, b)`, `not_before(late, early)`,
//!   `after(late, early)`: relations between properties, any number of them.
//!
//! # On a field: `#[stix(...)]`
//! - `common`: holds the properties that all objects of the class have.
//! - `custom`: holds the undeclared properties.
//! - `after_own`: in a common struct, this property and those below it are written after the
//!   object's own.
//! - `refs("identity", Sdo)`: the types that an identifier may point to.
//! - `vocabulary(INDICATOR_TYPE)`: the open vocabulary or enumeration of its values.
//! - `milliseconds`: a timestamp that needs at least three digits of a second.

mod args;
mod expand;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Declares a STIX object: a struct with a field marked `common` and a `type`.
#[proc_macro_derive(StixObject, attributes(stix))]
pub fn stix_object(input: TokenStream) -> TokenStream {
    run(&parse_macro_input!(input), expand::object)
}

/// Declares a struct inside objects, or the common properties of a class of objects.
#[proc_macro_derive(StixStruct, attributes(stix))]
pub fn stix_struct(input: TokenStream) -> TokenStream {
    run(&parse_macro_input!(input), expand::structure)
}

fn run(
    input: &DeriveInput,
    expand: impl Fn(&args::Declaration) -> syn::Result<proc_macro2::TokenStream>,
) -> TokenStream {
    let tokens = args::Declaration::read(input).and_then(|declaration| expand(&declaration));
    tokens.unwrap_or_else(|error| error.to_compile_error()).into()
}
