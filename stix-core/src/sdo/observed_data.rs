//! Observed data (STIX 2.1 section 4.14).

use std::collections::{HashMap, HashSet};

use stix_derive::StixObject;

use crate::{
    Identifier, SdoCommon, Timestamp,
    schema::{Class, Target},
    validate::{Check, Json, Members, Rule},
    values::{Observables, ObservationCount},
};

/// What was seen on systems and networks, as cyber-observable objects.
///
/// ```
/// use std::num::NonZeroU16;
/// use stix_core::{Timestamp, sco::DomainName, sdo::ObservedData};
///
/// let domain = DomainName::new("example.com");
/// let (first, last): (Timestamp, Timestamp) = ("2024-01-15T10:00:00Z".parse()?, "2024-01-15T11:00:00Z".parse()?);
/// let count = NonZeroU16::new(50).ok_or("zero")?;
/// let data = ObservedData::new(first, last, count, [domain.common.id]).validated()?;
/// assert_eq!(data.number_observed.value(), 50);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(
    type = "observed-data", class = Sdo, section = "4.14",
    new(first_observed, last_observed, number_observed, object_refs),
    exactly_one(objects, object_refs),
    not_before(last_observed, first_observed),
    check = check,
)]
#[non_exhaustive]
pub struct ObservedData {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// When the data were first seen.
    pub first_observed: Timestamp,
    /// When the data were last seen.
    pub last_observed: Timestamp,
    /// How often the data were seen.
    pub number_observed: ObservationCount,
    /// The observed objects, in the way of STIX 2.0.
    #[stix(deprecated)]
    pub objects: Option<Observables>,
    /// The observed objects and the relations between them.
    #[stix(refs(Sco, Sro))]
    pub object_refs: Option<Vec<Identifier>>,
}

fn check<'c>(data: &'c Members<'c>, check: &mut Check<'c>) {
    if let Some(Json::Array(refs)) = data.get("object_refs")
        && !refs.is_empty()
        && !refs.iter().filter_map(Json::as_str).any(|id| may_be_observable(id, check))
    {
        let message = "none of these refers to a cyber-observable object";
        check.member("object_refs", |check| check.problem(Rule::ObservedObject, message));
    }
    let Some(Json::Object(objects)) = data.get("objects") else { return };
    check.member("objects", |check| {
        let help = "make them objects of their own, and list them in `object_refs`";
        check.problem_with_help(Rule::Deprecated, "`objects` is deprecated", help);
        for (key, value) in objects.iter() {
            check.member(key, |check| observable(key, value, objects, check));
        }
        unconnected(objects, check);
    });
}

/// Reports the objects of the container to which no reference leads from the first one, in whatever direction.
fn unconnected<'c>(objects: &'c Members<'c>, check: &mut Check<'c>) {
    let mut neighbours: HashMap<&str, Vec<&str>> = objects.iter().map(|(key, _)| (key, Vec::new())).collect();
    for (key, object) in objects.iter() {
        each_reference(object, false, &mut |target| {
            // Markings and creators stand outside the container.
            if let Some(near) = neighbours.get_mut(target) {
                near.push(key);
                neighbours.entry(key).or_default().push(target);
            }
        });
    }
    let Some((first, _)) = objects.iter().next() else { return };
    let (mut reached, mut waiting) = (HashSet::from([first]), vec![first]);
    while let Some(key) = waiting.pop() {
        let near = neighbours.get(key).into_iter().flatten();
        waiting.extend(near.copied().filter(|key| reached.insert(key)));
    }
    for (key, _) in objects.iter().filter(|(key, _)| !reached.contains(key)) {
        let message = format_args!("no references lead from `{first}` to `{key}` or back");
        let help = "put objects that are not related into observed-data of their own";
        check.member(key, |check| check.problem_with_help(Rule::UnconnectedObservable, message, help));
    }
}

/// Visits the references in a value, at any depth.
fn each_reference<'c>(value: &'c Json<'c>, refers: bool, visit: &mut impl FnMut(&'c str)) {
    match value {
        Json::String(target) if refers => visit(target),
        Json::Array(items) => items.iter().for_each(|item| each_reference(item, refers, visit)),
        Json::Object(members) => {
            for (name, value) in members.iter() {
                each_reference(value, name.ends_with("_ref") || name.ends_with("_refs"), visit);
            }
        }
        _ => {}
    }
}

/// A type that no table describes may be one of cyber-observable objects.
fn may_be_observable(id: &str, check: &Check<'_>) -> bool {
    let object_type = id.split_once("--").map_or("", |(object_type, _)| object_type);
    check.def(object_type).is_none_or(|def| def.class == Class::Sco)
}

/// Checks an object of the deprecated container: its name, and that what it refers to is there.
fn observable<'c>(key: &'c str, value: &'c Json<'c>, objects: &'c Members<'c>, check: &mut Check<'c>) {
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = format_args!("`{key}` is not a number");
        check.problem_with_help(Rule::ObservableKey, message, "number the objects: `0`, `1` and so on");
    }
    let Some(members) = value.as_object() else { return };
    let def = members.text("type").and_then(|name| check.def(name));
    for (name, value) in members.iter().filter(|(name, _)| name.ends_with("_ref") || name.ends_with("_refs"))
    {
        let targets = def.and_then(|def| def.property(name)).map_or(&[][..], |property| property.targets);
        check.member(name, |check| match value {
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    check.item(index, |check| local_reference(item, targets, objects, check));
                }
            }
            single => local_reference(single, targets, objects, check),
        });
    }
}

fn local_reference<'c>(value: &Json<'c>, targets: &[Target], objects: &Members<'c>, check: &mut Check<'c>) {
    let Some(key) = value.as_str() else { return };
    let Some(object) = objects.get(key).and_then(Json::as_object) else {
        // Markings and creators stand outside the container.
        if !key.contains("--") {
            check.problem(Rule::ObservableReference, format_args!("`{key}` is not in this container"));
        }
        return;
    };
    let Some(object_type) = object.text("type") else { return };
    let named = |target: &Target| !matches!(target, Target::Type(name) if *name != object_type);
    if !targets.is_empty() && !targets.iter().any(named) {
        let message = format_args!("`{key}` is of type `{object_type}`, which must not be referred to here");
        check.problem(Rule::ObservableReference, message);
    }
}
