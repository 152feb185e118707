//! `stix pattern`: checks, prints, explains, compares, takes apart, builds and matches patterns (section 9).

mod build;
mod check;
mod english;
mod equivalent;
mod explain;
mod matching;
mod print;
mod tree;
mod values;

use std::io::{self, BufRead, IsTerminal, Read as _, Write as _};

use clap::{Args, Subcommand};
use serde_json::json;
use stix_core::terminal::Printable;
use stix_pattern::SyntaxError;

use crate::encoding::Misfit;
use crate::excerpt::Lines;
use crate::failure::Failure;
use crate::format::Format;
use crate::outcome::Outcome;
use crate::output::Output;

/// Check, print, explain, compare, take apart, build and match patterns
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stix pattern check \"[ipv4-addr:value = '192.0.2.1:80']\"
  stix pattern match --indicators feed.json traffic.json

`stix pattern help match` says more of a command.")]
pub(crate) struct Pattern {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
    Print(print::Print),
    Explain(explain::Explain),
    Equivalent(equivalent::Equivalent),
    Values(values::Values),
    Tree(tree::Tree),
    Build(build::Build),
    Match(matching::Matching),
}

impl Pattern {
    pub(crate) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        match &self.command {
            Command::Check(command) => command.run(output),
            Command::Print(command) => command.run(output),
            Command::Explain(command) => command.run(output),
            Command::Equivalent(command) => command.run(output),
            Command::Values(command) => command.run(output),
            Command::Tree(command) => command.run(output),
            Command::Build(command) => command.run(output),
            Command::Match(command) => command.run(output),
        }
    }
}

/// The patterns that a command is about.
#[derive(Debug, Args)]
struct Patterns {
    /// Patterns; in a shell, each in double quotes
    #[arg(value_name = "PATTERN")]
    patterns: Vec<String>,
    /// Read patterns from standard input too, one a line
    #[arg(long)]
    lines: bool,
}

impl Patterns {
    /// Does something with each pattern, as soon as it is read. Stops when nobody reads what is written.
    fn each(
        &self,
        output: &mut Output,
        mut act: impl FnMut(&mut Output, &str) -> Result<Outcome, Failure>,
    ) -> Result<Outcome, Failure> {
        if self.patterns.is_empty() && !self.lines {
            let help = "write a pattern, or `--lines` to read them from standard input";
            return Err(Failure::new("there is no pattern").with_help(Some(help.to_owned())));
        }
        let mut outcome = Outcome::Yes;
        for pattern in &self.patterns {
            outcome = outcome.max(act(output, pattern)?);
        }
        if !self.lines {
            return Ok(outcome);
        }
        let at_once = io::stdin().is_terminal();
        let mut lines = PatternLines { reader: io::stdin().lock(), line: 0 };
        while let Some(line) = lines.next()? {
            if output.is_closed() {
                return Ok(Outcome::Trouble);
            }
            match line {
                Ok(line) if line.trim().is_empty() => {}
                Ok(line) => outcome = outcome.max(act(output, &line)?),
                Err(failure) => {
                    failure.print();
                    outcome = Outcome::Trouble;
                }
            }
            if at_once {
                output.flush()?;
            }
        }
        Ok(outcome)
    }
}

