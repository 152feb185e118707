//! `taxii-server poll`: one poll by hand, or what one would do.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use clap::Args;

use stix_core::terminal::{Printable, visible};

use super::output::{Output, remark};
use super::{ExitWith, serve};
use crate::bridge::POLLING;
use crate::clock::Clock;
use crate::config::Config;
use crate::feed::{PollError, Polled, Poller};
use crate::ingest::{Rehearsal, Upkeep};
use crate::storage::{self, CollectionId, Storage};

/// How many characters of a record in quarantine are shown.
const SHOWN: usize = 200;

/// How to poll.
#[derive(Args, Clone, Copy, Debug)]
pub struct PollArguments {
    /// Poll each feed once, as `serve` does again and again; the past is left to it
    #[arg(long, required = true)]
    once: bool,
    /// Write nothing, and print what would be added, changed and put into quarantine
    #[arg(long)]
    dry_run: bool,
}

impl PollArguments {
    pub(super) fn changes_something(self) -> bool {
        !self.dry_run
    }
}

pub(super) async fn run(
    arguments: PollArguments,
    config: &Config,
    clock: &Clock,
) -> Result<(), Box<dyn Error>> {
    // What is not there yet holds nothing: a dry run takes an empty store in its place, which nobody keeps.
    let empty = match config.database.missing_file() {
        Some(_) if arguments.dry_run => Some(tempfile::tempdir()?),
        _ => None,
    };
    let config = match &empty {
        Some(folder) => &Config { database: folder.path().join("empty.db").into(), ..config.clone() },
        None => config,
    };
    if arguments.dry_run && empty.is_none() && storage::pending_migrations(&config.database).await? > 0 {
        return Err(format!(
            "`{}` is of an older version, and a dry run does not change it: start `taxii-server serve` first",
            config.database
        )
        .into());
    }
    let _lock = if arguments.dry_run { None } else { storage::lock(&config.database)? };
    let missing = config.database.missing_file().filter(|_| !arguments.dry_run);
    let storage = storage::open(&config.database).await?;
    if let Some(path) = missing {
        remark(format_args!("created the database `{}`", path.display()));
    }
    let done = poll(arguments.dry_run, config, clock, Arc::clone(&storage)).await;
    storage.close().await;
    done
}

async fn poll(
    dry_run: bool,
    config: &Config,
    clock: &Clock,
    storage: Arc<dyn Storage>,
) -> Result<(), Box<dyn Error>> {
    let config = &Config { feeds: serve::feeds(config), ..config.clone() };
    let ingest = config.ingest(Arc::clone(&storage), clock.clone())?;
    let lease = match dry_run {
        true => None,
        false => {
            let ids: Vec<CollectionId> =
                config.all_collections().map(|settings| settings.id.into()).collect();
            storage.register_collections(&ids).await?;
            let lease = storage.lead(POLLING).await?;
            Some(lease.ok_or("a running server polls the feeds; `--dry-run` works beside it")?)
        }
    };
    let term = lease.as_ref().and_then(|lease| lease.term()).cloned();
    let ingest = ingest.in_term(term);
    // A dry run tells of the feeds only.
    if !dry_run {
        Upkeep::new(ingest.clone()).round().await?;
    }
    let mut failed = 0;
    for settings in config.feeds.clone() {
        let name = settings.name.clone();
        let collection =
            config.collection_of(&settings).ok_or("a feed names a collection that does not exist")?;
        let ingest = if dry_run { ingest.clone().rehearsing() } else { ingest.clone() };
        let polled = Poller::new(settings, collection, ingest.clone(), clock.clone())?.poll().await;
        failed += usize::from(polled.is_err());
        report(&name, &polled, ingest.rehearsal().as_ref())?;
    }
    match failed {
        0 => Ok(()),
        failed => Err(ExitWith::new(1, format!("{failed} of the feeds could not be polled")).into()),
    }
}

fn report(
    feed: &str,
    polled: &Result<Polled, PollError>,
    rehearsal: Option<&Rehearsal>,
) -> Result<(), Box<dyn Error>> {
    let polled = match polled {
        Ok(polled) => polled,
        Err(error) => {
            let (text, help) = (error.to_string(), error.help());
            return Ok(writeln!(Output, "{feed}: {}; {help}", Printable(&text))?);
        }
    };
    let counts = &polled.ingested;
    let Some(rehearsal) = rehearsal else {
        let (records, new, changed, quarantined) =
            (counts.records, counts.new, counts.changed, counts.quarantined);
        let line = format!("{records} records: {new} added, {changed} changed, {quarantined} in quarantine");
        return Ok(writeln!(Output, "{feed}: {line}")?);
    };
    let Rehearsal { added, changed, quarantined } = rehearsal;
    let (new, changes, odd) = (added.len(), changed.len(), quarantined.len());
    writeln!(
        Output,
        "{feed}: {} records would make {new} additions, {changes} changes and {odd} new entries in quarantine",
        counts.records
    )?;
    for (sign, objects) in [('+', added), ('~', changed)] {
        for (id, told) in objects {
            writeln!(Output, "{sign} {id} {}", Printable(told))?;
        }
    }
    for record in quarantined {
        let text: String = String::from_utf8_lossy(&record.record).chars().take(SHOWN).map(visible).collect();
        writeln!(Output, "! {}: {} {text}", record.cause, Printable(&record.reason))?;
    }
    Ok(())
}
