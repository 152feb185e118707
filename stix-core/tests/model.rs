//! The declarations against a second account of the specification, written by another hand.
//!
//! Whatever differs is in a list with a reason; a listed difference that is none any more fails.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use stix_core::{
    Bundle,
    meta::{StatementMarking, TlpMarking},
    object::REGISTRY,
    relationships::{COMMON_RELATIONSHIPS, RELATIONSHIPS},
    schema::{
        Class, Constraint, Declared, Kind, ObjectDef, PropertyDef, RESERVED_PROPERTIES, RESERVED_TYPE,
        StixObject, StructDef, Target,
    },
    vocab::VOCABULARIES,
};

/// What the declarations say otherwise than the other account, and why.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    (
        "marking-definition.definition_type",
        "open-vocab:marking-definition-type -> string",
        "chapter 10 has no such vocabulary; a check of its own knows the two kinds",
    ),
    (
        "marking-definition.definition",
        "struct:marking-object -> dictionary",
        "the shape depends on another property, and others than the two kinds must survive",
    ),
];

/// The constraints between properties that no table holds, by their rule, and why.
const LEFT_TO_CHECKS: &[(&str, &str)] = &[
    ("external-reference-format", "the form of a text that another property names"),
    ("semantic", "needs a pattern parser, or the objects that are referred to"),
    ("mirror-structure", "needs the object that is referred to"),
    ("definition-shape", "the kind of one value depends on another"),
    ("fixed-instances", "about the objects of the world, not of a type"),
    ("not-versionable", "about two versions of an object"),
    ("no-relationships-to-or-from", "the targets of relationships say so"),
    ("no-spec_version", "about an undeclared property"),
    ("no-nested-bundle", "the kind `object` has no bundle in it"),
    (
        "if-present-then-value",
        "the same as the forbidden value true; that an absent `is_active` counts as false is how most read it",
    ),
];

/// The constraints of single properties that no table holds, by how they begin, and why.
const NOT_IN_TABLES: &[(&str, &str)] = &[
    ("should-", "no MUST"),
    ("informative-range:", "no MUST"),
    ("pylib-min:", "a rule of one tool"),
    ("unit:", "said in the documentation"),
    ("default-for-stix:", "said in the documentation"),
    ("default:", "said in the documentation"),
    ("default-meaning:", "said in the documentation"),
    ("empty-string-means-default-value", "said in the documentation"),
    ("message-order", "said in the documentation"),
    ("outer-to-inner", "said in the documentation"),
    ("iana-", "a list that lives elsewhere: a check"),
    ("rfc", "the form of a text: a check"),
    ("regex:", "the form of a text: a check"),
    ("valid-stix-pattern-when-", "the form of a text: a check"),
    ("valid-url", "the form of a text: a check"),
    ("ipv4-or-cidr", "the form of a text: a check"),
    ("ipv6-or-cidr", "the form of a text: a check"),
    ("cpe-2.3-formatted-string", "the form of a text: a check"),
    ("no-display-name", "the form of a text: a check"),
    ("hive-fully-expanded", "the form of a text: a check"),
    ("lowercase", "the form of a text: a check"),
    ("semver-recommended", "the form of a text: a check"),
    ("selector-syntax", "the form of a text: a check"),
    ("one-of:", "the form of a text: a check"),
    ("anonymized-when-unnamed", "the form of a text: a check"),
    ("keys-", "the names of members: a check"),
    ("excluded-keys:", "the names of members: a check"),
    ("equals:", "the kind of the property says so"),
    ("equals-type-name", "the type of the struct says so"),
    ("min-items:1", "the kind list says so"),
    ("min-entries:1", "the kind dictionary says so"),
    ("sco-only", "the class says so"),
    ("must-not-be-present", "compared with the reserved names"),
    ("prefix-is-own-type", "holds for every type: a check"),
    ("must-resolve", "needs the whole object: a check"),
    ("not-self", "needs the object's own identifier: a check"),
    ("same-binary-when:", "needs other objects"),
    ("equals-modified-of-target", "needs other objects"),
    ("at-least-one-sco", "a check"),
    ("absent-inside-observable-container-allowed", "such objects are kept as they are"),
    ("immutable-across-versions", "about two versions of an object"),
    ("strictly-increases-per-version", "about two versions of an object"),
    ("terminal-when-true", "about two versions of an object"),
    ("ge:", "compared as a constraint of the object"),
    ("gt:", "compared as a constraint of the object"),
    ("requires:", "compared as a constraint of the object"),
    ("excludes:", "compared as a constraint of the object"),
    ("required-when", "compared as a constraint of the object"),
    ("required-without:", "compared as a constraint of the object"),
    ("forbidden-when:", "compared as a constraint of the object"),
    ("forces:", "compared as a constraint of the object"),
    ("only-with-extension-type:", "compared as a constraint of the object"),
];

