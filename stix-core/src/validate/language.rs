//! Languages of texts (STIX 2.1 sections 3.2, 7.1 and 7.2.3): tags of RFC 5646.

use language_tags::{LanguageTag, ValidationError};

use super::check::Check;
use super::names;
use super::rule::Rule;
use super::tree::{Json, Members};

/// Checks a language tag.
pub(crate) fn tag(text: &str, check: &mut Check<'_>) {
    // By far the most frequent one needs no look at the registry.
    if text == "en" {
        return;
    }
    let Ok(tag) = LanguageTag::parse(text) else {
        let message = format_args!("`{text}` is no RFC 5646 language tag");
        let help = match text.contains('_') {
            true => format_args!("write `{}`", text.replace('_', "-")).to_string(),
            false => "write a tag such as `en`, `pt-BR` or `zh-Hant`".to_owned(),
        };
        return check.problem_with_help(Rule::LanguageTag, message, help);
    };
    if let Err(error) = tag.validate() {
        subtag(text, &tag, &error, check);
    }
}

fn subtag(text: &str, tag: &LanguageTag, error: &ValidationError, check: &mut Check<'_>) {
    let unknown = match error {
        ValidationError::PrimaryLanguageNotInRegistry => Some(tag.primary_language()),
        ValidationError::ExtendedLanguageNotInRegistry => tag.extended_language(),
        ValidationError::ScriptNotInRegistry => tag.script(),
        ValidationError::RegionNotInRegistry => tag.region(),
        ValidationError::VariantNotInRegistry => tag.variant(),
        _ => None,
    };
    match unknown {
        Some(part) if part == text => {
            check.problem(
                Rule::LanguageSubtag,
                format_args!("the language `{text}` is not registered with IANA"),
            );
        }
        Some(part) => {
            let message = format_args!("`{part}` of the language tag `{text}` is not registered with IANA");
            check.problem(Rule::LanguageSubtag, message);
        }
        None => {
            let message =
                format_args!("the language tag `{text}` combines its parts in a way that IANA does not");
            check.problem(Rule::LanguageSubtag, message);
        }
    }
}

/// Checks the translations of a language-content object: by language, then by property (section 7.1).
pub(crate) fn translated<'c>(members: &'c Members<'c>, check: &mut Check<'c>) {
    if let Some(Json::Object(translated)) = members.get("contents") {
        check.member("contents", |check| contents(translated, check));
    }
}

fn contents<'c>(contents: &'c Members<'c>, check: &mut Check<'c>) {
    for (language, texts) in contents.iter() {
        check.member(language, |check| {
            tag(language, check);
            if let Json::Object(texts) = texts {
                translations(texts, check);
            }
        });
    }
}

fn translations<'c>(texts: &'c Members<'c>, check: &mut Check<'c>) {
    for (name, text) in texts.iter() {
        check.member(name, |check| {
            names::translated(name, check);
            translation(text, check);
        });
    }
}

/// A translation is a text, or a list or object of translations.
fn translation<'c>(value: &'c Json<'c>, check: &mut Check<'c>) {
    match value {
        Json::String(_) | Json::Null => {}
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check.item(index, |check| translation(item, check));
            }
        }
        Json::Object(members) => {
            for (name, text) in members.iter() {
                check.member(name, |check| translation(text, check));
            }
        }
        other => {
            let message = format_args!("{} stands where a translated text belongs", other.kind());
            check.problem(Rule::LanguageContent, message);
        }
    }
}
