//! The commands of the program, one file each.

mod account;
mod backup;
mod check;
mod clock;
mod collection;
mod config;
mod demo;
mod format;
mod open_files;
mod output;
mod poll;
mod quarantine;
mod serve;
mod status;

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

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
    /// See whether the server could serve: settings, database, certificates, keys of feeds
    ///
    /// Exits with 0 if it could and with 1 if something is wrong; nothing is changed.
    Check,
    /// Poll the feeds once, or see what that would change
    Poll(poll::PollArguments),
    /// Show how the feeds do: how far each is read, what is wrong, what is out of reach
    Status(status::StatusArguments),
    /// Copy the database into a new file while the server runs
    ///
    /// Exits with 2 for PostgreSQL, which has pg_dump for this.
    Backup {
        /// The file to write; it must not exist
        path: PathBuf,
    },
    /// Put a backup in the place of the database, while no server runs
    ///
    /// The backup is checked first. The former database is kept beside it, with its `-wal` and `-shm` files. Clients that
    /// go on from where they were miss nothing that is added from then on. Exits with 2 for PostgreSQL.
    Restore {
        /// The backup, which stays as it is
        path: PathBuf,
    },
    /// Show the clock and what is known of the time, or confirm that it is right
    Clock {
        /// What is to be done; without it the clock is shown
        #[command(subcommand)]
        command: Option<clock::ClockCommand>,
    },
    /// Manage who may use the server
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Look at the collections, and let feeds bring back what was deleted
    #[command(subcommand)]
    Collection(collection::CollectionCommand),
    /// Look at the records of feeds that could not be used, read them again, or forget them
    #[command(subcommand)]
    Quarantine(quarantine::QuarantineCommand),
}

/// Does what the command says, or tells the operator what keeps it from being done.
pub async fn run(command: Command, settings: Overrides) -> ExitCode {
    match outcome(command, settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&*error);
            ExitWith::code_of(&*error).into()
        }
    }
}

async fn outcome(command: Command, settings: Overrides) -> Result<(), Box<dyn Error>> {
    let config = settings.load()?;
    let clock = Clock::system();
    match command {
        Command::Serve => serve::run(config, clock).await,
        Command::Demo => demo::run(config, clock).await,
        Command::Check => check::run(&config, &clock).await,
        Command::Poll(arguments) => poll::run(arguments, &config, &clock).await,
        Command::Status(arguments) => status::run(arguments, &config, &clock).await,
        Command::Backup { path } => backup::backup(&config, &path).await,
        Command::Restore { path } => backup::restore(&config, &path, &clock).await,
        Command::Clock { command } => clock::run(command.unwrap_or_default(), &config, &clock).await,
        Command::Config(command) => config::run(&command, &config),
        Command::Account(command) => account::run(command, &config, &clock).await,
        Command::Collection(command) => collection::run(command, &config, &clock).await,
        Command::Quarantine(command) => quarantine::run(command, &config, &clock).await,
    }
}

/// A failure that has an exit code of its own; all others have 1.
#[derive(Debug)]
struct ExitWith {
    code: u8,
    message: String,
}

impl ExitWith {
    fn new(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    fn code_of(error: &(dyn Error + 'static)) -> u8 {
        error.downcast_ref::<Self>().map_or(1, |failure| failure.code)
    }
}

impl fmt::Display for ExitWith {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for ExitWith {}
