//! `taxii-server account`: who may use the server. Secrets are printed once and stored only as hashes.
//!
//! A running server takes a change up at once, except that it remembers a credential it has verified for
//! up to a minute.

use std::error::Error;

use clap::Subcommand;

use crate::auth::{password, token};
use crate::clock::Clock;
use crate::config::Config;
use crate::storage::{self, DateAdded, Storage};
use crate::wire::Timestamp;

/// What to do with the accounts.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account and print its password
    Add {
        /// The name of the account
        name: String,
    },
    /// List the accounts
    List,
    /// Remove an account with its tokens
    Remove {
        /// The name of the account
        name: String,
    },
    /// Give an account one more token and print it
    Token {
        /// The name of the account
        name: String,
    },
    /// Give an account another password and print it
    Password {
        /// The name of the account
        name: String,
    },
}

pub(super) async fn run(
    command: AccountCommand,
    config: &Config,
    clock: &Clock,
) -> Result<(), Box<dyn Error>> {
    let storage = storage::open(&config.database).await?;
    match command {
        AccountCommand::Add { name } => println!("{}", add(&*storage, clock, &name).await?),
        AccountCommand::List => list(&*storage).await?,
        AccountCommand::Remove { name } => {
            existing(storage.remove_account(&name).await?, &name)?;
        }
        AccountCommand::Token { name } => {
            let token = token::generate();
            let stored = storage.add_token(&name, &token::hash(&token), now(clock)).await?;
            existing(stored, &name)?;
            println!("{token}");
        }
        AccountCommand::Password { name } => {
            let password = password::generate();
            existing(storage.set_password(&name, &password::hash(&password)?).await?, &name)?;
            println!("{password}");
        }
    }
    storage.close().await;
    Ok(())
}

/// Makes an account and gives its password.
pub(super) async fn add(storage: &dyn Storage, clock: &Clock, name: &str) -> Result<String, Box<dyn Error>> {
    if name.is_empty() || name.contains(':') || name.chars().any(char::is_control) {
        return Err(
            format!("`{name}` cannot be a name: it is empty, or has a colon or a control character").into()
        );
    }
    let password = password::generate();
    if !storage.add_account(name, &password::hash(&password)?, now(clock)).await? {
        return Err(format!("there is an account `{name}` already").into());
    }
    Ok(password)
}

async fn list(storage: &dyn Storage) -> Result<(), Box<dyn Error>> {
    for account in storage.accounts().await? {
        let created = account.created.timestamp();
        println!("{}\tsince {created}\t{} tokens", account.name, account.tokens);
    }
    Ok(())
}

fn existing(done: bool, name: &str) -> Result<(), Box<dyn Error>> {
    if done { Ok(()) } else { Err(format!("there is no account `{name}`").into()) }
}

fn now(clock: &Clock) -> DateAdded {
    DateAdded::from(Timestamp::new(clock.now()))
}
