//! Values of the properties whose form only the rules know, not the tables.

use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Just, Strategy},
    sample::{select, subsequence},
};
use serde_json::{Value, json};

use super::text;
use crate::schema::{Constraint, PropertyDef};

/// A value for this property, if its kind does not tell enough.
pub(super) fn value(property: &'static PropertyDef) -> Option<BoxedStrategy<Value>> {
    Some(match property.name {
        "lang" => language(),
        "languages" => vec(language(), 1..3).prop_map(Value::from).boxed(),
        "relationship_type" => chosen(&["indicates", "uses", "related-to"]),
        "name_enc" | "path_enc" => chosen(&["UTF-8", "windows-1252"]),
        "cpe" => "cpe:2\\.3:[aho]:[a-z]{1,8}:[a-z]{1,8}(:\\*){8}".prop_map(Value::from).boxed(),
        "startup_info" => (0..9).prop_map(|flags| json!({"dwFlags": flags})).boxed(),
        "selectors" => vec(select(&["type", "id"][..]), 1..3).prop_map(Value::from).boxed(),
        "url" => "https://example\\.com/[a-z]{0,8}".prop_map(Value::from).boxed(),
        "definition_type" => Just(json!("statement")).boxed(),
        "definition" => text::any_text().prop_map(|text| json!({"statement": text})).boxed(),
        "contents" => contents(),
        "extension_properties" => vec("x_[a-z]{1,8}_[a-z]{1,8}", 1..3).prop_map(Value::from).boxed(),
        _ => return None,
    })
}

/// A value for this property of objects of this type, if its name alone does not tell enough.
pub(super) fn value_of(object_type: &str, property: &'static PropertyDef) -> Option<BoxedStrategy<Value>> {
    let pattern = match (object_type, property.name) {
        ("ipv4-addr", "value") => "198\\.51\\.100\\.[1-9]{1,2}(/32)?",
        ("ipv6-addr", "value") => "2001:db8::[0-9a-f]{1,4}(/128)?",
        ("mac-addr", "value") => "[0-9a-f]{2}(:[0-9a-f]{2}){5}",
        ("domain-name", "value") => "[a-z]{1,9}(\\.[a-z]{1,9})?\\.example",
        ("email-addr", "value") => "[a-z]{1,9}(\\.[a-z]{1,9})?@example\\.com",
        ("url", "value") => "https://example\\.com/[a-z]{0,9}",
        _ => return None,
    };
    Some(pattern.prop_map(Value::from).boxed())
}

/// The relations between the properties of this type that the rules know and its table does not.
pub(super) fn constraints(object_type: &str) -> &'static [Constraint] {
    match object_type {
        "network-traffic" => &[Constraint::Requires("end", "is_active")],
        _ => &[],
    }
}

/// The tag of a language.
fn language() -> BoxedStrategy<Value> {
    chosen(&["en", "de", "pt-BR", "zh-Hant-TW"])
}

fn chosen(texts: &'static [&'static str]) -> BoxedStrategy<Value> {
    select(texts).prop_map(Value::from).boxed()
}

/// Translations by language, then by property.
fn contents() -> BoxedStrategy<Value> {
    let texts = vec(("[a-z][a-z0-9_]{2,8}", text::any_text()), 1..3).prop_map(object);
    let tags = subsequence(vec!["de", "fr", "zh-Hant"], 1..3);
    (tags, texts).prop_map(|(tags, texts)| tags.into_iter().map(|tag| (tag, texts.clone())).collect()).boxed()
}

fn object(members: Vec<(String, Value)>) -> Value {
    members.into_iter().collect()
}
