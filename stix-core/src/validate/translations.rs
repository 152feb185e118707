//! Language content beside the objects that it translates (STIX 2.1 section 7.1).

use std::collections::HashMap;

use super::check::Check;
use super::document;
use super::rule::Rule;
use super::tree::{Json, Members};
use crate::Timestamp;

/// All versions of the objects of a document, by their identifiers.
type Objects<'c> = HashMap<&'c str, Vec<&'c Members<'c>>>;

/// Checks all language content of a document against the objects in the same document.
pub(super) fn document<'c>(tree: &'c Json<'c>, check: &mut Check<'c>) {
    let mut objects = Objects::new();
    document::each_object(tree, check, &mut |object, _| {
        if let Some(id) = object.text("id") {
            objects.entry(id).or_default().push(object);
        }
    });
    document::each_object(tree, check, &mut |object, check| {
        if object.text("type") == Some("language-content") {
            language_content(object, &objects, check);
        }
    });
}

fn language_content<'c>(content: &'c Members<'c>, objects: &Objects<'c>, check: &mut Check<'c>) {
    let Some(id) = content.text("object_ref") else { return };
    let Some(versions) = objects.get(id) else { return };
    let Some(target) = target(content, versions, id, check) else { return };
    let Some(Json::Object(contents)) = content.get("contents") else { return };
    for (language, texts) in contents.iter() {
        let Json::Object(texts) = texts else { continue };
        check.below(&["contents", language], |check| properties(texts, target, id, check));
    }
}

/// The version that is translated: the one that the content names, else the only one.
fn target<'c>(
    content: &'c Members<'c>,
    versions: &[&'c Members<'c>],
    id: &str,
    check: &mut Check<'c>,
) -> Option<&'c Members<'c>> {
    let Some(wanted) = time(content, "object_modified") else {
        return versions.first().copied().filter(|_| versions.len() == 1);
    };
    let found = versions.iter().find(|version| time(version, "modified").as_ref() == Some(&wanted));
    if found.is_none() {
        let message = format_args!("the document has no version of `{id}` that was modified at `{wanted}`");
        check.member("object_modified", |check| check.problem(Rule::TranslationVersion, message));
    }
    found.copied()
}

fn time(object: &Members<'_>, property: &str) -> Option<Timestamp> {
    object.text(property)?.parse().ok()
}

fn properties<'c>(texts: &'c Members<'c>, target: &'c Members<'c>, id: &str, check: &mut Check<'c>) {
    for (name, text) in texts.iter() {
        check.member(name, |check| match target.get(name) {
            Some(original) => translation(text, original, check),
            None => check.problem(Rule::Translation, format_args!("`{id}` has no `{name}` to translate")),
        });
    }
}

/// A translation has the shape of what it translates; what is not translated is an empty text in a list, and
/// not there in an object.
fn translation<'c>(text: &'c Json<'c>, original: &'c Json<'c>, check: &mut Check<'c>) {
    match (text, original) {
        (Json::Array(texts), Json::Array(originals)) => {
            if texts.len() != originals.len() {
                let (count, needed) = (texts.len(), originals.len());
                let message = format_args!("the list has {count}, but what it translates {needed} items");
                let help = "write an empty text for an item that is not translated";
                check.problem_with_help(Rule::Translation, message, help);
            }
            for (index, (text, original)) in texts.iter().zip(originals).enumerate() {
                check.item(index, |check| translation(text, original, check));
            }
        }
        (Json::Object(texts), Json::Object(originals)) => {
            for (name, text) in texts.iter() {
                check.member(name, |check| match originals.get(name) {
                    Some(original) => translation(text, original, check),
                    None => {
                        check.problem(Rule::Translation, format_args!("there is no `{name}` to translate"));
                    }
                });
            }
        }
        // An item that is not translated.
        (Json::String(text), _) if text.is_empty() => {}
        (text, original) if text.kind() != original.kind() => {
            let message = format_args!("{} stands where {} is translated", text.kind(), original.kind());
            check.problem(Rule::Translation, message);
        }
        _ => {}
    }
}
