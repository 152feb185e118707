//! Derive macros that turn the declaration of a STIX object into its table and its serde impls.
//!
//! The macros hold no rule of the specification: they copy what is declared into a
//! `stix_core::schema::StructDef` and generate thin impls that ordinary code drives.
//!
//! # On the struct: `#[stix(...)]`
//! - `type = "indicator"`, `class = Sdo`: only for objects.
//! - `name = "external-reference"`: only for the structs inside objects.
//! - `section = "4.7"`: where the specification defines it, if it does.
//! - `extension = "extension-definition--..."`: the definition that defines a type of object, or, on
//!   a struct, the extension of other types that the struct is; with `toplevel`, one whose
//!   properties stand beside those of the object.
//! - `custom`: a type of object that neither the specification nor an extension defines.
//! - `new(a, b)`: what the constructors ask for, instead of the required properties without a
//!   default; `no_new`: only the constructor that takes the common properties.
//! - `builder = SdoBuilder`: only for common properties: the trait with their setters.
//! - `extensions`, `extensions(id_contributing)`: the struct is a set of extensions.
//! - `reserved("action")`: names that no property may have.
//!
//! Relations between properties, any number of them:
//! - `at_least_one(a, b)`, `exactly_one(a, b)`, `requires(a, b)`.
//! - `not_before(late, early)`, `after(late, early)`: times.
//! - `required_when(a, b = true)`, `forbidden_when(a, b = true)`: a boolean decides.
//! - `any_own`, `any_own(a)`: at least one own property, or one of these.
//! - `any_besides(a)`: at least one own property besides these.
//! - `check = function`: checks what the other arguments cannot say.
//! - `only_with_term(a, list = "term")`: the property needs a term in a list.
//!
//! # On a field: `#[stix(...)]`
//! - `common`: holds the properties that all objects of the class have.
//! - `custom`: holds the undeclared properties.
//! - `state`: no property at all.
//! - `after_own`: in a common struct, this property and those below it are written after the
//!   object's own.
//! - `name = "archive-ext"`: the name in JSON, where it is not that of the field.
//! - `refs("identity", Sdo)`: the types that an identifier may point to.
//! - `vocabulary(INDICATOR_TYPE_OV)`: the open vocabulary or enumeration of its values, of
//!   `stix_core::vocab`, or by a path of two segments or more, such as `self::COLOUR_OV`.
//! - `id_contributing`: counts for the deterministic identifier.
//! - `milliseconds`, `whole_seconds`: how finely a timestamp must and may be written.
//! - `deprecated`: should no longer be used.
//! - `default = expression`: the value that constructors give it.

mod args;
mod builder;
mod expand;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Declares a STIX object: a struct with a field marked `common` and a `type`.
///
/// It gets a table, serde impls, `new`, `new_in`, `from_common`, `validated`, and a `with_...` for each
/// property that `new` does not ask for.
///
/// ```
/// use stix_core::{Object, ScoCommon, StixObject};
///
/// /// A chip that was seen.
/// #[derive(Clone, Debug, PartialEq, StixObject)]
/// #[stix(
///     type = "x-acme-chip",
///     class = Sco,
///     extension = "extension-definition--0d0ec6cb-5b5b-4ee0-b1a4-a9a0ddc34e62",
///     requires(batch, serial)
/// )]
/// struct Chip {
///     #[stix(common)]
///     common: ScoCommon,
///     /// What is printed on it.
///     #[stix(id_contributing)]
///     serial: Option<String>,
///     /// When it was made.
///     batch: Option<i64>,
/// }
///
/// let chip = Chip::new().with_serial("c-1").with_batch(7);
/// assert_eq!(chip.common.id, Chip::new().with_serial("c-1").common.id, "it is made of the content");
/// assert!(Chip::new().with_batch(7).validated().is_err(), "a batch needs a serial");
/// assert_eq!(Chip::OBJECT.properties().filter(|property| !property.required).count(), 7);
/// assert_eq!(Object::from(chip).object_type(), "x-acme-chip");
/// ```
#[proc_macro_derive(StixObject, attributes(stix))]
pub fn stix_object(input: TokenStream) -> TokenStream {
    run(&parse_macro_input!(input), expand::object)
}

/// Declares a struct inside objects, an extension, or the common properties of a class of objects.
///
/// ```
/// use stix_core::{Custom, StixStruct, schema::Declared};
///
/// /// A setting of a sensor.
/// #[derive(Clone, Debug, PartialEq, StixStruct)]
/// #[stix(name = "acme-setting")]
/// struct Setting {
///     key: String,
///     value: Option<i64>,
///     #[stix(custom)]
///     custom: Custom,
/// }
///
/// let setting = Setting::new("gain").with_value(3);
/// assert_eq!(serde_json::to_string(&setting)?, r#"{"key":"gain","value":3}"#);
/// assert!(Setting::DEF.property("key").is_some_and(|property| property.required));
/// # Ok::<(), serde_json::Error>(())
/// ```
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
