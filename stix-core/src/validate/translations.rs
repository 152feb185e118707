//! Language content beside the objects that it translates (STIX 2.1 section 7.1).

use super::check::Check;
use super::index::{Index, Placed};
use super::rule::Rule;
use super::tree::{Json, Members};
use super::whole::Found;

/// The rules that compare language content with what it translates.
pub(super) const RULES: [Rule; 2] = [Rule::Translation, Rule::TranslationVersion];

/// Checks all language content against the objects of the same text.
pub(super) fn check<'c>(index: &Index<'c>, check: &mut Check<'c>, found: &mut Found<'_, 'c>) {
    for object in index.iter().filter(|object| object.id.starts_with("language-content--")) {
        object.look(check, |check| language_content(object, index, check));
        found(object.document, check);
    }
}

fn language_content<'c>(content: &Placed<'c>, index: &Index<'c>, check: &mut Check<'c>) {
    let Some(id) = content.members.text("object_ref") else { return };
    let Some(target) = target(content, id, index, check) else { return };
    let Some(Json::Object(contents)) = content.members.get("contents") else { return };
    for (language, texts) in contents.iter() {
        let Json::Object(texts) = texts else { continue };
        check.below(&["contents", language], |check| properties(texts, target, id, check));
    }
}

/// The version that is translated: the one that the content names, else the only one.
fn target<'c>(
    content: &Placed<'c>,
    id: &str,
    index: &Index<'c>,
    check: &mut Check<'c>,
) -> Option<&'c Members<'c>> {
    let mut versions = index.versions(id).peekable();
    versions.peek()?;
    let Some(wanted) = content.time("object_modified") else {
        return versions.next().filter(|_| versions.next().is_none()).map(|version| version.members);
    };
    let found = versions.find(|version| version.time("modified").as_ref() == Some(&wanted));
    if found.is_none() {
        let message = format_args!("no version of `{id}` here was modified at `{wanted}`").to_string();
        check.member("object_modified", |check| check.problem(Rule::TranslationVersion, message));
    }
    found.map(|version| version.members)
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
