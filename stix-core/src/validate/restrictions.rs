//! What a property allows of the values of its kind: targets of identifiers, and terms of vocabularies.

use super::check::Check;
use super::names;
use super::rule::Rule;
use super::tree::Json;
use crate::{
    Identifier,
    schema::{PropertyDef, Target, Vocabulary},
};

/// Checks what an identifier points to, and whether a term is in its vocabulary.
pub(super) fn restricted(property: &'static PropertyDef, value: &Json<'_>, check: &mut Check<'_>) {
    let Some(text) = value.as_str() else { return };
    if !property.targets.is_empty() {
        target(property.targets, text, check);
    }
    if let Some(vocabulary) = property.vocabulary {
        term(vocabulary, text, check);
    }
}

fn target(targets: &[Target], text: &str, check: &mut Check<'_>) {
    let Ok(id) = text.parse::<Identifier>() else { return };
    let object_type = id.object_type();
    let fits = |target: &Target| match target {
        Target::Type(name) => *name == object_type,
        // A type without a table may be of any class: an extension may define it.
        Target::Class(class) => check
            .def(object_type)
            .map_or(!matches!(object_type, "bundle" | "sighting" | "language-content"), |def| {
                def.class == *class
            }),
    };
    if !targets.iter().any(fits) {
        check.problem(Rule::ReferenceTarget, format_args!("`{id}` must not be referred to here"));
    }
}

/// What feeds write into `indicator_types` although it says what is looked for, not what that tells.
const IOC_TYPES: [&str; 14] = [
    "cve", "domain", "email", "filename", "hash", "hostname", "ip", "ipv4", "ipv6", "md5", "sha1", "sha256",
    "sha512", "url",
];

fn term(vocabulary: &Vocabulary, text: &str, check: &mut Check<'_>) {
    if !vocabulary.terms.contains(&text) {
        let rule = if vocabulary.open { Rule::OpenVocabulary } else { Rule::Enumeration };
        let help = match vocabulary.name {
            "indicator-type-ov" if IOC_TYPES.contains(&text) => format!("move `{text}` to `labels`"),
            _ => format!("the terms are {}", vocabulary.terms.join(", ")),
        };
        check.problem_with_help(rule, format_args!("`{text}` is no term of {}", vocabulary.name), help);
        if vocabulary.open && !names::is_hyphenated(text) {
            let message = format_args!("`{text}` is not in lower case with hyphens between words");
            let help = format_args!("write `{}`", names::hyphenated(text)).to_string();
            check.problem_with_help(Rule::OpenVocabularyFormat, message, help);
        }
    }
}
