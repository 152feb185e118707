//! Markings of objects and of their parts (STIX 2.1 section 7.2).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use serde_json::{Value, json};
use stix_core::{
    Identifier,
    markings::{
        Levels, Marking, MarkingErrorKind, Markings, Mask, Selector, add, add_at, clear, clear_at, masked,
        remove, remove_at,
    },
    tlp::{Tlp, TlpLevel},
};

const OWN: &str = "marking-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";

fn report() -> Value {
    json!({
        "type": "report", "id": "report--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "name": "n", "name_enc": "e",
        "description": "d", "labels": ["a", "b"], "lang": "de",
        "external_references": [{"source_name": "s", "hashes": {"SHA-256": "h", "MD5": "m"}}],
        "object_marking_refs": [Tlp::Green2.id()],
        "granular_markings": [
            {"marking_ref": Tlp::Amber2.id(), "selectors": ["name", "external_references"]},
            {"marking_ref": Tlp::Red2.id(), "selectors": ["external_references.[0].hashes.MD5"]},
            {"lang": "fr", "selectors": ["external_references", "name"]},
            {"lang": "es", "selectors": ["external_references.[0].source_name"]},
        ],
    })
}

fn at(path: &str) -> Selector {
    path.parse().unwrap()
}

fn paths<const N: usize>(paths: [&str; N]) -> [Selector; N] {
    paths.map(at)
}

#[test]
fn markings_are_inherited_by_components() {
    let (green, amber, red) = (Tlp::Green2.id(), Tlp::Amber2.id(), Tlp::Red2.id());
    let report = report();
    let markings = Markings::of(&report);
    for (path, effective, language) in [
        ("name", vec![&green, &amber], "fr"),
        ("name_enc", vec![&green], "de"),
        ("labels.[0]", vec![&green], "de"),
        ("external_references", vec![&green, &amber], "fr"),
        ("external_references.[0].source_name", vec![&green, &amber], "es"),
        ("external_references.[0].hashes", vec![&green, &amber], "fr"),
        ("external_references.[0].hashes.MD5", vec![&green, &amber, &red], "fr"),
    ] {
        assert_eq!(markings.effective(&at(path)).iter().collect::<Vec<_>>(), effective, "{path}");
        assert_eq!(markings.language(&at(path)), language, "{path}");
    }
    let language = |lang: &str| Marking::Language(lang.into());
    assert_eq!(markings.at(&at("name")), [amber.clone().into(), language("fr")]);
    assert_eq!(markings.at(&at("external_references.[0].hashes")), []);
    assert_eq!(markings.inside(&at("external_references.[0].hashes")), [red.clone().into()]);
    assert_eq!(markings.inside(&at("external_references")), [red.into(), language("es")]);
    assert_eq!(markings.object(), [green]);
    assert_eq!(markings.granular().count(), 6);
    assert_eq!(markings.unreadable(), []);
}

#[test]
fn nothing_says_the_language_means_english() {
    assert_eq!(Markings::of(&json!({"name": "n"})).language(&at("name")), "en");
}

#[test]
fn entries_that_lead_nowhere_are_told() {
    let red = Tlp::Red2.id();
    for (entry, unreadable) in [
        (json!({"marking_ref": red, "selectors": ["nothing"]}), vec![Some(red.clone())]),
        (json!({"marking_ref": red, "selectors": ["na me", 7]}), vec![Some(red.clone()), Some(red.clone())]),
        (json!({"marking_ref": red, "lang": "en", "selectors": ["name"]}), vec![Some(red.clone())]),
        (json!({"marking_ref": "red", "selectors": ["name"]}), vec![None]),
        (json!({"marking_ref": red, "selectors": ["name"]}), vec![]),
    ] {
        let object = json!({"type": "tool", "name": "n", "granular_markings": [entry]});
        assert_eq!(Markings::of(&object).unreadable(), unreadable, "{entry}");
    }
}

