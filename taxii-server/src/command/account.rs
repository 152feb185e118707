//! `taxii-server account`: who may use the server. Secrets are printed once and stored only as hashes.
//!
//! A running server takes every change up with its next request.

mod edit;
mod show;

use std::error::Error;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::output::remark;
use crate::clock::Clock;
use crate::config::{ALL_COLLECTIONS, Config};
use crate::duration;
use crate::storage::{self, Access, Grants, Scope};

pub(super) use self::edit::{create, create_with};

/// What to do with the accounts.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account and print its password; it reads all collections unless rights are named
    #[command(visible_alias = "add")]
    Create {
        /// The name of the account
        name: String,
        #[command(flatten)]
        rights: Rights,
        /// Give it no right at all
        #[arg(long, conflicts_with_all = ["read", "write"])]
        no_rights: bool,
        /// Give it no password, since it will have tokens or certificates only
        #[arg(long)]
        no_password: bool,
    },
    /// List the accounts
    List,
    /// Show an account with its rights and its secrets
    Show {
        /// The name of the account
        name: String,
    },
    /// Give an account rights
    Grant {
        /// The name of the account
        name: String,
        #[command(flatten)]
        rights: Rights,
    },
    /// Take rights from an account
    Revoke {
        /// The name of the account
        name: String,
        #[command(flatten)]
        rights: Rights,
    },
    /// Give an account another password and print it
    Password {
        /// The name of the account
        name: String,
        /// How long the old password is still good, as in `1h`
        #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "0s")]
        keep_old: Duration,
        /// How long the new password is good; without it, for ever
        #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
        expires: Option<Duration>,
    },
    /// Manage the tokens of an account, which are also called API keys
    #[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
    Token {
        #[command(subcommand)]
        command: Option<TokenCommand>,
        /// The name of an account, to give it one more token: the same as `add NAME`
        name: Option<String>,
    },
    /// Manage the certificates by which an account is known
    #[command(subcommand)]
    Certificate(CertificateCommand),
    /// Remove an account with its rights and secrets
    Remove {
        /// The name of the account
        name: String,
    },
}

impl AccountCommand {
    pub(super) fn changes_something(&self) -> bool {
        !matches!(self, Self::List | Self::Show { .. })
    }
}

/// What to do with the tokens of an account.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Give an account one more token and print it
    Add {
        /// The name of the account
        name: String,
        #[command(flatten)]
        terms: Terms,
    },
    /// Remove a token
    Revoke {
        /// The name of the account
        name: String,
        /// The number of the token, as `account show` says it
        number: i64,
    },
}

/// What to do with the certificates of an account.
#[derive(Debug, Subcommand)]
pub enum CertificateCommand {
    /// Know an account by one more certificate
    Add {
        /// The name of the account
        name: String,
        /// The SHA-256 of the certificate, in hexadecimal digits, or a subject alternative name after dns: or uri:
        identity: String,
        #[command(flatten)]
        terms: Terms,
    },
    /// Know an account by a certificate no longer
    Revoke {
        /// The name of the account
        name: String,
        /// The number of the certificate, as `account show` says it
        number: i64,
    },
}

/// What goes with a secret.
#[derive(Args, Debug)]
pub struct Terms {
    /// What to call it in lists
    #[arg(long, value_name = "TEXT", default_value = "")]
    label: String,
    /// How long it is good, as in `90d`; without it, for ever
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    expires: Option<Duration>,
}

/// Whether `account token NAME` takes this name for a subcommand.
fn is_command_word(name: &str) -> bool {
    let token = TokenCommand::augment_subcommands(clap::Command::new("token"));
    name == "help" || token.get_subcommands().any(|command| command.get_name() == name)
}

/// Rights to collections.
#[derive(Args, Debug)]
pub struct Rights {
    /// The right to read a collection, named by its id or alias, or `all`
    #[arg(long, value_name = "COLLECTION")]
    read: Vec<String>,
    /// The right to add objects to a collection; to delete them the right to read is needed too
    #[arg(long, value_name = "COLLECTION")]
    write: Vec<String>,
}

impl Rights {
    /// The rights, if every collection exists.
    fn grants(&self, config: &Config) -> Result<Grants, String> {
        let rights = |names: &[String], access: Access| {
            names.iter().map(|name| Ok((scope(config, name)?, access))).collect::<Vec<_>>()
        };
        let (read, write) = (rights(&self.read, Access::READ), rights(&self.write, Access::WRITE));
        read.into_iter().chain(write).collect()
    }
}

/// The collection of this name.
fn scope(config: &Config, name: &str) -> Result<Scope, String> {
    if name == ALL_COLLECTIONS {
        return Ok(Scope::Everywhere);
    }
    Ok(Scope::Collection(config.collection_named(name)?.id.into()))
}

pub(super) async fn run(
    command: AccountCommand,
    config: &Config,
    clock: &Clock,
) -> Result<(), Box<dyn Error>> {
    let storage = match (&command, config.database.missing_file()) {
        (AccountCommand::Create { .. }, Some(path)) => {
            let storage = storage::open(&config.database).await?;
            remark(format_args!("created the database `{}`", path.display()));
            storage
        }
        _ => storage::open_existing(&config.database).await?,
    };
    let edit = edit::Edit { storage: &*storage, config, clock };
    let done = match command {
        AccountCommand::Create { name, rights, no_rights, no_password } => {
            edit.create(&name, &rights, no_rights, no_password).await
        }
        AccountCommand::List => show::list(&*storage).await,
        AccountCommand::Show { name } => show::show(&*storage, config, clock, &name).await,
        AccountCommand::Grant { name, rights } => edit.grant(&name, &rights).await,
        AccountCommand::Revoke { name, rights } => edit.revoke(&name, &rights).await,
        AccountCommand::Password { name, keep_old, expires } => edit.password(&name, keep_old, expires).await,
        AccountCommand::Token { command: Some(TokenCommand::Add { name, terms }), .. } => {
            edit.add_token(&name, terms.label, terms.expires).await
        }
        AccountCommand::Token { command: Some(TokenCommand::Revoke { name, number }), .. }
        | AccountCommand::Certificate(CertificateCommand::Revoke { name, number }) => {
            edit.remove_secret(&name, number).await
        }
        AccountCommand::Token { command: None, name } => {
            edit.add_token(&name.unwrap_or_default(), String::new(), None).await
        }
        AccountCommand::Certificate(CertificateCommand::Add { name, identity, terms }) => {
            edit.add_certificate(&name, &identity, terms.label, terms.expires).await
        }
        AccountCommand::Remove { name } => edit.remove(&name).await,
    };
    storage.close().await;
    done
}
