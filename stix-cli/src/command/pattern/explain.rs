//! `stix pattern explain`: what patterns detect, in English.

use clap::Args;

use super::{ToldPatterns, english};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::output::Output;

/// Say in English what patterns detect
///
/// Exit status: 0 all are patterns, 1 one is none, 2 they could not be read.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  stix pattern explain \"[file:size > 1024] REPEATS 3 TIMES WITHIN 60 SECONDS\"")]
pub(super) struct Explain {
    #[command(flatten)]
    patterns: ToldPatterns,
}

impl Explain {
    pub(super) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        self.patterns.each(output, "explanation", english::sentence)
    }
}
