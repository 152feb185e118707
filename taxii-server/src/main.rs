//! The `taxii-server` command.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use taxii_server::command::{self, Command};
use taxii_server::config::Overrides;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// A TAXII 2.1 server that polls the SOC Defenders feed and republishes it
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(flatten)]
    settings: Overrides,
    #[command(subcommand)]
    command: Command,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    command::run(arguments.command, arguments.settings).await
}
