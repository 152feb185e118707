//! `stix pattern explain`: what patterns detect, in English.

use std::io::Write as _;

use clap::Args;
use stix_pattern::Pattern;

use super::{Patterns, english, write_errors};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::output::{Output, Printable};

/// Say in English what patterns detect
///
/// Exit status: 0 all are patterns, 1 one is none, 2 they could not be read.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  stix pattern explain \"[file:size > 1024] REPEATS 3 TIMES WITHIN 60 SECONDS\"")]
pub(super) struct Explain {
    #[command(flatten)]
    patterns: Patterns,
}

impl Explain {
    pub(super) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        self.patterns.each(output, |output, text| match Pattern::parse_all(text) {
            Ok(pattern) => {
                writeln!(output, "{}", Printable(&english::sentence(&pattern)))?;
                Ok(Outcome::Yes)
            }
            Err(errors) => {
                write_errors(output, text, &errors)?;
                Ok(Outcome::No)
            }
        })
    }
}
