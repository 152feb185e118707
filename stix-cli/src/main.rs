//! The `stix` command.

use clap::Parser;

/// Work with STIX 2.1 at a terminal.
#[derive(Parser)]
#[command(name = "stix", version, arg_required_else_help = true)]
struct Arguments {}

fn main() {
    Arguments::parse();
}
