//! `taxii-server collection`: what the collections hold, and what was deleted from them.

use std::error::Error;
use std::io::Write;
use std::time::Duration;

use chrono::TimeDelta;
use clap::Subcommand;
use stix_core::Identifier;

use stix_core::terminal::Printable;

use super::output::Output;
use crate::clock::Clock;
use crate::clock_status::DATES_AHEAD_WITHIN;
use crate::config::{CollectionSettings, Config};
use crate::duration;
use crate::ingest::Intake;
use crate::storage::deletion::{Inventory, Tombstone};
use crate::storage::timekeeping::Rewound;
use crate::storage::{self, CollectionId, DateAdded, Dating, Storage};

/// How far ahead of the clock dates can be put by hand.
const LONGEST_ADVANCE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
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
    /// Date objects anew that were dated by a clock that ran ahead
    ///
    /// Put the clock right first. Objects that are dated after it get dates from now on, in their order, and new objects come
    /// after them. Clients that have seen the dates that ran ahead hold a place in the future, and miss everything until
    /// then: let them begin anew, or from a date before now. Where dates run ahead by some hours only, it is better to
    /// wait; clients lose nothing then, and those who go on by their own clock are sent some objects again.
    Rewind {
        /// The id or alias of the collection; without it all of them
        collection: Option<String>,
        /// Change the dates; without it those are shown that run ahead
        #[arg(long)]
        yes: bool,
    },
    /// Let feeds bring back an object that was deleted
    Restore {
        /// The id or alias of the collection
        collection: String,
        /// The identifier of the object
        object: Identifier,
    },
}

impl CollectionCommand {
    pub(super) fn changes_something(&self) -> bool {
        match self {
            Self::List | Self::Show { .. } => false,
            Self::Rewind { yes, .. } => *yes,
            Self::Advance { .. } | Self::Restore { .. } => true,
        }
    }
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
            let ids = chosen(config, collection, ids)?;
            advance(&*storage, &ids, &dating(config, clock), by).await
        }
        CollectionCommand::Rewind { collection, yes } => {
            let ids = chosen(config, collection, ids)?;
            rewind(&*storage, &ids, &dating(config, clock), yes).await
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

fn dating(config: &Config, clock: &Clock) -> Dating {
    Dating { clock: clock.clone(), allowance: config.allowance }
}

/// Returns the collection of this name, or all of them.
fn chosen(
    config: &Config,
    collection: Option<String>,
    all: Vec<CollectionId>,
) -> Result<Vec<CollectionId>, Box<dyn Error>> {
    match collection {
        Some(name) => Ok(vec![config.collection_named(&name)?.id.into()]),
        None => Ok(all),
    }
}

async fn advance(
    storage: &dyn Storage,
    ids: &[CollectionId],
    dating: &Dating,
    by: Duration,
) -> Result<(), Box<dyn Error>> {
    if by > LONGEST_ADVANCE {
        return Err("dates cannot be put more than 30 days ahead of the clock".into());
    }
    let to = TimeDelta::from_std(by).ok().and_then(|by| dating.clock.now().checked_add_signed(by));
    let to = to.ok_or("the time is beyond what can be computed")?;
    for id in ids {
        let date = storage.advance_dates(id, DateAdded::from_millis(to.timestamp_millis()), dating).await?;
        writeln!(Output, "{id}\tgoes on with dates after {}", date.timestamp())?;
    }
    Ok(())
}

/// Dates the objects anew that are dated after the clock.
async fn rewind(
    storage: &dyn Storage,
    ids: &[CollectionId],
    dating: &Dating,
    yes: bool,
) -> Result<(), Box<dyn Error>> {
    let now = dating.clock.now().timestamp_millis();
    let dates = storage.last_dates().await?;
    let ahead: Vec<_> = dates
        .into_iter()
        .filter(|(id, date)| {
            ids.contains(id) && date.millis().saturating_sub(now) > DATES_AHEAD_WITHIN.num_milliseconds()
        })
        .collect();
    if ahead.is_empty() {
        writeln!(Output, "no dates run more than an hour ahead of the clock: nothing is to be done")?;
        return Ok(());
    }
    for (id, date) in ahead {
        if !yes {
            writeln!(Output, "{id}\tgave dates up to {}", date.timestamp())?;
            continue;
        }
        let Rewound { versions, from, to } = storage.rewind_dates(&id, dating).await?;
        let (from, to) = (from.timestamp(), to.timestamp());
        writeln!(Output, "{id}\tdated {versions} versions anew, the last one {to} in place of {from}")?;
    }
    match yes {
        true => Ok(()),
        false => Err(
            "nothing was changed: clients that have seen these dates must begin anew; add `--yes` to go on"
                .into(),
        ),
    }
}

async fn list(storage: &dyn Storage, config: &Config) -> Result<(), Box<dyn Error>> {
    for CollectionSettings { id, title, .. } in config.all_collections() {
        let Inventory { objects, versions, tombstones, .. } = storage.inventory(&(*id).into()).await?;
        let title = Printable(title);
        writeln!(Output, "{id}\t{title}\t{objects} objects\t{versions} versions\t{tombstones} deleted")?;
    }
    Ok(())
}

async fn show(storage: &dyn Storage, settings: &CollectionSettings) -> Result<(), Box<dyn Error>> {
    let id = settings.id.into();
    let Inventory { objects, versions, tombstones, last_added } = storage.inventory(&id).await?;
    writeln!(Output, "id           {}", settings.id)?;
    writeln!(Output, "title        {}", Printable(&settings.title))?;
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
