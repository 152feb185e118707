//! The commands that change accounts. What a script may want, a secret that was made, is the only line on the standard
//! output; what is told besides goes to the standard error.

use std::error::Error;
use std::io::Write;
use std::time::Duration;

use stix_core::terminal::visible;

use super::{Rights, is_command_word};
use crate::auth::certificate::identity;
use crate::auth::{password, token};
use crate::clock::Clock;
use crate::command::output::{Output, remark};
use crate::config::Config;
use crate::storage::{Access, DateAdded, Grants, NewSecret, Scope, SecretKind, Storage};
use crate::wire::Timestamp;

/// What the commands work on.
pub(super) struct Edit<'a> {
    pub(super) storage: &'a dyn Storage,
    pub(super) config: &'a Config,
    pub(super) clock: &'a Clock,
}

type Done = Result<(), Box<dyn Error>>;

impl Edit<'_> {
    pub(super) async fn create(
        &self,
        name: &str,
        rights: &Rights,
        no_rights: bool,
        no_password: bool,
    ) -> Done {
        let mut grants = rights.grants(self.config)?;
        if !no_rights && grants == Grants::default() {
            grants = Grants::from_iter([(Scope::Everywhere, Access::READ)]);
        }
        if no_password {
            return make(self.storage, self.clock, name, &grants).await;
        }
        writeln!(Output, "{}", create(self.storage, self.clock, name, &grants).await?)?;
        Ok(())
    }

    pub(super) async fn grant(&self, name: &str, rights: &Rights) -> Done {
        for (scope, access) in self.some(rights)?.iter() {
            existing(self.storage.grant(name, scope, access).await?, name)?;
        }
        Ok(())
    }

    pub(super) async fn revoke(&self, name: &str, rights: &Rights) -> Done {
        for (scope, access) in self.some(rights)?.iter() {
            existing(self.storage.revoke(name, scope, access).await?, name)?;
            self.warn_of_the_rest(name, scope, access).await?;
        }
        Ok(())
    }

    pub(super) async fn password(&self, name: &str, keep_old: Duration, expires: Option<Duration>) -> Done {
        let password = password::generate();
        let secret = self.secret(SecretKind::Password, password::hash(&password)?, "", expires);
        let (now, end) = (now(self.clock), self.after(keep_old));
        existing(self.storage.change_password(name, &secret, now, end).await?, name)?;
        writeln!(Output, "{password}")?;
        Ok(())
    }

    pub(super) async fn add_token(&self, name: &str, label: String, expires: Option<Duration>) -> Done {
        let token = token::generate();
        let secret = self.secret(SecretKind::Token, token::hash(&token), &label, expires);
        existing(self.storage.add_secret(name, &secret, now(self.clock)).await?.is_some(), name)?;
        writeln!(Output, "{token}")?;
        Ok(())
    }

    pub(super) async fn add_certificate(
        &self,
        name: &str,
        fingerprint: &str,
        label: String,
        expires: Option<Duration>,
    ) -> Done {
        let hash = identity(fingerprint).ok_or_else(|| {
            format!(
                "`{fingerprint}` is neither a SHA-256 in hexadecimal digits nor such as `dns:tip.example.com`"
            )
        })?;
        if let Some(owner) = self.storage.owner_of(SecretKind::Certificate, &hash).await? {
            return Err(format!("this is the certificate of the account `{owner}` already").into());
        }
        let secret = self.secret(SecretKind::Certificate, hash, &label, expires);
        existing(self.storage.add_secret(name, &secret, now(self.clock)).await?.is_some(), name)
    }

    pub(super) async fn remove_secret(&self, name: &str, number: i64) -> Done {
        match self.storage.remove_secret(name, number).await? {
            true => Ok(()),
            false => Err(format!("the account `{name}` has no secret with the number {number}").into()),
        }
    }

    pub(super) async fn remove(&self, name: &str) -> Done {
        existing(self.storage.remove_account(name).await?, name)
    }

    /// The rights of a command that makes no sense without any.
    fn some(&self, rights: &Rights) -> Result<Grants, Box<dyn Error>> {
        let grants = rights.grants(self.config)?;
        match grants == Grants::default() {
            true => Err("name at least one right: `--read COLLECTION` or `--write COLLECTION`".into()),
            false => Ok(grants),
        }
    }

    /// A right to one collection may go on in the rights to all.
    async fn warn_of_the_rest(&self, name: &str, scope: Scope, taken: Access) -> Done {
        let (Scope::Collection(collection), Some(account)) = (scope, self.storage.account(name).await?)
        else {
            return Ok(());
        };
        let rest = account.grants.on(&collection);
        if (taken.read && rest.read) || (taken.write && rest.write) {
            remark(format_args!(
                "warning: `{name}` may still {rest} this collection by its rights to all collections"
            ));
        }
        Ok(())
    }

    fn secret(&self, kind: SecretKind, hash: String, label: &str, expires: Option<Duration>) -> NewSecret {
        let expires = expires.map(|good| self.after(good));
        NewSecret { label: label.to_owned(), expires, ..NewSecret::new(kind, hash) }
    }

    fn after(&self, wait: Duration) -> DateAdded {
        let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        DateAdded::from_millis(now(self.clock).millis().saturating_add(wait))
    }
}

/// Makes an account and gives its password.
pub(in crate::command) async fn create(
    storage: &dyn Storage,
    clock: &Clock,
    name: &str,
    grants: &Grants,
) -> Result<String, Box<dyn Error>> {
    let password = password::generate();
    create_with(storage, clock, name, grants, &password).await?;
    Ok(password)
}

/// Makes an account with this password.
pub(in crate::command) async fn create_with(
    storage: &dyn Storage,
    clock: &Clock,
    name: &str,
    grants: &Grants,
    password: &str,
) -> Done {
    let secret = NewSecret::new(SecretKind::Password, password::hash(password)?);
    make(storage, clock, name, grants).await?;
    existing(storage.add_secret(name, &secret, now(clock)).await?.is_some(), name)
}

async fn make(storage: &dyn Storage, clock: &Clock, name: &str, grants: &Grants) -> Done {
    if name.is_empty() || name.contains(':') || name.chars().any(|char| visible(char) != char) {
        return Err(format!(
            "`{name}` cannot be a name: it is empty, or has a colon or an invisible character"
        )
        .into());
    }
    if name.starts_with('-') || is_command_word(name) {
        return Err(format!(
            "`{name}` is a word of the command line: give the account a name that is not an option and not a subcommand"
        )
        .into());
    }
    match storage.add_account(name, grants, now(clock)).await? {
        true => Ok(()),
        false => Err(format!("there is an account `{name}` already").into()),
    }
}

fn existing(done: bool, name: &str) -> Done {
    if done { Ok(()) } else { Err(format!("there is no account `{name}`").into()) }
}

fn now(clock: &Clock) -> DateAdded {
    DateAdded::from(Timestamp::new(clock.now()))
}
