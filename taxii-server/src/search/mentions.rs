//! What an object names, and under which keys it is found by that.

use std::collections::BTreeSet;

use ipnet::IpNet;
use serde_json::Value;
use stix_pattern::Pattern;
use stix_pattern::ast::{
    self, ComparisonExpression, ComparisonOperator, ComparisonTest, ObservationExpression, Predicate,
    TextOperator,
};

use crate::storage::mention::MentionKey;

/// The key of all patterns that can match a value which they do not name. No value is written so.
pub(super) fn open() -> MentionKey {
    MentionKey::of("\u{0}open")
}

/// The key of a value: addresses and networks have one spelling.
pub(super) fn key(text: &str) -> MentionKey {
    let text = text.trim();
    match network(text) {
        Some(network) => MentionKey::of(&spelled(network)),
        None => MentionKey::of(text),
    }
}

/// An address or a network of either family.
pub(super) fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse().ok().map(|address: std::net::IpAddr| address.into()))
}

/// A network as it is spelled everywhere: that of one address as the address.
pub(super) fn spelled(network: IpNet) -> String {
    match network.prefix_len() == network.max_prefix_len() {
        true => network.addr().to_string(),
        false => network.trunc().to_string(),
    }
}

/// The pattern of an indicator, if it is one of STIX.
pub(super) fn pattern(object: &Value) -> Option<&str> {
    let indicator = object.get("type")? == "indicator" && object.get("pattern_type")? == "stix";
    object.get("pattern").filter(|_| indicator)?.as_str()
}

/// All keys of an object.
pub(super) fn keys(object: &Value) -> BTreeSet<MentionKey> {
    let mut keys = BTreeSet::new();
    let mut name = |value: &Value| keys.extend(value.as_str().map(key));
    for (property, value) in object.as_object().into_iter().flatten() {
        match (property.as_str(), value) {
            // Nearly every object has them: they tell none from another.
            ("created_by_ref" | "object_marking_refs", _) => {}
            ("name" | "value", value) => name(value),
            ("hashes", Value::Object(hashes)) => hashes.values().for_each(&mut name),
            (property, Value::Array(ids)) if property.ends_with("_refs") => ids.iter().for_each(&mut name),
            (property, value) if property.ends_with("_ref") => name(value),
            _ => {}
        }
    }
    // Those of indicators are names at their source.
    if object.get("type").is_some_and(|object_type| object_type != "indicator") {
        let references = object.get("external_references").and_then(Value::as_array).into_iter().flatten();
        references.filter_map(|reference| reference.get("external_id")).for_each(&mut name);
    }
    if let Some(Ok(pattern)) = pattern(object).map(Pattern::parse) {
        expression(pattern.root(), &mut keys);
    }
    keys
}

fn expression(node: &ObservationExpression, keys: &mut BTreeSet<MentionKey>) {
    match node {
        ObservationExpression::Bracket(bracket) => comparison(bracket.comparison(), keys),
        ObservationExpression::And(chain)
        | ObservationExpression::Or(chain)
        | ObservationExpression::FollowedBy(chain) => {
            chain.operands().iter().for_each(|operand| expression(operand, keys));
        }
        ObservationExpression::Qualified(qualified) => expression(qualified.expression(), keys),
    }
}

fn comparison(node: &ComparisonExpression, keys: &mut BTreeSet<MentionKey>) {
    match node {
        ComparisonExpression::Test(test) => self::test(test, keys),
        ComparisonExpression::And(chain) | ComparisonExpression::Or(chain) => {
            chain.operands().iter().for_each(|operand| comparison(operand, keys));
        }
    }
}

fn test(test: &ComparisonTest, keys: &mut BTreeSet<MentionKey>) {
    let named =
        |value: &ast::Value| if let ast::Value::String(text) = value { Some(key(text)) } else { None };
    match test.predicate() {
        Predicate::Compare(ComparisonOperator::Equal, literal) if !test.is_negated() => {
            keys.extend(named(literal.value()));
        }
        Predicate::In(set) if !test.is_negated() => {
            keys.extend(set.literals().iter().filter_map(|literal| named(literal.value())));
        }
        Predicate::Text(TextOperator::IsSubset, literal) if !test.is_negated() => {
            keys.insert(key(literal.value()));
        }
        _ => {
            keys.insert(open());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_objects_name() {
        let cases = [
            (json!({"type": "malware", "name": "Emotet", "created_by_ref": "identity--1"}), vec!["emotet"]),
            (json!({"type": "ipv4-addr", "value": "192.0.2.1/32"}), vec!["192.0.2.1"]),
            (json!({"type": "file", "hashes": {"MD5": "AB"}, "name": "a.exe"}), vec!["ab", "a.exe"]),
            (
                json!({"type": "relationship", "source_ref": "a--1", "target_ref": "b--2"}),
                vec!["a--1", "b--2"],
            ),
            (
                json!({"type": "report", "object_refs": ["a--1"], "object_marking_refs": ["m--1"]}),
                vec!["a--1"],
            ),
            (
                json!({"type": "vulnerability", "external_references": [{"external_id": "CVE-2024-1"}]}),
                vec!["cve-2024-1"],
            ),
            (json!({"type": "indicator", "external_references": [{"external_id": "x"}]}), vec![]),
        ];
        for (object, expected) in cases {
            assert_eq!(keys(&object), expected.into_iter().map(key).collect(), "{object}");
        }
    }

    #[test]
    fn what_patterns_name() {
        let cases = [
            ("[ipv6-addr:value = '2001:DB8:0::1']", vec![key("2001:db8::1")]),
            ("[ipv4-addr:value ISSUBSET '192.0.2.7/24']", vec![key("192.0.2.0/24")]),
            (
                "[a:b = 'x' AND a:c IN ('y', 1)] FOLLOWEDBY [a:b = 'z'] WITHIN 5 SECONDS",
                vec![key("x"), key("y"), key("z")],
            ),
            ("[url:value LIKE '%x%' OR url:value = 'y']", vec![open(), key("y")]),
            ("[url:value NOT = 'y']", vec![open()]),
            ("[file:size > 7]", vec![open()]),
        ];
        for (pattern, expected) in cases {
            let object = json!({"type": "indicator", "pattern_type": "stix", "pattern": pattern});
            assert_eq!(keys(&object), expected.into_iter().collect(), "{pattern}");
        }
    }
}
