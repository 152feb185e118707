//! Whether an object that was sent can be stored: what is checked of each, and in which words it is refused.

use std::fmt;

use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::value::RawValue;
use stix_core::schema::Class;
use stix_core::validate::{Json, Members, Problem, Profile, Report, Validator};
use stix_core::{Identifier, Registry, SpecVersion, Timestamp};
use stix_pattern::IndicatorRule;

use crate::storage::NewObject;
use crate::storage::submission::{Entry, Fate, Outcome};

/// How far ahead of the clock a date may lie before it counts as being in the future.
pub const FUTURE: TimeDelta = TimeDelta::minutes(5);

/// The most bytes of a reason.
const LONGEST_REASON: usize = 2000;

/// How many problems of one object are told.
const TOLD: usize = 10;

/// Judges objects.
#[derive(Debug)]
pub(super) struct Judge {
    validator: Validator,
}

impl Judge {
    /// One that takes the rules as strictly as the profile says. Patterns are always checked.
    pub(super) fn new(profile: Profile) -> Self {
        Self { validator: Validator::with_profile(profile).with_rule(IndicatorRule::default()) }
    }

    /// The object, or why it is refused. `place` is its place in the envelope, which names it when nothing else does.
    pub(super) fn judge(&self, text: &RawValue, place: usize, now: &Timestamp) -> Entry {
        let refused = |head: Head<'_>, reason: String| Entry::Refused {
            id: head.name(place),
            version: head.version(),
            reason: shortened(reason),
        };
        let tree: Json<'_> = match serde_json::from_str(text.get()) {
            Ok(tree) => tree,
            Err(error) => return refused(Head::default(), format!("it cannot be read: {error}")),
        };
        let Some(members) = tree.as_object() else {
            let reason = format!("expected a STIX object, found {}", tree.kind());
            return refused(Head::default(), reason);
        };
        let head = Head::of(members);
        if let Some(reason) = unsupported(&head).or_else(|| in_the_future(&head, now)) {
            return refused(head, reason);
        }
        let report = self.validator.json(&tree);
        if !report.is_valid() {
            return refused(head, in_words(&report));
        }
        match head.id.map(str::parse::<Identifier>) {
            Some(Ok(id)) => Entry::Good(NewObject {
                id,
                spec_version: SpecVersion::TEXT.to_owned(),
                version: head.version(),
                body: text.to_owned(),
            }),
            _ => refused(head, "`id` is missing or no identifier".to_owned()),
        }
    }
}

/// Refuses an object because of its length. Of its text only what names it is read.
pub(super) fn too_long(text: &RawValue, place: usize, most: usize) -> Entry {
    let parsed: Waiting<'_> = serde_json::from_str(text.get()).unwrap_or_default();
    let reason = format!("it has {} bytes, more than `max_object_bytes`, {most}", text.get().len());
    Entry::Refused { id: parsed.head().name(place), version: parsed.head().version(), reason }
}

/// The beginning of a reason that repeats a long text of the object.
pub(super) fn shortened(mut reason: String) -> String {
    if reason.len() > LONGEST_REASON {
        reason.truncate(reason.floor_char_boundary(LONGEST_REASON));
        reason.push_str("...");
    }
    reason
}

/// What is said of an object while it waits.
pub(super) fn waiting(text: &RawValue, place: usize) -> Outcome {
    let parsed: Waiting<'_> = serde_json::from_str(text.get()).unwrap_or_default();
    let head = parsed.head();
    let version = head.version().map(|version| version.to_string());
    Outcome { id: head.name(place), version, fate: Fate::Waiting }
}

/// As much of an object as is told of it while it waits; the rest is not even read.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Waiting<'a> {
    #[serde(borrow)]
    id: Option<Json<'a>>,
    #[serde(borrow)]
    created: Option<Json<'a>>,
    #[serde(borrow)]
    modified: Option<Json<'a>>,
}

impl Waiting<'_> {
    fn head(&self) -> Head<'_> {
        let Self { id, created, modified } = self;
        let [id, created, modified] = [id, created, modified].map(|member| member.as_ref()?.as_str());
        Head { id, created, modified, ..Head::default() }
    }
}

/// What tells what an object is.
#[derive(Clone, Copy, Debug, Default)]
struct Head<'a> {
    object_type: Option<&'a str>,
    id: Option<&'a str>,
    spec_version: Option<&'a str>,
    created: Option<&'a str>,
    modified: Option<&'a str>,
}

impl<'a> Head<'a> {
    fn of(members: &'a Members<'_>) -> Self {
        let text = |name: &str| members.text(name);
        Self {
            object_type: text("type"),
            id: text("id"),
            spec_version: text("spec_version"),
            created: text("created"),
            modified: text("modified"),
        }
    }

    /// The identifier; without one, a pointer into the envelope.
    fn name(&self, place: usize) -> String {
        match self.id {
            Some(id) if !id.is_empty() => id.chars().take(LONGEST_NAME).collect(),
            _ => format!("/objects/{place}"),
        }
    }

    /// `modified`, else `created`.
    fn version(&self) -> Option<Timestamp> {
        self.modified.or(self.created)?.parse().ok()
    }
}

