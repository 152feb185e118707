//! The commands of the program, one file each.

mod account;
mod backup;
mod check;
mod clock;
mod collection;
mod config;
mod demo;
mod first_account;
mod format;
mod open_files;
mod output;
mod poll;
mod quarantine;
mod serve;
mod status;

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use crate::audit;
use crate::clock::Clock;
use crate::config::{Config, Overrides};
use crate::telemetry::{self, AuditPlace};

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
    /// See whether the server could serve: settings, addresses, database, certificates, keys of feeds, permissions
    ///
    /// Exits with 0 if it could and with 1 if something is wrong; nothing is changed. A warning does not count as wrong.
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

/// Warns the operator on the standard error.
pub fn warn(text: &str) {
    output::remark(format_args!("warning: {text}"));
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
    let file = settings.file();
    let config = settings.load()?;
    let changed = command.changes_something().then(|| format!("{command:?}"));
    let place = AuditPlace::of(&config, "commands").filter(|_| changed.is_some());
    place.map(telemetry::start_audit).transpose()?;
    let outcome = command.run(config.clone(), file.as_deref()).await;
    if let Some(command) = changed {
        let error = outcome.as_ref().err().map(ToString::to_string);
        audit::command(&command, error.as_deref());
    }
    outcome
}

impl Command {
    /// Whether it changes accounts, objects or files, and so has an entry in the audit log. The server has entries of its own.
    fn changes_something(&self) -> bool {
        match self {
            Self::Backup { .. } | Self::Restore { .. } => true,
            Self::Clock { command } => matches!(command, Some(clock::ClockCommand::Confirm)),
            Self::Account(command) => command.changes_something(),
            Self::Collection(command) => command.changes_something(),
            Self::Quarantine(command) => command.changes_something(),
            Self::Poll(arguments) => arguments.changes_something(),
            Self::Serve | Self::Demo | Self::Config(_) | Self::Check | Self::Status(_) => false,
        }
    }

    async fn run(self, config: Config, file: Option<&Path>) -> Result<(), Box<dyn Error>> {
        let clock = Clock::system();
        match self {
            Self::Serve => serve::run(config, clock).await,
            Self::Demo => demo::run(config, clock).await,
            Self::Check => check::run(&config, file, &clock).await,
            Self::Poll(arguments) => poll::run(arguments, &config, &clock).await,
            Self::Status(arguments) => status::run(arguments, &config, &clock).await,
            Self::Backup { path } => backup::backup(&config, &path).await,
            Self::Restore { path } => backup::restore(&config, &path, &clock).await,
            Self::Clock { command } => clock::run(command.unwrap_or_default(), &config, &clock).await,
            Self::Config(command) => config::run(&command, &config),
            Self::Account(command) => account::run(command, &config, &clock).await,
            Self::Collection(command) => collection::run(command, &config, &clock).await,
            Self::Quarantine(command) => quarantine::run(command, &config, &clock).await,
        }
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
