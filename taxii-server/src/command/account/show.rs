//! The commands that say what accounts there are.

use std::error::Error;
use std::io::Write;

use stix_core::terminal::Printable;

use crate::clock::Clock;
use crate::command::output::Output;
use crate::config::Config;
use crate::storage::{Account, DateAdded, Scope, Secret, SecretKind, SecretUse, Storage};
use crate::wire::Timestamp;

/// A line for each account.
pub(super) async fn list(storage: &dyn Storage) -> Result<(), Box<dyn Error>> {
    for account in storage.accounts().await? {
        let of_kind = |kind| account.secrets.iter().filter(|secret| secret.stored.kind == kind).count();
        writeln!(
            Output,
            "{}\tsince {}\t{} tokens\t{} certificates",
            Printable(&account.name),
            account.created.timestamp(),
            of_kind(SecretKind::Token),
            of_kind(SecretKind::Certificate)
        )?;
    }
    Ok(())
}

/// All of an account but its secrets themselves.
pub(super) async fn show(
    storage: &dyn Storage,
    config: &Config,
    clock: &Clock,
    name: &str,
) -> Result<(), Box<dyn Error>> {
    let Account { name, created, secrets, grants, revision: _ } =
        storage.account(name).await?.ok_or_else(|| format!("there is no account `{name}`"))?;
    writeln!(Output, "account      {}", Printable(&name))?;
    writeln!(Output, "since        {}", created.timestamp())?;
    for (scope, access) in grants.iter() {
        writeln!(Output, "may          {access} {}", place(config, scope))?;
    }
    let now = DateAdded::from(Timestamp::new(clock.now()));
    let uses = storage.uses(&name).await?;
    for secret in secrets {
        writeln!(Output, "{}", line(&secret, now))?;
        // The latest come first.
        let last = uses.iter().find(|last| last.secret == secret.number);
        let used = last.map_or("never used".to_owned(), |SecretUse { last, network, .. }| {
            format!("last used {} from {network}", last.timestamp())
        });
        writeln!(Output, "{:<12} {used}", "")?;
    }
    Ok(())
}

fn place(config: &Config, scope: Scope) -> String {
    let Scope::Collection(id) = scope else { return "all collections".to_owned() };
    let settings = config.all_collections().find(|collection| collection.id == id.uuid());
    let title = settings.map_or("not in the settings", |settings| settings.title.as_str());
    format!("{id} ({})", Printable(title))
}

fn line(secret: &Secret, now: DateAdded) -> String {
    let Secret { number, stored, created } = secret;
    let end = match stored.expires {
        Some(end) if secret.is_valid(now) => format!(", until {}", end.timestamp()),
        Some(end) => format!(", ended {}", end.timestamp()),
        None => String::new(),
    };
    // What identifies a certificate is no secret, and tells which one it is.
    let identity = (stored.kind == SecretKind::Certificate).then_some(&stored.hash);
    let named = [identity, Some(&stored.label)].into_iter().flatten().filter(|text| !text.is_empty());
    let named: String = named.map(|text| format!("  {}", Printable(text))).collect();
    format!("{:<12} {number}  since {}{end}{named}", stored.kind.as_str(), created.timestamp())
}
