//! How strictly the rules are taken.

use std::collections::HashMap;
use std::fmt;

use super::group::{Group, Severity};
use super::rule::Rule;

/// A common way of taking the rules.
///
/// ```
/// use stix_core::validate::{Profile, Validator};
///
/// let text = r#"{"type": "mutex", "id": "mutex--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "name": "a"}"#;
/// assert!(Validator::new().text(text).is_valid(), "the identifier should be made of the name");
/// assert!(!Validator::with_profile(Profile::Strict).text(text).is_valid());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// What the specification asks for with SHOULD is an error too.
    Strict,
    /// MUST is an error, SHOULD a warning.
    #[default]
    Default,
    /// As the default, but what a reader can repair is a warning, such as a time with an offset or a missing version
    /// of the specification; the help says how.
    Lenient,
}

/// What becomes of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It is not reported.
    Off,
    /// It is reported, and the document stays valid.
    Warning,
    /// It makes the document invalid.
    Error,
}

/// The level of each rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Levels {
    profile: Profile,
    rules: HashMap<Rule, Level>,
    groups: HashMap<Group, Level>,
}

impl Levels {
    pub(super) fn new(profile: Profile) -> Self {
        Self { profile, ..Self::default() }
    }

    /// Sets the level of the rule or group of this name. `Error` or `Warning` on a group switch it on, each rule
    /// at its own severity.
    pub(super) fn set(&mut self, name: &str, level: Level) -> Result<(), UnknownRule> {
        if let Some(rule) = Rule::named(name) {
            self.rules.insert(rule, level);
        } else if let Some(group) = Group::ALL.into_iter().find(|group| group.code() == name) {
            self.groups.insert(group, level);
        } else {
            return Err(UnknownRule { name: name.to_owned() });
        }
        Ok(())
    }

    /// The severity of a problem with this rule, if it is reported.
    pub(super) fn severity(&self, rule: Rule) -> Option<Severity> {
        match self.rules.get(&rule) {
            Some(Level::Off) => return None,
            Some(Level::Warning) => return Some(Severity::Warning),
            Some(Level::Error) => return Some(Severity::Error),
            None => {}
        }
        match self.groups.get(&rule.group()) {
            Some(Level::Off) => return None,
            None if rule.group().is_optional() => return None,
            _ => {}
        }
        Some(match self.profile {
            Profile::Strict => Severity::Error,
            Profile::Default | Profile::Lenient => rule.severity(),
        })
    }

    /// Whether problems with this rule are reported.
    pub(super) fn is_on(&self, rule: Rule) -> bool {
        self.severity(rule).is_some()
    }

    /// The severity of a problem with this rule that a reader can repair, if it is reported.
    pub(super) fn severity_of_repairable(&self, rule: Rule) -> Option<Severity> {
        let severity = self.severity(rule)?;
        let chosen = self.rules.contains_key(&rule);
        Some(if self.profile == Profile::Lenient && !chosen { Severity::Warning } else { severity })
    }
}

/// There is no rule and no group of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRule {
    name: String,
}

impl fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no rule and no group of rules", self.name)
    }
}

impl std::error::Error for UnknownRule {}
