//! Reading bundles object by object, the limits on reading, and building bundles.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::io::{self, Read};

use proptest::prelude::*;
use serde_json::{Value, json};
use stix_core::{
    Bundle, Context, Object,
    bundle::{BundleBuilder, BundleReader, LimitKind, Limits, Merged, ReadError, ReadErrorKind},
    tlp::Tlp,
};

const ID: &str = "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";

/// Gives one byte at a time, so that every border between two reads is tried.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

/// The values in a text, and what ended them: the same however the text arrives.
fn read(text: &str, limits: Limits) -> (Vec<Value>, Value, Option<ReadError>) {
    let (mut whole, mut drip) = (
        BundleReader::new(text.as_bytes(), limits).values(),
        BundleReader::new(Drip(text.as_bytes()), limits).values(),
    );
    let mut values = Vec::new();
    loop {
        match (whole.next(), drip.next()) {
            (Some(Ok(value)), Some(Ok(same))) => {
                assert_eq!(value, same);
                assert_eq!(serde_json::from_slice::<Value>(whole.text()).unwrap(), value);
                let start = usize::try_from(whole.position().offset()).unwrap();
                assert!(text.as_bytes()[start..].starts_with(whole.text()), "{text} at {start}");
                values.push(value);
            }
            (Some(Err(error)), Some(Err(same))) => {
                assert_eq!(error.kind(), same.kind(), "{text}: {error} / {same}");
                if !matches!(error.limit(), Some(LimitKind::TotalBytes | LimitKind::ObjectBytes)) {
                    assert_eq!(error.to_string(), same.to_string());
                }
                assert!(whole.next().is_none(), "no more after {error}");
                return (values, Value::Object(whole.members().clone()), Some(error));
            }
            (None, None) => return (values, Value::Object(whole.members().clone()), None),
            (one, other) => panic!("{text}: {one:?} and {other:?}"),
        }
    }
}

