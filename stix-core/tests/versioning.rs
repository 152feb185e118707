//! New versions, revoking, and telling versions apart (STIX 2.1 section 3.6).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use serde_json::{Value, json};
use stix_core::{
    Context, Object, Timestamp,
    sdo::Vulnerability,
    tlp::Tlp,
    versioning::{VersionErrorKind, deduplicate, latest, new_version, revoke, same_content},
};

const OLD: &str = "2024-01-15T10:00:00.000Z";

fn context(now: &str) -> Context {
    let now = now.parse::<Timestamp>().unwrap().instant();
    Context::new(move || now, || "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".parse().unwrap())
}

fn vulnerability() -> Vulnerability {
    Vulnerability::new_in(&context(OLD), "CVE-2024-0001")
}

fn campaign() -> Value {
    json!({
        "type": "campaign", "spec_version": "2.1", "id": "campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "created_by_ref": "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "created": OLD, "modified": OLD, "name": "a", "aliases": ["b"],
    })
}

/// An observable object that has versions by way of properties of its own.
fn versioned_mutex() -> Value {
    json!({
        "type": "mutex", "id": "mutex--eba44954-d4e4-5d3b-814c-2b17dd8de300", "name": "__CLEANSWEEP__",
        "created": OLD, "modified": OLD, "revoked": false,
    })
}

#[test]
fn modified_is_the_present_or_a_millisecond_later() {
    for (old, now, expected) in [
        (OLD, "2024-02-01T00:00:00.250999Z", "2024-02-01T00:00:00.250Z"),
        (OLD, OLD, "2024-01-15T10:00:00.001Z"),
        (OLD, "2023-01-01T00:00:00Z", "2024-01-15T10:00:00.001Z"),
        ("2024-01-15T10:00:00.000999999Z", OLD, "2024-01-15T10:00:00.001Z"),
        ("2024-01-15T10:00:00.0009999999Z", "2024-01-15T10:00:00.0009Z", "2024-01-15T10:00:00.001Z"),
        ("2024-01-15T10:00:00.0011Z", "2024-01-15T10:00:00.0019Z", "2024-01-15T10:00:00.002Z"),
    ] {
        let mut object = campaign();
        object["modified"] = old.into();
        let new = new_version(&object, &context(now), |_| ()).unwrap();
        assert_eq!(new["modified"], expected, "{old} at {now}");
    }
}

#[test]
fn a_later_modified_may_be_given() {
    let later: Timestamp = "2024-01-15T10:00:00.0000001Z".parse().unwrap();
    let given = later.clone();
    let new = new_version(&vulnerability(), &context(OLD), |object| object.common.modified = given).unwrap();
    assert_eq!(new.common.modified.to_string(), later.to_string());
}

#[test]
fn changes_and_the_rest_are_kept() {
    let mut object = campaign();
    object["x_acme"] = json!({"a": [1, null]});
    let new = new_version(&object, &context("2024-02-01T00:00:00Z"), |object| {
        object["name"] = "c".into();
        object.as_object_mut().unwrap().shift_remove("aliases");
    })
    .unwrap();
    let mut expected = object.clone();
    expected["name"] = "c".into();
    expected["modified"] = "2024-02-01T00:00:00.000Z".into();
    expected.as_object_mut().unwrap().shift_remove("aliases");
    assert_eq!(new, expected);

    let object: Object = serde_json::from_value(object).unwrap();
    let new = new_version(&object, &context("2024-02-01T00:00:00Z"), |_| ()).unwrap();
    assert_eq!(new.modified().unwrap().to_string(), "2024-02-01T00:00:00.000Z");
    assert_eq!(new.created(), object.created());
}

#[test]
fn some_properties_never_change() {
    let id = "campaign--1e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
    for (object, name, value) in [
        (campaign(), "id", json!(id)),
        (campaign(), "type", json!("malware")),
        (campaign(), "created", json!("2024-01-15T10:00:00.001Z")),
        (campaign(), "created_by_ref", json!("identity--1e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")),
        (campaign(), "created_by_ref", Value::Null),
        (versioned_mutex(), "name", json!("other")),
    ] {
        let error = new_version(&object, &context(OLD), |object| match value {
            Value::Null => drop(object.as_object_mut().unwrap().shift_remove(name)),
            value => object[name] = value,
        })
        .unwrap_err();
        assert_eq!((error.kind(), error.property()), (VersionErrorKind::Locked, Some(name)));
    }
    let other_digits = |object: &mut Value| object["created"] = "2024-01-15T10:00:00Z".into();
    assert!(new_version(&campaign(), &context(OLD), other_digits).is_ok());
    let not_contributing = |object: &mut Value| object["x_note"] = "n".into();
    assert!(new_version(&versioned_mutex(), &context(OLD), not_contributing).is_ok());
    let mut random = versioned_mutex();
    random["id"] = "mutex--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".into();
    assert!(new_version(&random, &context(OLD), |object| object["name"] = "other".into()).is_ok());
}

