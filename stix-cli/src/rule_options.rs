//! The options that say which rules count and how strictly, the same for all commands that check something.

use clap::{Args, ValueEnum};
use stix_core::validate::{Level, Profile, Severity};

/// Which rules count and how strictly.
#[derive(Debug, Args)]
pub(crate) struct RuleOptions {
    /// How strictly to take the rules
    #[arg(long, value_enum, default_value_t)]
    profile: Strictness,
    /// Leave out a rule or a group of rules; may be repeated
    #[arg(long, value_name = "RULE")]
    ignore: Vec<String>,
    /// Add a rule or a group of rules that is off; may be repeated
    #[arg(long, value_name = "RULE")]
    enable: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Strictness {
    /// What is only recommended is asked for, too
    Strict,
    /// What breaks a MUST is an error, what is only recommended a warning
    #[default]
    Default,
    /// What a reader can repair is a warning, too
    Lenient,
}

impl RuleOptions {
    pub(crate) fn profile(&self) -> Profile {
        match self.profile {
            Strictness::Strict => Profile::Strict,
            Strictness::Default => Profile::Default,
            Strictness::Lenient => Profile::Lenient,
        }
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.profile == Strictness::Strict
    }

    /// The levels that the options set, in the order in which they are to be set. What is ignored is so even if it
    /// is enabled as part of a group. `severity` knows single rules: a group brings its rules at their own severity,
    /// and a single rule is to have its own, too.
    pub(crate) fn levels<'o>(
        &'o self,
        severity: impl Fn(&str) -> Option<Severity> + 'o,
    ) -> impl Iterator<Item = (&'o str, Level)> {
        let enabled = self.enable.iter().map(move |name| {
            let level = match severity(name) {
                Some(Severity::Error) => Level::Error,
                Some(Severity::Warning) if self.is_strict() => Level::Error,
                _ => Level::Warning,
            };
            (name.as_str(), level)
        });
        enabled.chain(self.ignore.iter().map(|name| (name.as_str(), Level::Off)))
    }
}
