//! The `taxii-server` command.

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser};
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
    let matches = Arguments::command().get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    if arguments.settings.shows_password(&matches) {
        command::warn(
            "every user of this machine can see the password in `--database`: write it into the file that PGPASSFILE names, \
             or the whole URL into a file for `--database-file`",
        );
    }
    command::run(arguments.command, arguments.settings).await
}
