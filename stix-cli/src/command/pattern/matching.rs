//! `stix pattern match`: patterns tried on observed-data (section 9).

mod brackets;
mod json;
mod observed;
mod sought;
mod text;
mod ways;

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgGroup, Args};
use stix_pattern::matcher::MatchLimits;
use stix_pattern::pattern_set::PatternSet;

use self::observed::Observed;
use self::sought::{Selection, SoughtPattern};
use self::ways::{Finder, Way};
use crate::clock;
use crate::failure::Failure;
use crate::format::Format;
use crate::input::Input;
use crate::outcome::Outcome;
use crate::output::Output;

/// Match patterns on observed-data
///
/// A file with observed-data is a bundle, a list of objects, an object, or one of these a line (JSON Lines). The
/// objects of all files are looked at together: an observed-data may refer to objects in another file, and the
/// brackets of a pattern may find theirs in different files.
///
/// Exit status: 0 a pattern matched, 1 none did, 2 something could not be read, matched or decided (the rest is).
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("sought").required(true).multiple(true),
    after_help = "Examples:
  stix pattern match --pattern \"[ipv4-addr:value ISSUBSET '192.0.2.0/24']\" traffic.json
  stix pattern match --indicators feed.json --expired logs/
  zcat logs.jsonl.gz | stix pattern match --indicators feed.json --format json --max-bindings 10 -"
)]
pub(super) struct Matching {
    /// Files and folders with observed-data and what they refer to, or `-` for standard input
    #[arg(value_name = "FILE")]
    paths: Vec<PathBuf>,
    /// A pattern, in double quotes; may be repeated
    #[arg(long, value_name = "PATTERN", group = "sought")]
    pattern: Vec<String>,
    /// Match the patterns of the indicators in a file or folder; may be repeated
    #[arg(long, value_name = "FILE", group = "sought")]
    indicators: Vec<PathBuf>,
    /// Match the patterns of indicators that are revoked, too
    #[arg(long)]
    revoked: bool,
    /// Match the patterns of indicators whose `valid_until` is past, too
    #[arg(long)]
    expired: bool,
    /// The most ways of a pattern to match that are looked for
    #[arg(long, value_name = "N", default_value = "1")]
    max_bindings: NonZeroUsize,
    /// How to print what matched; as JSON, one object a pattern and line
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Matching {
    pub(super) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        let stdin = PathBuf::from("-");
        let unnamed = self.paths.is_empty().then_some(&stdin);
        Input::once(self.indicators.iter().chain(&self.paths).chain(unnamed))?;
        let mut trouble = Troubles::default();
        let selection = Selection { revoked: self.revoked, expired: self.expired, now: clock::now() };
        let sought = sought::read(&self.pattern, &self.indicators, &selection, &mut trouble)?;
        let (set, patterns) = compiled(&sought, &mut trouble);
        let observed = Observed::read(&self.paths, &mut trouble)?;
        let (observations, objects) = observed.observations(&mut trouble);
        let hits = set.find(&observations, &MatchLimits::default());
        let finder = Finder::new(&set, &patterns, &hits, &observations, self.max_bindings.get());
        let mut matched = 0;
        for hit in &hits {
            let Some(pattern) = patterns.get(hit.pattern()).filter(|_| !output.is_closed()) else { continue };
            let (ways, error) = finder.ways(hit);
            if let Some(error) = error {
                trouble.add(&pattern.not_decided(error, !ways.is_empty()));
            }
            if !ways.is_empty() {
                matched += 1;
                self.write(output, &Found { pattern, ways: &ways, observed: &objects })?;
            }
        }
        if self.format == Format::Text {
            text::write_totals(output, matched, patterns.len(), objects.len())?;
        }
        Ok(match (trouble.any, matched) {
            (true, _) => Outcome::Trouble,
            (false, 0) => Outcome::No,
            (false, _) => Outcome::Yes,
        })
    }

    fn write(&self, output: &mut Output, found: &Found<'_>) -> io::Result<()> {
        match self.format {
            Format::Text => text::write(output, found),
            Format::Json => json::write(output, found),
        }
    }
}

/// The patterns that can be matched, and which they are.
fn compiled<'s>(sought: &'s [SoughtPattern], trouble: &mut Troubles) -> (PatternSet, Vec<&'s SoughtPattern>) {
    let mut builder = PatternSet::builder();
    let mut patterns = Vec::new();
    for pattern in sought {
        match builder.add(&pattern.pattern) {
            Ok(_) => patterns.push(pattern),
            Err(error) => trouble.add(&pattern.not_compiled(&error)),
        }
    }
    (builder.build(), patterns)
}

/// A pattern that matched.
struct Found<'f> {
    pattern: &'f SoughtPattern,
    ways: &'f [Way],
    /// The observed-data, by their place among the observations.
    observed: &'f [&'f serde_json::Value],
}

/// Whether something went wrong, which is said at once and does not keep the rest from being done.
#[derive(Debug, Default)]
struct Troubles {
    any: bool,
}

impl Troubles {
    fn add(&mut self, failure: &Failure) {
        failure.print();
        self.any = true;
    }
}
