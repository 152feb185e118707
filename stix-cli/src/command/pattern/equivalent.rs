//! `stix pattern equivalent`: whether two patterns mean the same.

use std::io::{self, Write as _};

use clap::Args;
use serde::Serialize;
use stix_core::terminal::Printable;
use stix_pattern::Pattern;
use stix_pattern::normalize::NormalForm;

use crate::failure::Failure;
use crate::format::Format;
use crate::outcome::Outcome;
use crate::output::Output;

/// Tell whether two patterns mean the same, by their normal forms
///
/// Patterns with one normal form match the same. Different forms are no proof that there is data which only one of
/// the patterns matches: it is only that no known rule makes them equal. Strings are compared as `=` compares
/// them, by code points: the case of hashes and registry keys counts, and so does `/32`.
///
/// Exit status: 0 they mean the same, 1 they differ, 2 it cannot be told.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  stix pattern equivalent \"[file:size > 1 AND file:name = 'x']\" \"[file:name = 'x' AND file:size > 1.0]\"")]
pub(super) struct Equivalent {
    /// A pattern, in double quotes
    #[arg(value_name = "A")]
    one: String,
    /// Another pattern
    #[arg(value_name = "B")]
    other: String,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The answer, as programs read it.
#[derive(Debug, Serialize)]
struct Answer {
    /// Nothing if it cannot be told.
    equivalent: Option<bool>,
    reason: Option<String>,
}

impl Equivalent {
    pub(super) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        let [one, other] = [("first", &self.one), ("second", &self.other)].map(|(which, text)| {
            let pattern = Pattern::parse(text).map_err(|error| {
                let failure = Failure::new(format!("the {which} pattern is not valid: {error}"));
                failure.with_help(error.help().map(str::to_owned))
            })?;
            pattern.normal_form().map_err(|_| {
                Failure::new(format!("the normal form of the {which} pattern is too large to compute"))
            })
        });
        let (outcome, answer) = match (&one, &other) {
            (Ok(one), Ok(other)) => {
                if self.format == Format::Text {
                    write_text(output, one, other)?;
                }
                answer(one, other)
            }
            (Err(failure), _) | (_, Err(failure)) => {
                failure.print();
                let reason = Some(failure.message().to_owned());
                (Outcome::Trouble, Answer { equivalent: None, reason })
            }
        };
        if self.format == Format::Json {
            serde_json::to_writer(&mut *output, &answer).map_err(io::Error::from)?;
            writeln!(output)?;
        }
        Ok(outcome)
    }
}

/// What is said of two patterns that nothing matches.
const NEITHER: &str = "neither can match, since `AND` asks one object to be of two types";

fn answer(one: &NormalForm, other: &NormalForm) -> (Outcome, Answer) {
    if one.root().is_none() && other.root().is_none() {
        return (Outcome::Yes, Answer { equivalent: Some(true), reason: Some(NEITHER.to_owned()) });
    }
    if one == other {
        return (Outcome::Yes, Answer { equivalent: Some(true), reason: None });
    }
    let reason = format!("the normal forms are `{one}` and `{other}`");
    (Outcome::No, Answer { equivalent: Some(false), reason: Some(reason) })
}

fn write_text(output: &mut Output, one: &NormalForm, other: &NormalForm) -> io::Result<()> {
    let styles = output.styles();
    let (good, bad) = (styles.good, styles.error);
    let [first, second] = [one, other].map(NormalForm::to_string);
    if one.root().is_none() && other.root().is_none() {
        return writeln!(output, "{good}equal{good:#}: {NEITHER}");
    }
    if one == other {
        return writeln!(output, "{good}equal{good:#}: both are {}", Printable(&first));
    }
    writeln!(output, "{bad}different{bad:#}: the normal forms are")?;
    writeln!(output, "  {}\n  {}", Printable(&first), Printable(&second))
}