#[test]
fn a_whole_object_is_marked_once() {
    let mut object = json!({"type": "tool", "id": "tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"});
    let bare = object.clone();
    let (green, red) = (Tlp::Green2.id(), Tlp::Red2.id());
    for _ in 0..2 {
        add(&mut object, &green).unwrap();
        add(&mut object, &red).unwrap();
    }
    assert_eq!(object["object_marking_refs"], json!([green, red]));
    remove(&mut object, &green).unwrap();
    assert_eq!(object["object_marking_refs"], json!([red]));
    assert_eq!(remove(&mut object, &green).unwrap_err().kind(), MarkingErrorKind::NotMarked);
    remove(&mut object, &red).unwrap();
    assert_eq!(object, bare);
    add(&mut object, &red).unwrap();
    clear(&mut object);
    assert_eq!(object, bare);
}

#[test]
fn parts_are_marked_in_the_shortest_form() {
    let mut object = report();
    let amber = Marking::from(Tlp::Amber2.id());
    add_at(&mut object, &amber, paths(["labels.[1]", "name", "description"])).unwrap();
    assert_eq!(
        object["granular_markings"][0],
        json!({
            "marking_ref": Tlp::Amber2.id(),
            "selectors": ["description", "external_references", "labels.[1]", "name"],
        })
    );
    add_at(&mut object, &Marking::Language("fr".into()), paths(["labels"])).unwrap();
    assert_eq!(object["granular_markings"].as_array().unwrap().len(), 4);

    remove_at(&mut object, &amber, paths(["labels.[1]", "description"])).unwrap();
    remove_at(&mut object, &Marking::Language("fr".into()), paths(["labels"])).unwrap();
    let mut sorted = report();
    sorted["granular_markings"][0]["selectors"] = json!(["external_references", "name"]);
    assert_eq!(object, sorted);

    clear_at(&mut object, paths(["name", "external_references"]));
    assert_eq!(object["granular_markings"].as_array().unwrap().len(), 2);
    clear_at(
        &mut object,
        paths(["external_references.[0].hashes.MD5", "external_references.[0].source_name"]),
    );
    assert_eq!(object.get("granular_markings"), None);
}

#[test]
fn entries_with_more_to_say_are_not_joined() {
    let red = Tlp::Red2.id();
    let entries = json!([
        {"marking_ref": red, "selectors": ["name"], "x_why": "a"},
        {"marking_ref": red, "selectors": ["description"], "x_why": "b"},
        {"selectors": ["labels"], "x_why": "a", "marking_ref": red},
    ]);
    let mut object = json!({"type": "tool", "name": "n", "granular_markings": entries});
    stix_core::markings::compress(&mut object);
    assert_eq!(
        object["granular_markings"],
        json!([
            {"marking_ref": red, "selectors": ["labels", "name"], "x_why": "a"},
            {"marking_ref": red, "selectors": ["description"], "x_why": "b"},
        ])
    );
}

#[test]
fn what_cannot_be_marked_says_why_and_stays_as_it_is() {
    let identity: Identifier = "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".parse().unwrap();
    let own: Identifier = OWN.parse().unwrap();
    let red = Marking::from(Tlp::Red2.id());
    let before = json!({"type": "marking-definition", "id": OWN, "name": "n", "object_marking_refs": "x"});
    let mut object = before.clone();
    for (result, kind, message) in [
        (
            add(&mut object, &identity),
            MarkingErrorKind::NoMarking,
            format!("`{identity}` is no marking definition"),
        ),
        (add(&mut object, &own), MarkingErrorKind::MarksItself, format!("`{OWN}` cannot mark itself")),
        (
            add_at(&mut object, &own.clone().into(), paths(["name"])),
            MarkingErrorKind::MarksItself,
            format!("`{OWN}` cannot mark itself"),
        ),
        (
            add_at(&mut object, &red, paths(["name", "description"])),
            MarkingErrorKind::NoSuchContent,
            "`description` selects nothing in the object".into(),
        ),
        (
            remove_at(&mut object, &red, paths(["name"])),
            MarkingErrorKind::NotMarked,
            format!("there is no marking `{red}` at `name`"),
        ),
        (
            add(&mut object, &Tlp::Red2.id()),
            MarkingErrorKind::NoList,
            "`object_marking_refs` is no list".into(),
        ),
        (add(&mut json!([]), &own), MarkingErrorKind::NoObject, "only an object can be marked".into()),
    ] {
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (kind, message));
    }
    assert_eq!(object, before);
}