#[test]
fn every_shape_of_input_gives_its_objects() {
    let (a, b) = (json!({"type": "a-thing", "t": "}]\"\\"}), json!({"type": "b-thing", "n": [{"m": []}]}));
    let cases = [
        (
            format!(r#"{{"type":"bundle","id":"{ID}","objects":[{a},{b}]}}"#),
            json!({"type": "bundle", "id": ID}),
        ),
        (format!(r#" {{ "objects" : [ {a} , {b} ] , "id" : "{ID}" }} "#), json!({"id": ID})),
        (
            format!("{{\"objects\":\n[{a},\n{b}\n],\"x\":{{\"y\":[1]}},\"type\":\"bundle\"}}"),
            json!({"x": {"y": [1]}, "type": "bundle"}),
        ),
        (format!(r#"{{"more":true,"objects":[{a},{b}],"next":"1"}}"#), json!({"more": true, "next": "1"})),
        (format!(r#"{{"obj\u0065cts":[{a},{b}]}}"#), json!({})),
        (format!("[{a},{b}]"), json!({})),
        (format!("{a}\n{b}\n"), json!({})),
        (format!("{a}{b}"), json!({})),
        (format!("\r\n[]{a}\n[{b}]"), json!({})),
        (format!(r#"[{a}]{{"type":"bundle","objects":[{b}]}}"#), json!({"type": "bundle"})),
    ];
    for (text, members) in cases {
        let (values, found, error) = read(&text, Limits::default());
        assert!(error.is_none(), "{text}: {error:?}");
        assert_eq!(values, [a.clone(), b.clone()], "{text}");
        assert_eq!(found, members, "{text}");
    }
    for text in ["", " \n", "[]", "{\"type\":\"bundle\"}", "{\"objects\":[]}"] {
        let (values, _, error) = read(text, Limits::default());
        assert!(values.is_empty() && error.is_none(), "{text}");
    }
    // A custom object may have a property of this name.
    let other = json!({"type": "x-box", "objects": [1]});
    assert_eq!(read(&other.to_string(), Limits::default()).0, [other]);
}

#[test]
fn errors_name_what_is_wrong_and_where() {
    let tight = Limits::default()
        .with_max_depth(3)
        .with_max_string(10)
        .with_max_object_bytes(60)
        .with_max_total_bytes(200)
        .with_max_objects(3);
    let long = format!("[{}1]", "1,".repeat(40));
    let cases = [
        ("7", "a bundle, a list of objects or an object must stand here (at byte 0, line 1)"),
        ("[{}] x", "a bundle, a list of objects or an object must stand here (at byte 5, line 1)"),
        ("[{} {}]", "a comma or `]` must stand after an object (at byte 4, line 1)"),
        ("[{},\n]", "expected value (at byte 5, line 2)"),
        ("[{\n\"a\":\n tru}]", "expected ident (at byte 12, line 3)"),
        ("[{", "the input ends in the middle of a value (at byte 2, line 1)"),
        ("[{},", "the input ends in the middle of a value (at byte 4, line 1)"),
        ("{\"a\"", "a colon must stand after the name of a member (at byte 4, line 1)"),
        ("{\"a\":}", "the value of a member must stand here (at byte 5, line 1)"),
        ("{\"a\":1,}", "the name of a member must stand here (at byte 7, line 1)"),
        ("{\"a\":1 \"b\":2}", "a comma or `}` must stand after a member (at byte 7, line 1)"),
        (
            "{\"type\":\"bundle\",\"objects\":{}}",
            "the `objects` of a bundle are not a list (at byte 0, line 1)",
        ),
        ("{\"objects\":[],\"objects\":[]}", "a bundle has two members `objects` (at byte 13, line 1)"),
        ("{\"id\":1,\"id\":2,\"objects\":[]}", "a bundle has two members `id` (at byte 0, line 1)"),
        (
            "{\"objects\":[],\"type\":\"x\"}",
            "an object with a list of objects is of type `\"x\"`, not `bundle` (at byte 13, line 1)",
        ),
        (
            "[{\"a\":[[]]},{\"a\":[[{}]]}]",
            "lists and objects are nested deeper than the limit `max_depth` of 3 allows (at byte 20, line 1)",
        ),
        (
            "{\"a\":[[[]]]}",
            "lists and objects are nested deeper than the limit `max_depth` of 3 allows (at byte 8, line 1)",
        ),
        (
            "[\"1234567890\",\n\"12345\\\"7890-\"]",
            "a string has more bytes than the limit `max_string` of 10 allows (at byte 26, line 2)",
        ),
        (
            "[1,2,3,4]",
            "the input has more objects than the limit `max_objects` of 3 allows (at byte 7, line 1)",
        ),
    ];
    for (text, message) in cases {
        let (_, _, error) = read(text, tight);
        assert_eq!(error.map(|error| error.to_string()).as_deref(), Some(message), "{text}");
    }
    for (text, kind) in
        [(format!("[{long}]"), LimitKind::ObjectBytes), (" ".repeat(201), LimitKind::TotalBytes)]
    {
        let error = read(&text, tight).2.unwrap();
        assert_eq!(error.kind(), ReadErrorKind::Limit(kind));
        assert!(error.message().contains(&format!("`{kind}` of")), "{error}");
    }
    assert!(read(&" ".repeat(200), tight).2.is_none());
}

#[test]
fn an_object_that_breaks_its_type_does_not_end_the_reading() {
    let text =
        "[{\"type\": \"identity\"},\n\n {\"type\": \"indicator\",\n \"name\": 5}, {\"type\": \"x-thing\"}]";
    let mut reader = BundleReader::new(text.as_bytes(), Limits::default());
    let first = reader.next().unwrap().unwrap_err();
    assert_eq!((first.kind(), first.position().line()), (ReadErrorKind::Object, 1));
    let second = reader.next().unwrap().unwrap_err();
    assert_eq!(second.message(), "indicator `name`: invalid type: integer `5`, expected a string");
    let place = usize::try_from(second.position().offset()).unwrap();
    assert_eq!((&text[place..=place], second.position().line()), ("5", 4));
    assert_eq!(reader.next().unwrap().unwrap().object_type(), "x-thing");
    assert!(reader.next().is_none());
}

#[test]
fn an_input_that_fails_says_so_once() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the cable is cut"))
        }
    }
    let mut reader = BundleReader::new(Broken, Limits::default());
    let error = reader.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the input cannot be read: the cable is cut (at byte 0, line 1)");
    assert!(std::error::Error::source(&error).is_some());
    assert!(reader.next().is_none());
}

#[test]
fn a_bundle_is_read_whole() {
    let text = format!(r#"{{"x": 1, "objects": [{{"type": "x-thing"}}], "id": "{ID}", "type": "bundle"}}"#);
    let bundle: Bundle = text.parse().unwrap();
    assert_eq!(bundle, serde_json::from_str(&text).unwrap());
    assert_eq!(bundle, Bundle::from_slice(text.as_bytes()).unwrap());
    assert_eq!(bundle, Bundle::from_reader(Drip(text.as_bytes())).unwrap());
    let two = format!("{text}{text}");
    for (text, message) in [
        ("", "the input is not one bundle"),
        (two.as_str(), "the input is not one bundle"),
        ("[]", "the input is not one bundle"),
        ("{\"type\": \"x-thing\"}", "the input is not one bundle"),
        ("{\"type\": \"bundle\"}", "the bundle has no `id` that is a string"),
        ("{\"type\": \"bundle\", \"id\": \"bundle--1\"}", "identifier `bundle--1` does not end with a UUID"),
    ] {
        assert_eq!(text.parse::<Bundle>().unwrap_err().message(), message, "{text}");
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,9}|[\\\\\"{}\\[\\],: ]{0,9}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("\\PC{0,5}|[\\\\\"{}]{0,3}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_values_are_found(values in prop::collection::vec(json_value(), 0..5), pretty in any::<bool>()) {
        let list = Value::from(values.clone());
        let text = if pretty { format!("{list:#}") } else { list.to_string() };
        let (found, _, error) = read(&text, Limits::default());
        prop_assert!(error.is_none());
        prop_assert_eq!(found, values);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[\\[\\]{}\",:\\\\ a1\n]{0,40}") {
        let (_, _, error) = read(&text, Limits::default());
        let as_json: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(&text).into_iter().collect();
        if error.is_none() {
            prop_assert!(as_json.is_ok(), "{}", text);
        }
    }
}

fn object(value: Value) -> Object {
    serde_json::from_value(value).unwrap()
}

fn identity(number: u8, modified: &str, name: &str) -> Object {
    object(json!({
        "type": "identity", "spec_version": "2.1", "name": name,
        "id": format!("identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd{number:02}"),
        "created": "2024-01-15T10:00:00.000Z", "modified": modified,
    }))
}

const EARLY: &str = "2024-01-15T10:00:00.000Z";
const LATE: &str = "2024-01-15T10:00:01.000Z";

#[test]
fn objects_stand_once_where_they_were_first_seen() {
    let thing = || object(json!({"type": "x-thing", "x": 1}));
    let mut builder = BundleBuilder::new();
    let pushed = [
        (identity(1, EARLY, "a"), Merged::New),
        (thing(), Merged::New),
        (identity(2, EARLY, "b"), Merged::New),
        (identity(1, LATE, "a"), Merged::Version),
        (identity(1, EARLY, "a"), Merged::Known),
        (identity(2, EARLY, "other"), Merged::Replaced),
        (thing(), Merged::Known),
    ];
    for (object, merged) in pushed.clone() {
        assert_eq!(builder.push(object), merged);
    }
    let expected = [identity(1, EARLY, "a"), thing(), identity(2, EARLY, "other"), identity(1, LATE, "a")];
    assert_eq!(builder.objects(), expected);

    let mut latest = BundleBuilder::latest_only();
    latest.extend(pushed.into_iter().map(|(object, _)| object));
    assert_eq!(latest.objects(), [identity(1, LATE, "a"), thing(), identity(2, EARLY, "other")]);
    let bundle = latest.build_in(&Context::system()).unwrap();
    assert_eq!(bundle.objects.unwrap().len(), 3);
}

#[test]
fn what_members_refer_to_is_added() {
    let statement = "marking-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd01";
    let (author, target) = (identity(1, EARLY, "author"), identity(2, EARLY, "target"));
    let unknown = identity(3, EARLY, "unknown").id().cloned().unwrap();
    let marking = object(json!({
        "type": "marking-definition", "spec_version": "2.1", "id": statement, "created": EARLY,
        "created_by_ref": author.id().unwrap().as_str(),
        "definition_type": "statement", "definition": {"statement": "ours"},
    }));
    let relationship = object(json!({
        "type": "relationship", "spec_version": "2.1",
        "id": "relationship--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "created": EARLY, "modified": EARLY,
        "created_by_ref": unknown.as_str(), "relationship_type": "targets",
        "source_ref": "tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "target_ref": target.id().unwrap().as_str(),
        "object_marking_refs": [Tlp::Amber1.id().as_str()],
        "granular_markings": [{"marking_ref": statement, "selectors": ["relationship_type"]}],
    }));
    let known = [author.clone(), target.clone(), marking.clone()];
    let mut asked = Vec::new();
    let mut builder = BundleBuilder::new().with(relationship.clone());
    let missing = builder.add_referenced(|id| {
        asked.push(id.clone());
        known.iter().find(|object| object.id() == Some(id)).cloned()
    });
    assert_eq!(missing, [unknown]);
    assert_eq!(builder.objects(), [relationship, target, Tlp::Amber1.marking().into(), marking, author]);
    assert_eq!(asked.len(), 5, "each is asked for once: {asked:?}");
    assert!(builder.add_referenced(|_| None).len() == 1 && builder.objects().len() == 5);
}