/// The most characters of an identifier that cannot be used that are repeated.
const LONGEST_NAME: usize = 300;

/// Why this is no object of STIX 2.1, if so.
fn unsupported(head: &Head<'_>) -> Option<String> {
    if head.object_type == Some("bundle") {
        return Some("a bundle is no object of a collection: send what it holds".to_owned());
    }
    match head.spec_version {
        Some(SpecVersion::TEXT) => None,
        Some("2.0") => Some(only_this_version("`spec_version` is `2.0`")),
        // The validator says the rest: the property must not be there with another value, or of another kind.
        Some(_) => None,
        None if is_observable(head) => None,
        None => Some(only_this_version("it has no `spec_version`, as in STIX 2.0")),
    }
}

fn only_this_version(what: impl fmt::Display) -> String {
    format!("{what}: this collection takes STIX {} only", SpecVersion::TEXT)
}

/// Whether the object may leave `spec_version` out: cyber-observable objects may (STIX 2.1, section 3.2), and in a type
/// that nobody knows only those have no dates.
fn is_observable(head: &Head<'_>) -> bool {
    match head.object_type.and_then(|name| Registry::standard().def(name)) {
        Some(def) => def.class == Class::Sco,
        None => head.created.is_none() && head.modified.is_none(),
    }
}

fn in_the_future(head: &Head<'_>, now: &Timestamp) -> Option<String> {
    let latest = now.instant() + FUTURE;
    for (name, text) in [("modified", head.modified), ("created", head.created)] {
        let Some(text) = text else { continue };
        if text.parse::<Timestamp>().is_ok_and(|time| time.instant() > latest) {
            return Some(format!(
                "`{name}` is `{text}`, more than {} minutes in the future (it is now {now})",
                FUTURE.num_minutes()
            ));
        }
    }
    None
}

/// The errors of a report: rule, place and message of each.
fn in_words(report: &Report) -> String {
    let said = |problem: &Problem| format!("{}: {problem}", problem.rule().code());
    let mut words: Vec<_> = report.errors().take(TOLD).map(said).collect();
    let more = report.errors().count().saturating_sub(TOLD);
    if more > 0 {
        words.push(format!("and {more} more"));
    }
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "malware--0000000a-0000-4000-8000-000000000000";

    fn judge(text: &str) -> Entry {
        let raw = RawValue::from_string(text.to_owned()).unwrap();
        let now = "2026-01-01T00:00:00.000Z".parse().unwrap();
        Judge::new(Profile::Default).judge(&raw, 3, &now)
    }

    fn malware(more: &str) -> String {
        format!(
            r#"{{"type":"malware","id":"{ID}","is_family":false,"created":"2025-01-01T00:00:00.000Z"{more}}}"#
        )
    }

    #[test]
    fn a_good_object_keeps_its_bytes() {
        let text = malware(r#" , "spec_version": "2.1" , "modified" :"2026-01-01T00:05:00.000Z""#);
        let Entry::Good(object) = judge(&text) else { panic!("refused") };
        assert_eq!(object.body.get(), text);
        assert_eq!(object.version.unwrap().to_string(), "2026-01-01T00:05:00.000Z");
        assert!(matches!(
            judge(
                r#"{"type":"ipv4-addr","id":"ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd","value":"198.51.100.3"}"#
            ),
            Entry::Good(NewObject { version: None, .. })
        ));
    }

    #[test]
    fn what_is_refused_and_why() {
        let new = r#","spec_version":"2.1","modified":"2025-01-01T00:00:00.000Z""#;
        let cases = [
            ("7".to_owned(), "/objects/3", "expected a STIX object, found a number"),
            (r#"["\ud800"]"#.to_owned(), "/objects/3", "it cannot be read"),
            (format!("{}1{}", "[".repeat(500), "]".repeat(500)), "/objects/3", "it cannot be read"),
            ("{}".to_owned(), "/objects/3", "required-property: /type: "),
            (r#"{"type":"bundle","id":"bundle--1"}"#.to_owned(), "bundle--1", "a bundle is no object"),
            (malware(r#","modified":"2025-01-01T00:00:00.000Z""#), ID, "it has no `spec_version`"),
            (malware(r#","spec_version":"2.0","modified":"2025-01-01T00:00:00.000Z""#), ID, "is `2.0`"),
            (malware(r#","spec_version":"9","modified":"2025-01-01T00:00:00.000Z""#), ID, "/spec_version"),
            (malware(r#","spec_version":"2.1","modified":"2026-01-01T00:05:00.001Z""#), ID, "in the future"),
            (malware(&format!(r#"{new},"revoked":"yes""#)), ID, "value-kind: /revoked: "),
            (malware(&format!(r#"{new},"revoked":true,"revoked":true"#)), ID, "duplicate-member"),
        ];
        for (text, name, expected) in cases {
            let Entry::Refused { id, reason, .. } = judge(&text) else { panic!("{text} is good") };
            assert_eq!(id, name, "{text}");
            assert!(reason.contains(expected), "{text}: {reason}");
        }
    }
}