#[test]
fn errors_name_the_property_and_what_to_do() {
    let with = |name: &str, value: Value| {
        let mut object = campaign();
        object[name] = value;
        object
    };
    let marking = serde_json::to_value(Tlp::Red2.marking()).unwrap();
    let bundle = json!({"type": "bundle", "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"});
    let mutex = json!({"type": "mutex", "id": "mutex--eba44954-d4e4-5d3b-814c-2b17dd8de300", "name": "m"});
    for (object, kind, property, message) in [
        (marking, VersionErrorKind::NoVersions, "type", "objects of this type have no versions"),
        (bundle, VersionErrorKind::NoVersions, "type", "objects of this type have no versions"),
        (mutex, VersionErrorKind::NotVersioned, "created", "an object without `created` has no versions"),
        (
            with("revoked", json!(true)),
            VersionErrorKind::Revoked,
            "revoked",
            "a revoked object has no further version",
        ),
        (
            with("modified", json!("yesterday")),
            VersionErrorKind::NotVersioned,
            "modified",
            "an object without `modified` has no versions",
        ),
    ] {
        let error = new_version(&object, &context(OLD), |_| ()).unwrap_err();
        assert_eq!((error.kind(), error.property()), (kind, Some(property)));
        assert_eq!(error.to_string(), message);
    }
    for (modified, kind) in
        [("2023-01-01T00:00:00.000Z", VersionErrorKind::NotLater), ("tomorrow", VersionErrorKind::NotATime)]
    {
        let error = new_version(&campaign(), &context(OLD), |object| object["modified"] = modified.into());
        assert_eq!(error.unwrap_err().kind(), kind);
    }
}

#[test]
fn revoking_is_the_last_version() {
    let context = context("2024-02-01T00:00:00Z");
    let revoked = revoke(&vulnerability(), &context).unwrap();
    assert_eq!(revoked.common.revoked, Some(true));
    assert_eq!(revoked.common.modified.to_string(), "2024-02-01T00:00:00.000Z");
    for again in [revoke(&revoked, &context), new_version(&revoked, &context, |_| ())] {
        assert_eq!(again.unwrap_err().kind(), VersionErrorKind::Revoked);
    }
}

#[test]
fn the_latest_version_counts_in_whatever_order_they_come() {
    let first = vulnerability();
    let second = new_version(&first, &context("2024-02-01T00:00:00Z"), |_| ()).unwrap();
    let third = new_version(&second, &context("2024-03-01T00:00:00Z"), |_| ()).unwrap();
    let objects: Vec<Object> = vec![second.into(), third.clone().into(), first.into()];
    assert_eq!(latest(objects), [third.into()]);
}

#[test]
fn objects_without_a_version_or_an_identifier_stay() {
    let mutex = json!({"type": "mutex", "id": "mutex--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "name": "m"});
    let nameless = json!({"type": "x-acme"});
    let objects = [&mutex, &nameless, &mutex, &nameless];
    assert_eq!(latest(objects), [&mutex, &nameless, &nameless]);
    assert_eq!(deduplicate(objects).objects, [&mutex, &nameless, &nameless]);
}

#[test]
fn one_version_with_two_contents_is_a_conflict() {
    let mut reworded = campaign();
    reworded["name"] = "b".into();
    let mut same = campaign();
    same["revoked"] = false.into();
    same["modified"] = "2024-01-15T10:00:00.0000Z".into();
    let mut later = reworded.clone();
    later["modified"] = "2024-01-16T10:00:00.000Z".into();
    let once = deduplicate([campaign(), later.clone(), same, reworded.clone()]);
    assert_eq!(once.objects, [reworded, later]);
    assert_eq!(once.conflicts.len(), 1);
    assert_eq!((once.conflicts[0].kept, &once.conflicts[0].left_out), (0, &campaign()));
}

#[test]
fn the_same_content_may_be_written_in_several_ways() {
    let sighting = json!({"type": "sighting", "count": 7, "first_seen": OLD});
    for (other, same) in [
        (json!({"count": 7.0, "type": "sighting", "first_seen": OLD, "summary": false}), true),
        (json!({"type": "sighting", "count": 7, "first_seen": OLD, "revoked": true}), false),
        (json!({"type": "sighting", "count": 8, "first_seen": OLD}), false),
        (json!({"type": "sighting", "count": 7, "first_seen": OLD, "spec_version": "2.1"}), false),
    ] {
        assert_eq!(same_content(&sighting, &other), same, "{other}");
    }
}
