//! `stix pattern print`: patterns in canonical form.

use clap::Args;

use super::ToldPatterns;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::output::Output;

/// Print patterns in canonical form: one spelling for all that say the same
///
/// Every character is kept, line feeds and invisible ones too, unless a terminal would obey them: there they are
/// shown as `�`.
///
/// Exit status: 0 all are patterns, 1 one is none, 2 they could not be read.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  stix pattern print \"[ file:name <> 'x' ] REPEATS +2 TIMES\"")]
pub(super) struct Print {
    #[command(flatten)]
    patterns: ToldPatterns,
}

impl Print {
    pub(super) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        self.patterns.each(output, "canonical", ToString::to_string)
    }
}