fn facts(name: &str) -> Value {
    let path = format!("{}/../fixtures/stix21/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().map(|text| text.as_str().unwrap()).collect()
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

/// All types, with the bundle.
fn objects() -> Vec<&'static ObjectDef> {
    REGISTRY.iter().copied().chain([Bundle::OBJECT]).collect()
}

/// All structs that are reached from the types, by name.
fn structs() -> BTreeMap<&'static str, &'static StructDef> {
    fn reach(kind: &'static Kind, found: &mut BTreeMap<&'static str, &'static StructDef>) {
        match kind {
            Kind::List(kind) | Kind::Dictionary(kind) => reach(kind, found),
            Kind::Extensions(def) => def.properties.iter().for_each(|property| reach(property.kind, found)),
            Kind::Struct(def) => {
                found.insert(def.name, def);
                def.properties.iter().for_each(|property| reach(property.kind, found));
            }
            _ => {}
        }
    }
    // The definitions of markings are read through their marking.
    let mut found: BTreeMap<_, _> =
        [StatementMarking::DEF, TlpMarking::DEF].into_iter().map(|def| (def.name, def)).collect();
    for property in objects().iter().flat_map(|def| def.properties()) {
        reach(property.kind, &mut found);
    }
    found
}

fn kind_name(kind: &Kind, property: &PropertyDef) -> String {
    match kind {
        Kind::String => match property.vocabulary {
            Some(vocabulary) if vocabulary.open => format!("open-vocab:{}", vocabulary.name),
            Some(vocabulary) => format!("enum:{}", vocabulary.name),
            None => "string".into(),
        },
        Kind::Boolean => "boolean".into(),
        Kind::Integer { .. } => "integer".into(),
        Kind::Float { .. } => "float".into(),
        Kind::IntegerOrString => "integer-or-string".into(),
        Kind::Timestamp => "timestamp".into(),
        Kind::Identifier => "identifier".into(),
        Kind::SpecVersion => "string".into(),
        Kind::Hex => "hex".into(),
        Kind::Binary => "binary".into(),
        Kind::Hashes => "hashes".into(),
        Kind::Dictionary(Kind::Any) => "dictionary".into(),
        Kind::Dictionary(kind) => format!("dictionary<{}>", kind_name(kind, property)),
        Kind::Extensions(_) => "dictionary<extension>".into(),
        Kind::Observables => "observable-container".into(),
        Kind::List(kind) => format!("list<{}>", kind_name(kind, property)),
        Kind::Struct(def) => format!("struct:{}", def.name),
        Kind::Object => "stix-object".into(),
        other => panic!("no name for {other:?}"),
    }
}

fn target_names(targets: &[Target]) -> BTreeSet<String> {
    let names: BTreeSet<String> = targets
        .iter()
        .map(|target| match target {
            Target::Type(name) => (*name).into(),
            Target::Class(class) => format!("*{class:?}").to_lowercase(),
        })
        .collect();
    let all = ["*sdo", "*sco", "*sro", "*smo"];
    if all.iter().all(|class| names.contains(*class)) { ["*stix-object".to_owned()].into() } else { names }
}

/// A property in one line, as its declaration says.
fn said(property: &PropertyDef) -> String {
    let presence = match (property.required, property.deprecated) {
        (true, _) => "required",
        (false, true) => "deprecated",
        (false, false) => "optional",
    };
    let (mut min, mut max) = (None, None);
    match property.kind {
        Kind::Integer { min: low, max: high } => {
            (min, max) = (low.map(|n| n.to_string()), high.map(|n| n.to_string()));
        }
        Kind::Float { min: low, max: high } => {
            (min, max) = (low.map(|n| n.to_string()), high.map(|n| n.to_string()));
        }
        _ => {}
    }
    let precision = match (property.milliseconds, property.whole_seconds) {
        (true, false) => "min-precision:ms",
        (false, true) => "exact-precision:s",
        (false, false) => "",
        (true, true) => panic!("two precisions"),
    };
    format!(
        "{} {presence} min={min:?} max={max:?} {precision} {:?}",
        kind_name(property.kind, property),
        target_names(property.targets)
    )
}

/// The same as the other account says it.
fn expected(property: &Value) -> String {
    let presence = match property["presence"].as_str().unwrap() {
        "required" => "required",
        "optional-deprecated" => "deprecated",
        "optional" | "conditional" => "optional",
        other => panic!("no presence {other}"),
    };
    let constraints = texts(&property["constraints"]);
    let after = |prefix: &str| constraints.iter().find_map(|c| c.strip_prefix(prefix)).map(str::to_owned);
    let precision = constraints.iter().find(|c| c.contains("-precision:")).unwrap_or(&"");
    let targets: BTreeSet<_> = texts(&property["targets"]).into_iter().collect();
    let kind = property["type"].as_str().unwrap();
    format!("{kind} {presence} min={:?} max={:?} {precision} {targets:?}", after("min:"), after("max:"))
}

/// The relations of a struct, each as a text.
fn said_constraints(constraints: impl Iterator<Item = &'static Constraint>) -> BTreeSet<String> {
    constraints.map(|constraint| format!("{constraint:?}")).collect()
}

/// The tables' constraints that one of the other account's stands for.
fn expected_constraints(fact: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pairs = |firsts: &Value, seconds: &Value| -> Vec<String> {
        let pair = |first, second| format!("Requires({first:?}, {second:?})");
        let (firsts, seconds) = (texts(firsts), texts(seconds));
        firsts.iter().flat_map(|first| seconds.iter().map(move |second| pair(first, second))).collect()
    };
    let conditions = |variant: &str, properties: &Value| -> Vec<String> {
        let (condition, value) = fact["if"].as_object().unwrap().iter().next().unwrap();
        let named = |property| {
            format!("{variant} {{ property: {property:?}, condition: {condition:?}, value: {value} }}")
        };
        texts(properties).into_iter().map(named).collect()
    };
    match fact["rule"].as_str().unwrap() {
        "at-least-one-of" if fact["properties"].is_array() => {
            vec![format!("AtLeastOne({:?})", texts(&fact["properties"]))]
        }
        // Properties that need each other stand for themselves.
        "at-least-one-of" => {
            let names: Vec<_> = items(&fact["alternatives"]).iter().flat_map(texts).collect();
            vec![format!("AtLeastOne({names:?})")]
        }
        "exactly-one-of" => vec![format!("ExactlyOne({:?})", texts(&fact["properties"]))],
        "co-required" => {
            let all = pairs(&fact["properties"], &fact["properties"]);
            let names = texts(&fact["properties"]);
            let same = |c: &String| names.iter().any(|name| *c == format!("Requires({name:?}, {name:?})"));
            all.into_iter().filter(|constraint| !same(constraint)).collect()
        }
        "if-present-then-required" => pairs(&fact["if"], &fact["then"]),
        "if-absent-then-required" => {
            let absent = texts(&fact["if_absent"])[0];
            let either = |name: &&str| format!("AtLeastOne({:?})", [*name, absent]);
            texts(&fact["then"]).iter().map(either).collect()
        }
        "if-value-then-required" => conditions("RequiredWhen", &fact["then"]),
        "if-value-then-forbidden" => conditions("ForbiddenWhen", &fact["forbid"]),
        "ge" => vec![format!("NotBefore({:?}, {:?})", text(&fact["later"]), text(&fact["earlier"]))],
        "gt" => vec![format!("After({:?}, {:?})", text(&fact["later"]), text(&fact["earlier"]))],
        "at-least-one-specific-property" => vec![format!("AnyOwn({:?})", texts(&fact["or_any_of"]))],
        "at-least-one-property-besides" => vec![format!("AnyBesides([{:?}])", text(&fact["property"]))],
        "only-if" => {
            let (list, term) = fact["condition"].as_str().unwrap().split_once(" contains ").unwrap();
            let property = text(&fact["property"]);
            vec![format!("OnlyWithTerm {{ property: {property:?}, list: {list:?}, term: {term:?} }}")]
        }
        other => panic!("no constraint for {other}"),
    }
}

/// Compares a struct with a fact, and gives the differences.
fn compare(
    name: &str,
    properties: &[&'static PropertyDef],
    facts: &[&Value],
    differences: &mut Vec<(String, String)>,
) {
    let names: Vec<_> = properties.iter().map(|property| property.name).collect();
    let expected_names: Vec<_> = facts.iter().map(|fact| fact["name"].as_str().unwrap()).collect();
    assert_eq!(names, expected_names, "the names and their order in {name}");
    for (property, fact) in properties.iter().zip(facts) {
        assert!(!property.doc.is_empty(), "{name}.{} has no documentation", property.name);
        let (said, expected) = (said(property), expected(fact));
        if said != expected {
            let kind = |line: &str| line.split_once(' ').unwrap().0.to_owned();
            assert_eq!(
                said.replacen(&kind(&said), &kind(&expected), 1),
                expected,
                "{name}.{}",
                property.name
            );
            differences.push((
                format!("{name}.{}", property.name),
                format!("{} -> {}", kind(&expected), kind(&said)),
            ));
        }
    }
}

fn compare_constraints(
    name: &str,
    said: &BTreeSet<String>,
    facts: &[Value],
    left: &mut BTreeSet<&'static str>,
) {
    let mut expected = BTreeSet::new();
    for fact in facts {
        let rule = fact["rule"].as_str().unwrap();
        match LEFT_TO_CHECKS.iter().find(|(name, _)| *name == rule) {
            Some((rule, _)) => drop(left.insert(rule)),
            None => expected.extend(expected_constraints(fact)),
        }
    }
    assert_eq!(*said, expected, "{name}");
}

#[test]
fn every_declaration_says_what_the_model_says() {
    let model = facts("model");
    let types: BTreeMap<_, _> =
        items(&model["types"]).iter().map(|entry| (entry["name"].as_str().unwrap(), entry)).collect();
    let mut differences = Vec::new();
    let mut left = BTreeSet::new();
    for def in objects() {
        let entry = types[def.name()];
        assert_eq!(def.own.section, entry["section"].as_str().unwrap(), "{}", def.name());
        assert_eq!(format!("{:?}", def.class).to_lowercase(), entry["kind"], "{}", def.name());
        assert!(!def.own.doc.is_empty());
        let common = &model["common_properties"][entry["common"].as_str().unwrap()]["properties"];
        let is_reserved = |property: &&Value| property["presence"] == "reserved";
        let own = items(&entry["properties"]);
        let reserved: Vec<_> = own.iter().filter(is_reserved).map(|p| p["name"].as_str().unwrap()).collect();
        assert_eq!(def.own.reserved, reserved, "{}", def.name());
        // The account of the common properties is in the order of the specification as well.
        let owned: Vec<_> = own.iter().filter(|property| !is_reserved(property)).collect();
        compare(def.name(), &def.own.properties.iter().collect::<Vec<_>>(), &owned, &mut differences);
        let facts: Vec<_> = items(common).iter().filter(|property| property["name"] != "type").collect();
        compare(def.name(), &def.common.properties.iter().collect::<Vec<_>>(), &facts, &mut differences);
        let contributing: BTreeSet<_> = def.id_contributing().collect();
        assert_eq!(contributing, texts(&entry["id_contributing"]).into_iter().collect(), "{}", def.name());
        let said = said_constraints(def.own.constraints.iter());
        compare_constraints(def.name(), &said, items(&entry["object_constraints"]), &mut left);
        if let Some(Kind::Extensions(extensions)) = def.property("extensions").map(|property| property.kind) {
            let names: Vec<_> = extensions.properties.iter().map(|property| property.name).collect();
            assert_eq!(names, texts(&entry["predefined_extensions"]), "{}", def.name());
        }
    }
    assert_eq!(objects().len(), types.len());
    assert_eq!(REGISTRY.len(), 42);
    let expected: Vec<_> =
        DIFFERENCES.iter().map(|(place, what, _)| ((*place).into(), (*what).into())).collect();
    assert_eq!(differences, expected);
    assert_eq!(left, LEFT_TO_CHECKS.iter().map(|(rule, _)| *rule).collect());
}

#[test]
fn every_struct_and_extension_says_what_the_model_says() {
    let model = facts("model");
    let structs = structs();
    let facts = [&model["structs"], &model["predefined_extensions"]].into_iter().flat_map(items);
    let mut compared = 0;
    for entry in facts {
        let name = entry["name"].as_str().unwrap();
        let def = structs[name];
        let mut differences = Vec::new();
        let properties: Vec<_> = items(&entry["properties"]).iter().collect();
        compare(name, &def.properties.iter().collect::<Vec<_>>(), &properties, &mut differences);
        assert_eq!(differences, []);
        assert_eq!(def.section, entry["section"].as_str().unwrap(), "{name}");
        let said = said_constraints(def.constraints.iter());
        compare_constraints(name, &said, items(&entry["object_constraints"]), &mut BTreeSet::new());
        compared += 1;
    }
    assert_eq!((compared, structs.len()), (23, 23));
}

#[test]
fn every_constraint_of_a_property_is_accounted_for() {
    let model = facts("model");
    let lists = [&model["types"], &model["structs"], &model["predefined_extensions"]];
    let owners =
        lists.into_iter().flat_map(items).chain(model["common_properties"].as_object().unwrap().values());
    let compared = ["min:", "max:", "min-precision:", "exact-precision:"];
    let mut met = BTreeSet::new();
    for property in owners.flat_map(|owner| items(&owner["properties"])) {
        for constraint in texts(&property["constraints"]) {
            if compared.iter().any(|prefix| constraint.starts_with(prefix)) {
                continue;
            }
            let known = NOT_IN_TABLES.iter().find(|(prefix, _)| constraint.starts_with(prefix));
            met.insert(known.unwrap_or_else(|| panic!("{}: {constraint}", property["name"])).0);
        }
    }
    assert_eq!(met, NOT_IN_TABLES.iter().map(|(prefix, _)| *prefix).collect());
}

#[test]
fn times_of_versions_are_in_order() {
    for def in objects() {
        let versioned = def.common.property("modified").is_some();
        let said = said_constraints(def.common.constraints.iter());
        let expected: &[&str] = if versioned { &["NotBefore(\"modified\", \"created\")"] } else { &[] };
        assert_eq!(said.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{}", def.name());
    }
}

#[test]
fn reserved_names_are_those_of_the_model() {
    let model = facts("model");
    assert_eq!(texts(&model["reserved_property_names"]["spec"]), RESERVED_PROPERTIES);
    assert_eq!(texts(&model["reserved_type_names"]), [RESERVED_TYPE]);
}

#[test]
fn vocabularies_are_those_of_the_facts() {
    let facts = facts("vocab");
    let facts = facts["vocabularies"].as_object().unwrap();
    for vocabulary in VOCABULARIES {
        let fact = &facts[vocabulary.name];
        assert_eq!(vocabulary.terms, texts(&fact["values"]), "{}", vocabulary.name);
        assert_eq!(vocabulary.open, fact["kind"] == "open-vocab", "{}", vocabulary.name);
        assert_eq!(stix_core::vocab::vocabulary(vocabulary.name).map(|v| v.name), Some(vocabulary.name));
    }
    assert_eq!((VOCABULARIES.len(), facts.len()), (33, 33));
    assert!(stix_core::vocab::vocabulary("no-such-ov").is_none());
}

#[test]
fn vocabularies_are_used_where_the_facts_say() {
    let facts = facts("vocab");
    let mut used: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let own = objects().into_iter().map(|def| def.own);
    for def in own.chain(structs().into_values()) {
        for property in def.properties {
            if let Some(vocabulary) = property.vocabulary {
                used.entry(vocabulary.name).or_default().insert(format!("{}.{}", def.name, property.name));
            }
        }
    }
    // The names of hashes and the types of extensions are no properties that tables know, and the
    // kinds of definitions are a listed difference.
    used.entry("marking-definition-type").or_default().insert("marking-definition.definition_type".into());
    used.entry("hash-algorithm-ov").or_default().insert("any hashes key".into());
    used.entry("extension-type-enum").or_default().insert("extensions.*.extension_type".into());
    for (name, fact) in facts["vocabularies"].as_object().unwrap() {
        let expected: BTreeSet<String> = texts(&fact["used_by"]).into_iter().map(str::to_owned).collect();
        assert_eq!(used.get(name.as_str()), Some(&expected), "{name}");
    }
}

#[test]
fn relationships_are_those_of_the_facts() {
    let facts = facts("relationships");
    let said: Vec<Vec<&str>> = RELATIONSHIPS
        .iter()
        .flat_map(|(source, named)| named.iter().map(move |(name, targets)| (source, name, targets)))
        .flat_map(|(source, name, targets)| targets.iter().map(move |target| vec![*source, *name, *target]))
        .collect();
    let expected: Vec<Vec<&str>> = items(&facts["triples"]).iter().map(texts).collect();
    assert_eq!(said, expected);
    assert_eq!(said.len(), 137);
    let common: Vec<_> = items(&facts["common"]).iter().map(|fact| fact["type"].as_str().unwrap()).collect();
    assert_eq!(COMMON_RELATIONSHIPS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), common);
    for triple in said {
        assert!([triple[0], triple[2]].iter().all(|name| stix_core::object::def(name).is_some()));
    }
}

#[test]
fn tables_find_every_property() {
    for def in objects() {
        for property in def.properties() {
            let found = def.property(property.name).unwrap();
            assert!(std::ptr::eq(found, property), "{}.{}", def.name(), property.name);
        }
        assert!(def.property("no_such_property").is_none());
        if def.class != Class::Bundle {
            assert!(std::ptr::eq(stix_core::object::def(def.name()).unwrap().own, def.own));
        }
    }
    assert!(stix_core::object::def("no-such-type").is_none());
}
