//! Every resource has the properties that the specification gives it, of the types that it gives them (section 2).
//!
//! `fixtures/taxii21/resources.json` holds those properties, and requests whose answers are these resources.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::{Uuid, Variant, Version};

use super::library::{fixture, library};
use crate::backend::{Backend, on_both};
use crate::world::{self, Caller, MEDIA_TYPE};

on_both!(
    item_10_resources_have_their_properties_and_no_others,
    item_11_numbers_are_whole_and_no_list_is_empty,
    item_12_timestamps_have_six_digits,
    item_13_identifiers_are_uuids_of_version_4,
);

/// What the specification says of a resource: properties with their types.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Resource {
    required: BTreeMap<String, String>,
    #[serde(default)]
    optional: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Resources {
    resources: BTreeMap<String, Resource>,
    /// Accounts, paths, and the resources of their answers.
    answers: Vec<(String, String, String)>,
}

/// A value in an answer.
struct Found<'a> {
    /// The answer and the property, for people.
    place: String,
    /// The type that it should have.
    type_name: &'a str,
    value: &'a Value,
}

/// All answers: the names of their resources, and their bodies.
async fn answers(caller: &Caller, resources: &Resources) -> Vec<(String, String, Value)> {
    let posted = caller
        .request_of("writer", Method::POST, "/socdefenders/collections/inbox/objects/")
        .header("content-type", MEDIA_TYPE)
        .body(json!({"objects": [{"type": "tool"}]}).to_string());
    let status = world::body(posted.send().await.unwrap()).await;
    let path = format!("/socdefenders/status/{}/", status["id"].as_str().unwrap());
    let asked = world::body(caller.request_of("writer", Method::GET, &path).send().await.unwrap()).await;
    let mut answers = vec![
        ("status".to_owned(), "POST".to_owned(), status),
        ("status".to_owned(), "GET of a status".to_owned(), asked),
    ];
    for (name, path, resource) in &resources.answers {
        let response = caller.request_of(name, Method::GET, path).send().await.unwrap();
        let body = String::from_utf8(response.bytes().await.unwrap().to_vec()).expect("UTF-8");
        answers.push((resource.clone(), format!("{name} {path}"), serde_json::from_str(&body).unwrap()));
    }
    answers
}

/// Visits all values of all answers with the types that they should have.
async fn visit(backend: Backend, visit: impl Fn(Found<'_>)) {
    let resources: Resources = serde_json::from_value(fixture("resources.json")).unwrap();
    for (resource, place, body) in answers(&library(backend), &resources).await {
        resources.walk(&resource, &place, &body, &visit);
    }
}

impl Resources {
    fn walk(&self, type_name: &str, place: &str, value: &Value, visit: &impl Fn(Found<'_>)) {
        visit(Found { place: place.to_owned(), type_name, value });
        if let Some(items) = type_name.strip_prefix("list of ") {
            for item in value.as_array().unwrap_or_else(|| panic!("{place}: {value}")) {
                self.walk(items, place, item, visit);
            }
        } else if let Some(resource) = self.resources.get(type_name) {
            let members = value.as_object().unwrap_or_else(|| panic!("{place}: {value}"));
            for name in resource.required.keys() {
                assert!(members.contains_key(name), "{place}: `{name}` is missing: {value}");
            }
            for (name, value) in members {
                let declared = resource.required.get(name).or(resource.optional.get(name));
                let declared = declared.unwrap_or_else(|| panic!("{place}: what is `{name}`?"));
                self.walk(declared, &format!("{place} {name}"), value, visit);
            }
        }
    }
}

/// That names and required properties are right is seen while walking.
async fn item_10_resources_have_their_properties_and_no_others(backend: Backend) {
    visit(backend, |Found { place, type_name, value }| {
        let right = match type_name {
            "string" | "timestamp" | "identifier" | "stix version" => value.is_string(),
            "integer" => value.is_number(),
            "boolean" => value.is_boolean(),
            list if list.starts_with("list of ") => value.is_array(),
            _ => value.is_object(),
        };
        assert!(right, "{place}: {value} is no {type_name}");
    })
    .await;
}

async fn item_11_numbers_are_whole_and_no_list_is_empty(backend: Backend) {
    visit(backend, |Found { place, type_name, value }| match type_name {
        "integer" => assert!(value.as_u64().is_some_and(|number| number < 1 << 53), "{place}: {value}"),
        _ => assert_ne!(value, &json!([]), "{place}"),
    })
    .await;
}

async fn item_12_timestamps_have_six_digits(backend: Backend) {
    visit(backend, |Found { place, type_name, value }| {
        if type_name == "timestamp" {
            let text = value.as_str().unwrap();
            let digits = text.strip_suffix('Z').and_then(|text| text.split_once('.'));
            assert_eq!(digits.map(|(_, digits)| digits.len()), Some(6), "{place}: {text}");
            assert!(chrono::DateTime::parse_from_rfc3339(text).is_ok(), "{place}: {text}");
        }
    })
    .await;
}

async fn item_13_identifiers_are_uuids_of_version_4(backend: Backend) {
    visit(backend, |Found { place, type_name, value }| {
        if type_name == "identifier" {
            let id: Uuid = value.as_str().unwrap().parse().unwrap();
            let kind = (id.get_version(), id.get_variant());
            assert_eq!(kind, (Some(Version::Random), Variant::RFC4122), "{place}: {id}");
            assert_eq!(value, &json!(id.to_string()), "{place}: not written as usual");
        }
    })
    .await;
}
