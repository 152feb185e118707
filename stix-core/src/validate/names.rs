//! Names of properties, and what they promise of the value (STIX 2.1 sections 2.3, 3.1 and 3.8).

use super::check::Check;
use super::rule::Rule;
use super::tree::Members;
use crate::schema::Kind;

/// The longest name of a property, key or hash algorithm.
pub(super) const MAX_NAME: usize = 250;

/// The names of properties that the specification keeps for its future.
const RESERVED: &[&str] = &["severity", "username", "phone_number", "action"];

/// The name of a type of object that is kept for the future.
const RESERVED_TYPE: &str = "action";

/// Checks the name of a property that no table declares.
pub(super) fn property<'c>(
    name: &'c str,
    reserved: &[&str],
    siblings: &'c Members<'c>,
    check: &mut Check<'c>,
) {
    if may_name_property(name, reserved, check)
        && let Some(base) = name.strip_suffix("_enc")
        && !siblings.has(base)
    {
        let message =
            format_args!("`{name}` tells the encoding of the property `{base}`, which is not there");
        check.problem(Rule::PropertyRelation, message);
    }
}

/// Whether a text may name a property, and if not, a problem.
pub(super) fn may_name_property(name: &str, reserved: &[&str], check: &mut Check<'_>) -> bool {
    if RESERVED.contains(&name) || reserved.contains(&name) {
        let message = format_args!("`{name}` is reserved for the future of STIX");
        check.problem_with_help(Rule::ReservedName, message, format_args!("write `x_{name}` or the like"));
        return false;
    }
    if !is_property(name) {
        let message = format_args!("`{name}` cannot name a property");
        let help = "use 3 to 250 of a-z, 0-9 and underscores, starting with a letter";
        check.problem_with_help(Rule::PropertyName, message, help);
        return false;
    }
    true
}

/// Whether anybody may define a property of this name.
pub(super) fn may_be_custom(name: &str) -> bool {
    is_property(name) && !RESERVED.contains(&name)
}

/// Whether a text may name a property; `id` is the one name of two letters.
fn is_property(name: &str) -> bool {
    let bytes = name.as_bytes();
    let letters = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    name == "id"
        || (3..=MAX_NAME).contains(&bytes.len())
            && bytes.first().is_some_and(u8::is_ascii_lowercase)
            && bytes.iter().all(letters)
}

/// Checks the name of a property that is translated; that it can be a key at all is asked elsewhere.
pub(super) fn translated(name: &str, check: &mut Check<'_>) {
    if !is_property(name) && name.bytes().all(is_key) {
        let message = format_args!("`{name}` cannot name a property of the translated object");
        let help = "write the name of the property, and what is inside it below, as in the object";
        check.problem_with_help(Rule::LanguageContent, message, help);
    }
}

/// Checks the name of a type of object.
pub(super) fn object_type<'c>(name: &str, check: &mut Check<'c>) {
    if name == RESERVED_TYPE {
        let message = format_args!("the type `{name}` is reserved for the future of STIX");
        check.member("type", |check| check.problem(Rule::ReservedName, message));
    }
}

/// The kind of value that the name of a property promises by its ending.
pub(super) fn promised(name: &str) -> &'static Kind {
    match name.rsplit_once('_') {
        Some((_, "ref")) => &Kind::Identifier,
        Some((_, "refs")) => &Kind::List(&Kind::Identifier),
        Some((_, "hex")) => &Kind::Hex,
        Some((_, "bin")) => &Kind::Binary,
        _ => &Kind::Any,
    }
}

/// Checks the key of a dictionary. Unless the keys follow another standard, they should be in lower case.
pub(super) fn key(key: &str, cased: bool, check: &mut Check<'_>) {
    if key.is_empty() || key.len() > MAX_NAME || !key.bytes().all(is_key) {
        let message = format_args!("`{key}` cannot be a key of a dictionary");
        let help = "use 1 to 250 of a-z, A-Z, 0-9, hyphens and underscores";
        check.problem_with_help(Rule::DictionaryKey, message, help);
    } else if !cased && key.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let message = format_args!("the key `{key}` is not in lower case");
        let help = format_args!("write `{}`", key.to_ascii_lowercase()).to_string();
        check.problem_with_help(Rule::DictionaryKeyCase, message, help);
    }
}

/// Whether a key of a dictionary or the name of a hash algorithm may hold the byte.
pub(super) fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether the keys of a dictionary follow another standard, which has upper case in them.
pub(super) fn cased(property: &str) -> bool {
    matches!(
        property,
        "request_header"
            | "additional_header_fields"
            | "exif_tags"
            | "document_info_dict"
            | "options"
            | "ipfix"
            | "environment_variables"
            | "startup_info"
            | "contents"
            | "extensions"
    )
}

/// Whether a text is in lower case, with hyphens between words.
pub(crate) fn is_hyphenated(text: &str) -> bool {
    !text.contains([' ', '_']) && !text.contains(char::is_uppercase)
}

/// The text in lower case, with hyphens between words.
pub(crate) fn hyphenated(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '_'], "-")
}