/// The patterns that a command says one thing about each.
#[derive(Debug, Args)]
struct ToldPatterns {
    #[command(flatten)]
    patterns: Patterns,
    /// How to print it; as JSON, one object a pattern and line
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl ToldPatterns {
    /// Prints what `tell` says of each pattern; in JSON as the member `name`, which is null if the text is no pattern.
    fn each(
        &self,
        output: &mut Output,
        name: &'static str,
        tell: fn(&stix_pattern::Pattern) -> String,
    ) -> Result<Outcome, Failure> {
        self.patterns.each(output, |output, text| {
            let parsed = stix_pattern::Pattern::parse_all(text);
            match (self.format, &parsed) {
                (Format::Json, parsed) => {
                    let told = json!({ "pattern": text, name: parsed.as_ref().ok().map(tell) });
                    serde_json::to_writer(&mut *output, &told).map_err(io::Error::from)?;
                    writeln!(output)?;
                }
                (Format::Text, Ok(pattern)) => {
                    let told = tell(pattern);
                    let told = output.exact(&told);
                    writeln!(output, "{told}")?;
                }
                (Format::Text, Err(errors)) => write_errors(output, text, errors)?,
            }
            Ok(if parsed.is_ok() { Outcome::Yes } else { Outcome::No })
        })
    }
}

/// The longest line that is read as a pattern, in bytes.
const LONGEST_LINE: u64 = 16 << 20;

/// The lines of standard input.
struct PatternLines<R> {
    reader: R,
    line: usize,
}

impl<R: BufRead> PatternLines<R> {
    /// The next line, or why it cannot be used; the outer error is one after which there are no further lines.
    fn next(&mut self) -> Result<Option<Result<String, Failure>>, Failure> {
        let mut bytes = Vec::new();
        self.reader
            .by_ref()
            .take(LONGEST_LINE + 1)
            .read_until(b'\n', &mut bytes)
            .map_err(|error| Failure::new(format!("standard input cannot be read: {error}")))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.line += 1;
        let line = self.line;
        if bytes.len() as u64 > LONGEST_LINE {
            let message = format!("line {line} of standard input has more than {LONGEST_LINE} bytes");
            return Err(Failure::new(message).with_help(Some("write one pattern a line".to_owned())));
        }
        if let Some(Misfit { what, help }) = Misfit::of(&bytes).filter(|_| line == 1) {
            return Err(Failure::new(format!("standard input {what}")).with_help(Some(help.to_owned())));
        }
        if bytes.pop_if(|byte| *byte == b'\n').is_some() {
            bytes.pop_if(|byte| *byte == b'\r');
        }
        Ok(Some(String::from_utf8(bytes).map_err(|_| {
            let failure = Failure::new(format!("line {line} of standard input is not UTF-8"));
            failure.with_help(Some("convert it to UTF-8".to_owned()))
        })))
    }
}

/// Writes why a text is no pattern, with marks at the places.
fn write_errors(output: &mut Output, pattern: &str, errors: &[SyntaxError]) -> io::Result<()> {
    for error in errors {
        let width = error.span().text(pattern).map_or(0, |text| text.chars().count());
        let place = Place { line: error.line(), column: error.column(), width };
        write_problem(output, pattern, "error[syntax]", true, &error.to_string(), place, error.help())?;
    }
    write_fix(output, errors.first().and_then(SyntaxError::fix))
}

/// Where in a pattern something stands, from 1.
#[derive(Clone, Copy, Debug)]
struct Place {
    line: usize,
    column: usize,
    /// How many characters it takes.
    width: usize,
}

fn write_problem(
    output: &mut Output,
    pattern: &str,
    label: &str,
    is_error: bool,
    message: &str,
    place: Place,
    help: Option<&str>,
) -> io::Result<()> {
    let styles = output.styles();
    let style = if is_error { styles.error } else { styles.warning };
    let (frame, strong) = (styles.frame, styles.strong);
    writeln!(output, "{style}{label}{style:#}{strong}: {}{strong:#}", Printable(message))?;
    if let Some(excerpt) = Lines::new(pattern.as_bytes()).excerpt(place.line, place.column) {
        write!(output, "{}", excerpt.marking(place.width).framed(styles, style))?;
    }
    if let Some(help) = help {
        let margin = " ".repeat(place.line.to_string().len());
        writeln!(output, " {margin} {frame}={frame:#} {strong}help{strong:#}: {}", Printable(help))?;
    }
    writeln!(output)
}

fn write_fix(output: &mut Output, fix: Option<&str>) -> io::Result<()> {
    match fix {
        Some(fix) => {
            let good = output.styles().good;
            let fix = output.exact(fix);
            writeln!(output, "{good}corrected{good:#}: {fix}\n")
        }
        None => Ok(()),
    }
}
