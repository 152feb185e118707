//! The `stix` command.

mod clock;
mod command;
mod encoding;
mod excerpt;
mod failure;
mod format;
mod input;
mod outcome;
mod output;
mod rule_options;
mod suggestion;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;

use crate::outcome::Outcome;
use crate::output::{Color, Output};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Work with STIX 2.1 at a terminal
///
/// Exit status: 0 yes (valid, found), 1 no, 2 could not do it.
#[derive(Debug, Parser)]
#[command(
    name = "stix",
    version,
    arg_required_else_help = true,
    after_help = "Examples:
  stix validate report.json
  stix explain timestamp-precision
  stix pattern match --indicators feed.json traffic.json

`stix help validate` says more of a command."
)]
struct Arguments {
    /// Whether to use colours; `auto` does on a terminal, unless NO_COLOR is set
    #[arg(
        long,
        value_enum,
        default_value_t,
        global = true,
        value_name = "WHEN",
        hide_possible_values = true
    )]
    color: Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Validate(command::Validate),
    Explain(command::Explain),
    Id(command::Id),
    Pattern(command::Pattern),
    Schema(command::Schema),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut output = Output::new(arguments.color);
    let outcome = match arguments.command {
        Command::Validate(command) => command.run(&mut output),
        Command::Explain(command) => command.run(&mut output),
        Command::Id(command) => command.run(&mut output),
        Command::Pattern(command) => command.run(&mut output),
        Command::Schema(command) => command.run(&mut output),
    };
    let outcome = outcome.and_then(|outcome| Ok(output.finish().map(|()| outcome)?));
    outcome
        .unwrap_or_else(|failure| {
            failure.print();
            Outcome::Trouble
        })
        .into()
}
