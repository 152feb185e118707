//! Marking definitions, and the fixed ones of the Traffic Light Protocol (STIX 2.1 section 7.2.1).

use super::check::Check;
use super::rule::Rule;
use super::tree::{Json, Members};
use crate::Timestamp;
use crate::tlp::{TLP_2_EXTENSION, Tlp};

/// Checks a marking definition.
pub(crate) fn marking_definition<'c>(members: &'c Members<'c>, check: &mut Check<'c>) {
    let fixed = members.text("id").and_then(|id| Tlp::of(&id.parse().ok()?));
    definition(members, check);
    let is_tlp_1 = members.text("definition_type") == Some("tlp");
    if is_tlp_1 || fixed.is_some_and(|tlp| tlp.version() == 1) {
        Fixed { version: 1, rule: Rule::Tlp, path: &["definition", "tlp"] }.check(fixed, members, check);
        only_printed(members, check);
    }
    let extension =
        members.get("extensions").and_then(|extensions| extensions.as_object()?.get(TLP_2_EXTENSION));
    if extension.is_some() || fixed.is_some_and(|tlp| tlp.version() == 2) {
        let path = &["extensions", TLP_2_EXTENSION, "tlp_2_0"];
        Fixed { version: 2, rule: Rule::Tlp2, path }.check(fixed, members, check);
    }
}

/// A statement has a `statement`, a TLP marking a `tlp`; other markings should be extensions.
fn definition<'c>(members: &'c Members<'c>, check: &mut Check<'c>) {
    let needed = match members.text("definition_type") {
        Some("statement") => "statement",
        Some("tlp") => "tlp",
        Some(other) => {
            let message = format_args!("the definition type `{other}` is neither `statement` nor `tlp`");
            let help = "put the marking into an extension";
            return check.member("definition_type", |check| {
                check.problem_with_help(Rule::DefinitionType, message, help);
            });
        }
        None => return,
    };
    if let Some(Json::Object(shape)) = members.get("definition")
        && shape.text(needed).is_none()
    {
        let message = format_args!("a definition of the type `{needed}` needs the text `{needed}`");
        check.below(&["definition", needed], |check| check.problem(Rule::MarkingDefinition, message));
    }
}

/// How a version of the protocol tells the level.
struct Fixed {
    version: u8,
    rule: Rule,
    /// Where the level stands in the object.
    path: &'static [&'static str],
}

impl Fixed {
    /// Checks that identifier, level, name and time of creation are those of one published marking.
    fn check<'c>(&self, fixed: Option<Tlp>, members: &'c Members<'c>, check: &mut Check<'c>) {
        let level = self.level(members);
        match fixed.filter(|tlp| tlp.version() == self.version) {
            Some(tlp) => self.same(tlp, level, members, check),
            None => self.other(level, check),
        }
    }

    fn level<'m>(&self, members: &'m Members<'_>) -> Option<&'m str> {
        let (last, outer) = self.path.split_last()?;
        let inner = outer.iter().try_fold(members, |members, name| members.get(name)?.as_object())?;
        inner.text(last)
    }

    /// The identifier is none of the published ones.
    fn other<'c>(&self, level: Option<&str>, check: &mut Check<'c>) {
        let version = self.version;
        let Some(level) = level else { return };
        match Tlp::named(version, level) {
            Some(tlp) => {
                let name = tlp.name();
                let message = format_args!("this is not the identifier of {name} of TLP {version}.0");
                let help = format_args!("write `{}`", tlp.id()).to_string();
                check.member("id", |check| check.problem_with_repair(self.rule, message, help));
            }
            None => {
                let message = format_args!("`{level}` is no level of TLP {version}.0");
                let of_version = Tlp::ALL.into_iter().filter(|tlp| tlp.version() == version);
                let levels = of_version.map(Tlp::level).collect::<Vec<_>>().join(", ");
                // A level of the other version is meant: the next one of this version would let more people see the content.
                let meant = Tlp::ALL.into_iter().find(|tlp| tlp.level().eq_ignore_ascii_case(level));
                let help = match meant {
                    Some(tlp) => {
                        let (name, version) = (tlp.name(), tlp.version());
                        format!("refer to {name} of TLP {version}.0 in its place: `{}`", tlp.id())
                    }
                    None => format!("the levels are {levels}"),
                };
                check.below(self.path, |check| check.problem_with_help(self.rule, message, help));
            }
        }
    }

    /// The identifier is that of this level; the rest must agree.
    fn same<'c>(&self, tlp: Tlp, level: Option<&str>, members: &'c Members<'c>, check: &mut Check<'c>) {
        let mut wrong = |path, expected: &str| {
            let message = format_args!("the marking with this identifier is {}, and is fixed", tlp.name());
            let help = format_args!("write `{expected}`").to_string();
            check.below(path, |check| check.problem_with_repair(self.rule, message, help));
        };
        if level != Some(tlp.level()) {
            wrong(self.path, tlp.level());
        }
        if members.text("name").is_some_and(|name| name != tlp.name()) {
            wrong(&["name"], &tlp.name());
        }
        let created: Option<Timestamp> = members.text("created").and_then(|text| text.parse().ok());
        if created.is_some_and(|created| created != tlp.created()) {
            wrong(&["created"], &tlp.created().to_string());
        }
    }
}

/// Reports the properties that the printed TLP 1.0 markings do not have.
fn only_printed<'c>(members: &'c Members<'c>, check: &mut Check<'c>) {
    const PRINTED: [&str; 7] =
        ["type", "spec_version", "id", "created", "name", "definition_type", "definition"];
    for (name, _) in members.iter().filter(|(name, _)| !PRINTED.contains(name)) {
        let message = format_args!("the TLP 1.0 markings have no `{name}`");
        check.member(name, |check| check.problem(Rule::TlpProperties, message));
    }
}
