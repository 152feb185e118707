//! The commands of the program, one file each.

mod account;
mod collection;
mod config;
mod demo;
mod serve;

use std::error::Error;

use clap::Subcommand;

use crate::clock::Clock;
use crate::config::Overrides;

/// What the program is told to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the collections
    Serve,
    /// Show it all at work: a stand-in for the feed, the bridge and the server, on this machine
    Demo,
    /// Look at the settings
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Manage who may use the server
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Look at the collections, and let feeds bring back what was deleted
    #[command(subcommand)]
    Collection(collection::CollectionCommand),
}

/// Does what the command says.
///
/// # Errors
///
/// Whatever keeps the command from being done, to be shown to the operator with its causes.
pub async fn run(command: Command, settings: Overrides) -> Result<(), Box<dyn Error>> {
    let config = settings.load()?;
    let clock = Clock::system();
    match command {
        Command::Serve => serve::run(config, clock).await,
        Command::Demo => demo::run(config, clock).await,
        Command::Config(command) => config::run(&command, &config),
        Command::Account(command) => account::run(command, &config, &clock).await,
        Command::Collection(command) => collection::run(command, &config, &clock).await,
    }
}
