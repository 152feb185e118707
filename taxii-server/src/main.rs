//! The `taxii-server` command.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use taxii_server::command::{self, Command, ExitWith};
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
    let Err(error) = command::run(arguments.command, arguments.settings).await else {
        return ExitCode::SUCCESS;
    };
    let code = ExitWith::code_of(&*error);
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
    ExitCode::from(code)
}
