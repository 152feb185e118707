//! Texts: names, identifiers and times.

use std::ops::RangeInclusive;

use proptest::{
    prelude::{BoxedStrategy, Strategy, any},
    prop_oneof,
    sample::select,
};
use serde_json::{Value, json};

use crate::{object::REGISTRY, schema::Target};

/// An identifier of an object of any type.
pub fn identifier() -> BoxedStrategy<String> {
    let known: Vec<_> = REGISTRY.iter().map(|def| def.name()).collect();
    prop_oneof![
        3 => select(known).prop_flat_map(identifier_of),
        1 => ("[a-z][a-z0-9]{2,9}(-[a-z0-9]{1,5})?", uuid()).prop_map(|(name, uuid)| format!("{name}--{uuid}")),
    ]
    .boxed()
}

/// An identifier of an object of this type.
///
/// ```
/// use proptest::prelude::*;
/// use stix_core::{Identifier, Timestamp, strategies::{identifier_of, timestamp}};
///
/// proptest!(|(id in identifier_of("tool"), time in timestamp(3..=6))| {
///     prop_assert!(id.parse::<Identifier>().is_ok_and(|id| id.object_type() == "tool"));
///     prop_assert!(time.parse::<Timestamp>().is_ok_and(|time| time.precision() >= 3));
/// });
/// ```
pub fn identifier_of(object_type: &'static str) -> BoxedStrategy<String> {
    uuid().prop_map(move |uuid| format!("{object_type}--{uuid}")).boxed()
}

/// A UUID, now and then in capitals.
fn uuid() -> impl Strategy<Value = String> {
    "[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-([0-9a-f]{12}|[0-9A-F]{12})"
}

/// A timestamp of the years 1990 to 2089 with so many digits of a second, at most ten.
pub fn timestamp(digits: RangeInclusive<usize>) -> BoxedStrategy<String> {
    let digits = (digits, 0..10_000_000_000_u64);
    let day = (1990..2090, 1..=12, 1..=28);
    let time = (0..24, 0..60, 0..60);
    (day, time, digits)
        .prop_map(|((year, month, day), (hour, minute, second), (count, digits))| {
            let digits = format!("{digits:010}");
            let fraction = digits.get(..count).filter(|digits| !digits.is_empty());
            let fraction = fraction.map(|digits| format!(".{digits}")).unwrap_or_default();
            format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
        })
        .boxed()
}

/// Any text, the empty one and those that need escapes in JSON among them.
pub(super) fn any_text() -> BoxedStrategy<Value> {
    prop_oneof![3 => "\\PC{0,12}".boxed(), 1 => any::<String>().boxed()].prop_map(Value::from).boxed()
}

/// Pairs of hexadecimal digits.
pub(super) fn hex() -> BoxedStrategy<Value> {
    "([0-9a-f]{2}){1,8}".prop_map(Value::from).boxed()
}

/// Base64.
pub(super) fn binary() -> BoxedStrategy<Value> {
    let texts = "([A-Za-z0-9+/]{4}){0,5}([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?";
    texts.prop_map(Value::from).boxed()
}

/// Hashes of a few algorithms.
pub(super) fn hashes() -> BoxedStrategy<Value> {
    let hashes = ("[0-9a-f]{32}", "[0-9a-f]{64}", 0..3);
    let hashes = hashes.prop_map(|(md5, sha256, which)| match which {
        0 => json!({"MD5": md5}),
        1 => json!({"SHA-256": sha256}),
        _ => json!({"MD5": md5, "SHA-256": sha256}),
    });
    hashes.boxed()
}

/// An identifier that may stand in a property with these targets.
pub(super) fn target(targets: &'static [Target]) -> BoxedStrategy<Value> {
    let fits = |name: &'static str, class| {
        targets.is_empty() || targets.contains(&Target::Type(name)) || targets.contains(&Target::Class(class))
    };
    let known = REGISTRY.iter().filter(|def| fits(def.name(), def.class)).map(|def| def.name());
    let named = targets.iter().filter_map(|target| match target {
        Target::Type(name) => Some(*name),
        Target::Class(_) => None,
    });
    // Types without a table may be of any class.
    let unknown = (targets.is_empty() || targets.iter().any(|target| matches!(target, Target::Class(_))))
        .then_some("x-custom");
    let names: Vec<_> = known.chain(named).chain(unknown).collect();
    select(names).prop_flat_map(identifier_of).prop_map(Value::from).boxed()
}
