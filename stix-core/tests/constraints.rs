//! Every relation between properties that a table holds is reported when it is broken, whatever the type.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::collections::BTreeMap;

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::{Map, Value, json};
use stix_core::{
    Object,
    object::REGISTRY,
    schema::{Constraint, Kind, ObjectDef, StructDef},
    strategies,
    validate::{Report, Rule, Valid, check_object},
};

/// How many objects of each type are drawn.
const DRAWN: usize = 14;

/// A struct in an object that was drawn.
struct Place {
    object: Value,
    pointer: String,
}

/// Valid objects, the structs in them by the names of their tables, and values of all properties.
#[derive(Default)]
struct Drawn {
    places: BTreeMap<&'static str, Vec<Place>>,
    values: BTreeMap<(&'static str, String), Value>,
    structs: BTreeMap<&'static str, &'static StructDef>,
}

impl Drawn {
    fn object(&mut self, def: &'static ObjectDef, object: &Value) {
        self.structure(def.own, object, "");
        for property in def.properties() {
            if let Some(value) = object.get(property.name) {
                self.values.insert((def.name(), property.name.to_owned()), value.clone());
                self.inside(property.kind, value, object, &format!("/{}", property.name));
            }
        }
    }

    /// Notes a struct; `pointer` is where it stands in `object`.
    fn structure(&mut self, def: &'static StructDef, object: &Value, pointer: &str) {
        self.structs.insert(def.name, def);
        let place = Place { object: object.clone(), pointer: pointer.to_owned() };
        self.places.entry(def.name).or_default().push(place);
    }

    fn inside(&mut self, kind: &'static Kind, value: &Value, object: &Value, pointer: &str) {
        match kind {
            Kind::List(item) => {
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    self.inside(item, value, object, &format!("{pointer}/{index}"));
                }
            }
            Kind::Struct(def) | Kind::Extensions(def) => {
                if matches!(kind, Kind::Struct(_)) {
                    self.structure(def, object, pointer);
                }
                for property in def.properties {
                    if let Some(value) = value.get(property.name) {
                        self.values.insert((def.name, property.name.to_owned()), value.clone());
                        self.inside(property.kind, value, object, &format!("{pointer}/{}", property.name));
                    }
                }
            }
            _ => {}
        }
    }
}

fn drawn() -> Drawn {
    let mut runner = TestRunner::deterministic();
    let mut drawn = Drawn::default();
    for def in REGISTRY {
        let strategy = strategies::object(def);
        for _ in 0..DRAWN {
            drawn.object(def, &strategy.new_tree(&mut runner).unwrap().current());
        }
    }
    drawn
}

/// Breaks a constraint in all ways: each gives the members, and a part of what the problem says.
fn broken(
    constraint: &Constraint,
    def: &StructDef,
    members: &Map<String, Value>,
    value: impl Fn(&str) -> Value,
) -> Vec<(Map<String, Value>, String)> {
    let without = |names: &[&str]| {
        let mut members = members.clone();
        members.retain(|name, _| !names.contains(&name.as_str()));
        members
    };
    let with = |mut members: Map<String, Value>, added: &[(&str, Value)]| {
        members.extend(added.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        members
    };
    let own: Vec<_> = def.properties.iter().map(|property| property.name).collect();
    let (early, late) = (json!("2020-01-01T00:00:00.000Z"), json!("2021-01-01T00:00:00.000Z"));
    match constraint {
        Constraint::AtLeastOne(names) => vec![(without(names), format!("one of {} must", names.join(", ")))],
        Constraint::ExactlyOne(names) => {
            let all: Vec<_> = names.iter().map(|name| (*name, value(name))).collect();
            let message = format!("exactly one of {} must", names.join(", "));
            vec![(without(names), message.clone()), (with(members.clone(), &all), message)]
        }
        Constraint::Requires(first, second) => {
            vec![(with(without(&[second]), &[(first, value(first))]), format!("`{first}` needs `{second}`"))]
        }
        Constraint::NotBefore(late_name, early_name) => {
            let added = [(*late_name, early), (*early_name, late)];
            vec![(with(members.clone(), &added), format!("`{late_name}` is before `{early_name}`"))]
        }
        Constraint::After(late_name, early_name) => {
            let message = format!("`{late_name}` is not after `{early_name}`");
            let same = [(*late_name, early.clone()), (*early_name, early.clone())];
            let before = [(*late_name, early), (*early_name, late)];
            vec![(with(members.clone(), &same), message.clone()), (with(members.clone(), &before), message)]
        }
        Constraint::RequiredWhen { property, condition, value: when } => {
            let message = format!("`{property}` must be present when `{condition}` is {when}");
            vec![(with(without(&[property]), &[(condition, json!(when))]), message)]
        }
        Constraint::ForbiddenWhen { property, condition, value: when } => {
            let message = format!("`{property}` must not be present when `{condition}` is {when}");
            vec![(with(members.clone(), &[(condition, json!(when)), (property, value(property))]), message)]
        }
        Constraint::OnlyWithTerm { property, list, term } => {
            let message = format!("`{property}` may be present only when `{list}` has `{term}`");
            vec![(with(members.clone(), &[(property, value(property)), (list, json!(["new-sdo"]))]), message)]
        }
        Constraint::AnyOwn(others) => {
            vec![(without(&[&own[..], others].concat()), "one of its own properties must".to_owned())]
        }
        Constraint::AnyBesides(excepted) => {
            let besides: Vec<_> = own.into_iter().filter(|name| !excepted.contains(name)).collect();
            vec![(without(&besides), format!("property besides {} must", excepted.join(", ")))]
        }
        other => panic!("say how to break {other:?}"),
    }
}

/// The report on an object that was built, or on its JSON where no object can be built of it.
fn report(value: &Value) -> (bool, Report) {
    match serde_json::from_value::<Object>(value.clone()) {
        Ok(object) => (true, Valid::check(object).unwrap_err()),
        Err(_) => (false, check_object(value)),
    }
}

#[test]
fn every_constraint_is_reported() {
    let drawn = drawn();
    let (mut constraints, mut typed) = (0, 0);
    let defs = drawn.structs.values().map(|def| (*def, def.constraints));
    let common = REGISTRY.iter().map(|def| (def.own, def.common.constraints));
    for (def, held) in defs.chain(common) {
        for constraint in held {
            constraints += 1;
            let value = |name: &str| {
                let known = drawn.values.get(&(def.name, name.to_owned()));
                known.unwrap_or_else(|| panic!("{}.{name} was never drawn", def.name)).clone()
            };
            for place in drawn.places[def.name].iter().take(4) {
                let members = place.object.pointer(&place.pointer).unwrap().as_object().unwrap();
                for (members, message) in broken(constraint, def, members, value) {
                    let mut object = place.object.clone();
                    *object.pointer_mut(&place.pointer).unwrap() = Value::Object(members);
                    let (built, report) = report(&object);
                    typed += usize::from(built);
                    let found = report.errors().any(|problem| {
                        problem.rule() == Rule::PropertyRelation
                            && problem.path() == place.pointer
                            && problem.message().contains(&message)
                    });
                    assert!(found, "{} {constraint:?}: {message} at {:?}\n{report}", def.name, place.pointer);
                }
            }
        }
    }
    assert!(constraints > 60 && typed > 200, "{constraints} constraints, {typed} objects");
}
