//! `stix pattern print`: patterns in canonical form.

use std::io::Write as _;

use clap::Args;
use stix_pattern::Pattern;

use super::{Patterns, write_errors};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::output::{Output, Printable};

/// Print patterns in canonical form: one spelling for all that say the same
///
/// Exit status: 0 all are patterns, 1 one is none, 2 they could not be read.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  stix pattern print \"[ file:name <> 'x' ] REPEATS +2 TIMES\"")]
pub(super) struct Print {
    #[command(flatten)]
    patterns: Patterns,
}

impl Print {
    pub(super) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        self.patterns.each(output, |output, text| match Pattern::parse_all(text) {
            Ok(pattern) => {
                writeln!(output, "{}", Printable(&pattern.to_string()))?;
                Ok(Outcome::Yes)
            }
            Err(errors) => {
                write_errors(output, text, &errors)?;
                Ok(Outcome::No)
            }
        })
    }
}
