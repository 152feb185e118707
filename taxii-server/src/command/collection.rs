//! `taxii-server collection`: what the collections hold, and what was deleted from them.

use std::error::Error;
use std::io::Write;
use std::time::Duration;

use chrono::TimeDelta;
use clap::Subcommand;
use stix_core::Identifier;

use super::output::Output;
use crate::clock::Clock;
use crate::config::{CollectionSettings, Config};
use crate::duration;
use crate::feed_status::time;
use crate::ingest::Intake;
use crate::storage::deletion::{Inventory, Tombstone};
use crate::storage::{self, CollectionId, DateAdded, Storage};

/// How many tombstones are shown.
const SHOWN: u32 = 50;

/// What to do with the collections.
#[derive(Debug, Subcommand)]
pub enum CollectionCommand {
    /// List the collections: identifier, title, objects, versions, deletions
    List,
    /// Show what a collection holds and what was last deleted from it
    Show {
        /// The id or alias of the collection
        collection: String,
    },
    /// Let the dates of adding go on an hour ahead of the clock, after a failover to a database that lags behind
    ///
    /// A replica of PostgreSQL that is not synchronous may lack the last objects that clients have seen, and would give
    /// their dates to others, which these clients would never fetch. `taxii-server restore` does this by itself.
    Advance {
        /// The id or alias of the collection; without it all of them
        collection: Option<String>,
        /// How far ahead of the clock
        #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration::parse)]
        by: Duration,
    },
    /// Let feeds bring back an object that was deleted
    Restore {
        /// The id or alias of the collection
        collection: String,
        /// The identifier of the object
        object: Identifier,
    },
}

pub(super) async fn run(
    command: CollectionCommand,
    config: &Config,
    clock: &Clock,
) -> Result<(), Box<dyn Error>> {
    let storage = storage::open_existing(&config.database).await?;
    let ids: Vec<CollectionId> = config.all_collections().map(|collection| collection.id.into()).collect();
    storage.register_collections(&ids).await?;
    let done = match command {
        CollectionCommand::List => list(&*storage, config).await,
        CollectionCommand::Show { collection } => {
            show(&*storage, config.collection_named(&collection)?).await
        }
        CollectionCommand::Advance { collection, by } => {
            let ids = match collection {
                Some(name) => vec![config.collection_named(&name)?.id.into()],
                None => ids,
            };
            advance(&*storage, &ids, clock, by).await
        }
        CollectionCommand::Restore { collection, object } => {
            let collection = config.collection_named(&collection)?;
            let none = std::iter::empty();
            let intake = Intake::new(storage.clone(), clock.clone(), config.allowance, none, 0);
            restore(&intake, collection, &object).await
        }
    };
    storage.close().await;
    done
}

async fn advance(
    storage: &dyn Storage,
    ids: &[CollectionId],
    clock: &Clock,
    by: Duration,
) -> Result<(), Box<dyn Error>> {
    let to = TimeDelta::from_std(by).ok().and_then(|by| clock.now().checked_add_signed(by));
    let to = to.ok_or("the time is beyond what can be computed")?;
    let advanced = storage.advance_dates(ids, DateAdded::from_millis(to.timestamp_millis())).await?;
    writeln!(Output, "{advanced} of {} collections go on with dates after {}", ids.len(), time(to))?;
    Ok(())
}

async fn list(storage: &dyn Storage, config: &Config) -> Result<(), Box<dyn Error>> {
    for CollectionSettings { id, title, .. } in config.all_collections() {
        let Inventory { objects, versions, tombstones, .. } = storage.inventory(&(*id).into()).await?;
        writeln!(Output, "{id}\t{title}\t{objects} objects\t{versions} versions\t{tombstones} deleted")?;
    }
    Ok(())
}

async fn show(storage: &dyn Storage, settings: &CollectionSettings) -> Result<(), Box<dyn Error>> {
    let id = settings.id.into();
    let Inventory { objects, versions, tombstones, last_added } = storage.inventory(&id).await?;
    writeln!(Output, "id           {}", settings.id)?;
    writeln!(Output, "title        {}", settings.title)?;
    if let Some(alias) = &settings.alias {
        writeln!(Output, "alias        {alias}")?;
    }
    writeln!(Output, "objects      {objects}")?;
    writeln!(Output, "versions     {versions}")?;
    if let Some(date) = last_added {
        writeln!(Output, "last added   {}", date.timestamp())?;
    }
    writeln!(Output, "deleted      {tombstones}")?;
    for Tombstone { id, version, deleted } in storage.tombstones(&id, SHOWN).await? {
        let of = version.map(|version| format!("  version {version}")).unwrap_or_default();
        writeln!(Output, "  {id}{of}  on {}", deleted.timestamp())?;
    }
    if tombstones > i64::from(SHOWN) {
        writeln!(Output, "  and {} more", tombstones.saturating_sub(i64::from(SHOWN)))?;
    }
    Ok(())
}

async fn restore(
    intake: &Intake,
    settings: &CollectionSettings,
    object: &Identifier,
) -> Result<(), Box<dyn Error>> {
    match intake.restore(&settings.id.into(), object).await? {
        0 => {
            Err(format!("nothing of `{object}` was deleted from the collection `{}`", settings.title).into())
        }
        _ => {
            writeln!(
                Output,
                "`{object}` comes back when its feed tells of it again, or when somebody adds it"
            )?;
            Ok(())
        }
    }
}