#[test]
fn content_marked_by_way_of_what_is_around_it_is_not_marked_itself() {
    let mut object = report();
    let amber = Marking::from(Tlp::Amber2.id());
    let inside = paths(["external_references.[0].source_name"]);
    assert_eq!(remove_at(&mut object, &amber, inside).unwrap_err().kind(), MarkingErrorKind::NotMarked);
    assert_eq!(object, report());
}

#[test]
fn content_above_the_level_is_withheld() {
    let object = report();
    let masked_at = |level| masked(&object, level, &Levels::default());
    assert_eq!(masked_at(TlpLevel::Red), object);

    let mut without_red = object.clone();
    without_red["external_references"][0]["hashes"]["MD5"] = "TLP:RED".into();
    assert_eq!(masked_at(TlpLevel::AmberStrict), without_red);
    assert_eq!(masked_at(TlpLevel::Amber), without_red);

    let mut without_amber = object.clone();
    without_amber["name"] = "TLP:AMBER".into();
    without_amber["external_references"] = "TLP:AMBER".into();
    assert_eq!(masked_at(TlpLevel::Green), without_amber);

    let stub = json!({"type": "report", "id": object["id"], "object_marking_refs": [Tlp::Green2.id()]});
    assert_eq!(masked_at(TlpLevel::Clear), stub);
}

#[test]
fn an_identifier_that_tells_the_content_is_withheld_with_it() {
    let mut object = json!({
        "type": "ipv4-addr", "id": "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4", "value": "198.51.100.3",
        "granular_markings": [{"marking_ref": Tlp::Red2.id(), "selectors": ["value"]}],
    });
    let shown = masked(&object, TlpLevel::Amber, &Levels::default());
    assert_eq!((&shown["id"], &shown["value"]), (&json!("TLP:RED"), &json!("TLP:RED")));

    let members = object.as_object_mut().unwrap();
    members.shift_remove("granular_markings");
    members.insert("object_marking_refs".into(), json!([Tlp::Amber1.id()]));
    let shown = masked(&object, TlpLevel::Green, &Levels::default());
    assert_eq!(
        shown,
        json!({"type": "ipv4-addr", "id": "TLP:AMBER", "object_marking_refs": [Tlp::Amber1.id()]})
    );
}

#[test]
fn a_marking_that_leads_nowhere_withholds_everything() {
    let object = json!({"type": "tool", "name": "n", "granular_markings": [
        {"marking_ref": Tlp::Red2.id(), "selectors": ["nam"]},
    ]});
    assert_eq!(masked(&object, TlpLevel::Amber, &Levels::default()), json!({"type": "tool"}));
    assert_eq!(masked(&object, TlpLevel::Red, &Levels::default()), object);
}

#[test]
fn levels_of_other_definitions_can_be_given() {
    let definition = |tlp: &str| {
        json!({
            "type": "marking-definition", "id": OWN, "definition_type": "tlp", "definition": {"tlp": tlp},
        })
    };
    let object = json!({"type": "tool", "name": "n", "object_marking_refs": [OWN]});
    assert!(Mask::new(&object, TlpLevel::Clear, &Levels::default()).is_empty());
    let given = [report(), definition("amber")];
    let levels = Levels::of_definitions(&given);
    assert_eq!(levels.of_object(&object), Some(TlpLevel::Amber));
    assert!(!Mask::new(&object, TlpLevel::Clear, &levels).is_empty());
    assert!(Mask::new(&object, TlpLevel::Amber, &levels).is_empty());
}

#[test]
fn messages_about_withheld_content_are_withheld() {
    let object = report();
    let mask = Mask::new(&object, TlpLevel::Amber, &Levels::default());
    for (pointer, path) in [
        ("", Some("")),
        ("/name", None),
        ("/external_references", Some("/external_references")),
        ("/external_references/0/hashes", Some("/external_references/0/hashes")),
        ("/external_references/0/hashes/MD5", Some("/external_references/0/hashes/MD5")),
        ("/external_references/0/hashes/MD5/inner", Some("/external_references/0/hashes/MD5")),
        ("/external_references/0/hashes/MD55", None),
        ("/external_references/0/source_name", None),
        ("/labels", None),
    ] {
        let withheld = mask.withheld(pointer);
        assert_eq!(withheld.as_ref().map(|withheld| withheld.path()), path, "{pointer}");
        assert!(withheld.is_none_or(|withheld| withheld.level() == TlpLevel::Red));
    }
}
