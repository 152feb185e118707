//! `taxii-server quarantine`: the records of feeds that could not be used, or had to be put right.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};

use base64::prelude::{BASE64_STANDARD, Engine};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use stix_core::terminal::{Printable, visible};

use super::format::Format;
use super::output::Output;
use super::serve;
use crate::clock::Clock;
use crate::config::Config;
use crate::feed::{Retried, Retry};
use crate::ingest::{Ingest, Repair};
use crate::storage::quarantine::{
    Chosen, Handling, QuarantinedRecord, RecordCount, RecordId, RecordPrefix, RepairedRecord,
};
use crate::storage::{self, DateAdded, Storage};

/// What to do with records in quarantine.
#[derive(Debug, Subcommand)]
pub enum QuarantineCommand {
    /// List the records in quarantine, oldest first, and count them
    List {
        /// List the records that were put right instead, the latest first
        #[arg(long, conflicts_with_all = ["feed", "cause"])]
        repaired: bool,
        #[command(flatten)]
        filter: Filter,
        /// How many to list
        #[arg(long, default_value_t = 100)]
        limit: u32,
        /// In which form to print
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Show a record as it came, and what is wrong with it
    Show {
        /// The first digits of its name
        id: RecordPrefix,
        /// In which form to print
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Read records again, with this program and these settings, and take in those that can be used now
    Retry {
        #[command(flatten)]
        choice: Choice,
        /// In which form to print
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Forget records: they do not come back with the next poll
    Drop {
        #[command(flatten)]
        choice: Choice,
        /// In which form to print
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

impl QuarantineCommand {
    pub(super) fn changes_something(&self) -> bool {
        matches!(self, Self::Retry { .. } | Self::Drop { .. })
    }
}

/// Some records.
#[derive(Clone, Debug, Default, Args)]
pub struct Filter {
    /// Only those of this feed
    #[arg(long)]
    feed: Option<String>,
    /// Only those with this cause
    #[arg(long)]
    cause: Option<String>,
}

/// Records to do something with.
#[derive(Clone, Debug, Args)]
pub struct Choice {
    /// The first digits of their names
    #[arg(value_name = "ID", required_unless_present_any = ["all", "feed", "cause"])]
    ids: Vec<RecordPrefix>,
    /// All records
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    #[command(flatten)]
    filter: Filter,
}

impl Choice {
    /// The records that are meant; each name must stand for just one.
    async fn records(self, storage: &dyn Storage) -> Result<Vec<QuarantinedRecord>, Box<dyn Error>> {
        let Filter { feed, cause } = self.filter;
        if self.ids.is_empty() {
            let chosen = Chosen { ids: None, feed, cause };
            return Ok(storage.quarantined(&chosen, u32::MAX).await?);
        }
        let mut records: BTreeMap<RecordId, QuarantinedRecord> = BTreeMap::new();
        for id in self.ids {
            let record = one(storage, &id).await?;
            records.insert(record.id, record);
        }
        let meant = |record: &QuarantinedRecord| {
            feed.as_ref().is_none_or(|feed| *feed == record.feed)
                && cause.as_ref().is_none_or(|cause| *cause == record.quarantined.cause)
        };
        Ok(records.into_values().filter(meant).collect())
    }
}

pub(super) async fn run(
    command: QuarantineCommand,
    config: &Config,
    clock: &Clock,
) -> Result<(), Box<dyn Error>> {
    let storage = storage::open_existing(&config.database).await?;
    let collections: Vec<_> = config.all_collections().map(|collection| collection.id.into()).collect();
    storage.register_collections(&collections).await?;
    let done = match command {
        QuarantineCommand::List { repaired: false, filter, limit, format } => {
            list(&*storage, filter, limit, format).await
        }
        QuarantineCommand::List { limit, format, .. } => list_repaired(&*storage, limit, format).await,
        QuarantineCommand::Show { id, format } => {
            one(&*storage, &id).await.and_then(|record| Ok(show(&record, format)?))
        }
        QuarantineCommand::Retry { choice, format } => {
            let records = choice.records(&*storage).await?;
            let config = Config { feeds: serve::feeds(config), ..config.clone() };
            let ingest = config.ingest(storage.clone(), clock.clone())?;
            retry(&config, &ingest, clock, records, format).await
        }
        QuarantineCommand::Drop { choice, format } => {
            let records = choice.records(&*storage).await?;
            drop_records(&*storage, clock, &records, format).await
        }
    };
    storage.close().await;
    done
}

/// The one record whose name begins so.
async fn one(storage: &dyn Storage, id: &RecordPrefix) -> Result<QuarantinedRecord, Box<dyn Error>> {
    let chosen = Chosen { ids: Some(vec![id.clone()]), ..Chosen::default() };
    let mut records = storage.quarantined(&chosen, 2).await?;
    match (records.pop(), records.pop()) {
        (Some(record), None) => Ok(record),
        (None, _) => Err(format!("no record in quarantine has a name that begins with `{id}`").into()),
        (Some(_), Some(_)) => Err(format!("the names of several records begin with `{id}`").into()),
    }
}

async fn list(
    storage: &dyn Storage,
    filter: Filter,
    limit: u32,
    format: Format,
) -> Result<(), Box<dyn Error>> {
    let chosen = Chosen { ids: None, feed: filter.feed, cause: filter.cause };
    let records = storage.quarantined(&chosen, limit).await?;
    let counts = storage.record_counts(None).await?;
    if format == Format::Json {
        let records: Vec<_> = records.iter().map(as_json).collect();
        writeln!(Output, "{}", json!({"records": records, "counts": counts_as_json(&counts)}))?;
        return Ok(());
    }
    for QuarantinedRecord { id, feed, quarantined, first_seen, .. } in &records {
        let (cause, reason) = (&quarantined.cause, &quarantined.reason);
        writeln!(
            Output,
            "{}  {}  {feed}  {cause}  {}",
            id.short(),
            first_seen.timestamp(),
            one_line(reason)
        )?;
    }
    if records.is_empty() {
        writeln!(Output, "there is nothing in quarantine")?;
    }
    Ok(print_counts(&counts, Handling::Quarantined)?)
}

async fn list_repaired(storage: &dyn Storage, limit: u32, format: Format) -> Result<(), Box<dyn Error>> {
    let records = storage.repaired(limit).await?;
    let counts = storage.record_counts(None).await?;
    if format == Format::Json {
        let as_json = |record: &RepairedRecord| {
            let RepairedRecord { id, feed, repaired, first_seen, cut_from } = record;
            json!({
                "id": id.to_string(), "feed": feed, "form": repaired.form.name(), "repairs": repaired.repairs,
                "first_seen": first_seen.timestamp().to_string(), "record": text(&repaired.record),
                "record_base64": base64(&repaired.record), "cut_from": cut_from,
            })
        };
        let records: Vec<_> = records.iter().map(as_json).collect();
        writeln!(Output, "{}", json!({"records": records, "counts": counts_as_json(&counts)}))?;
        return Ok(());
    }
    for RepairedRecord { id, feed, repaired, first_seen, .. } in &records {
        let repairs = repaired.repairs.iter().map(String::as_str).collect::<Vec<_>>().join(",");
        writeln!(
            Output,
            "{}  {}  {feed}  {repairs}  {}",
            id.short(),
            first_seen.timestamp(),
            one_line(&text(&repaired.record))
        )?;
    }
    if records.is_empty() {
        writeln!(Output, "no record had to be put right")?;
    }
    Ok(print_counts(&counts, Handling::Repaired)?)
}

fn show(record: &QuarantinedRecord, format: Format) -> io::Result<()> {
    if format == Format::Json {
        return writeln!(Output, "{}", as_json(record));
    }
    let QuarantinedRecord { id, feed, quarantined, first_seen, cut_from } = record;
    writeln!(Output, "id           {id}")?;
    writeln!(Output, "feed         {feed}")?;
    writeln!(Output, "form         {}", quarantined.form.name())?;
    writeln!(Output, "first seen   {}", first_seen.timestamp())?;
    writeln!(Output, "cause        {}", Printable(&quarantined.cause))?;
    writeln!(Output, "reason       {}", Printable(&quarantined.reason))?;
    if let Some(length) = cut_from {
        writeln!(Output, "kept         the first {} of {length} bytes", quarantined.record.len())?;
    }
    Output.write_all(&quarantined.record)?;
    writeln!(Output)
}

async fn retry(
    config: &Config,
    ingest: &Ingest,
    clock: &Clock,
    records: Vec<QuarantinedRecord>,
    format: Format,
) -> Result<(), Box<dyn Error>> {
    let mut by_feed: BTreeMap<String, Vec<QuarantinedRecord>> = BTreeMap::new();
    for record in records {
        by_feed.entry(record.feed.clone()).or_default().push(record);
    }
    let mut all = Retried::default();
    for (feed, records) in by_feed {
        let settings = config.feeds.iter().find(|settings| settings.name == feed);
        let settings = settings.ok_or_else(|| format!("there is no feed `{feed}` in the settings"))?;
        let collection = config.collection_of(settings).ok_or("the feed names no collection")?;
        let retry = Retry::new(settings, collection, ingest.clone(), clock.clone())?;
        let retried = retry.retry(&feed, &records).await?;
        all.released.extend(retried.released);
        all.refused.extend(retried.refused);
        all.ingested.new += retried.ingested.new;
        all.ingested.changed += retried.ingested.changed;
    }
    if format == Format::Json {
        let refused = all.refused.iter().map(|(id, reason)| json!({"id": id.to_string(), "reason": reason}));
        writeln!(
            Output,
            "{}",
            json!({
                "released": all.released.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "refused": refused.collect::<Vec<_>>(),
                "new": all.ingested.new, "changed": all.ingested.changed,
            })
        )?;
        return Ok(());
    }
    for (id, reason) in &all.refused {
        writeln!(Output, "{}  stays: {}", id.short(), one_line(reason))?;
    }
    let (released, refused) = (all.released.len(), all.refused.len());
    writeln!(
        Output,
        "{released} taken in ({} new objects, {} changed), {refused} stay",
        all.ingested.new, all.ingested.changed
    )?;
    Ok(())
}

async fn drop_records(
    storage: &dyn Storage,
    clock: &Clock,
    records: &[QuarantinedRecord],
    format: Format,
) -> Result<(), Box<dyn Error>> {
    let ids: Vec<_> = records.iter().map(|record| record.id).collect();
    let now = DateAdded::from_millis(clock.now().timestamp_millis());
    let dropped = storage.drop_quarantined(&ids, now).await?;
    match format {
        Format::Json => writeln!(Output, "{}", json!({"dropped": dropped}))?,
        Format::Text => writeln!(Output, "{dropped} forgotten")?,
    }
    Ok(())
}

fn as_json(record: &QuarantinedRecord) -> Value {
    let QuarantinedRecord { id, feed, quarantined, first_seen, cut_from } = record;
    json!({
        "id": id.to_string(), "feed": feed, "form": quarantined.form.name(), "cause": quarantined.cause,
        "reason": quarantined.reason, "first_seen": first_seen.timestamp().to_string(),
        "record": text(&quarantined.record), "record_base64": base64(&quarantined.record),
        "cut_from": cut_from,
    })
}

/// A record as text.
fn text(record: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(record)
}

/// A record that is more than its text.
fn base64(record: &[u8]) -> Option<String> {
    std::str::from_utf8(record).is_err().then(|| BASE64_STANDARD.encode(record))
}

fn counts_as_json(counts: &[RecordCount]) -> Vec<Value> {
    let count = |RecordCount { feed, handling, reason, times }: &RecordCount| json!({"feed": feed, "handling": handling.name(), "reason": reason, "times": times});
    counts.iter().map(count).collect()
}

/// How often something became of records so far; repairs with their meaning.
fn print_counts(counts: &[RecordCount], shown: Handling) -> io::Result<()> {
    let mut counts = counts.iter().filter(|count| count.handling == shown).peekable();
    if counts.peek().is_some() {
        writeln!(Output, "\n{} so far, by feed and reason:", shown.name())?;
    }
    for RecordCount { feed, reason, times, .. } in counts {
        let repair = Repair::ALL.iter().find(|repair| repair.name() == reason);
        let meaning = repair.filter(|_| shown == Handling::Repaired).map_or("", |repair| repair.meaning());
        writeln!(Output, "  {times:>8}  {feed}  {reason:<16}{meaning}")?;
    }
    Ok(())
}

fn one_line(text: &str) -> String {
    let line: String = text.chars().map(visible).take(120).collect();
    if text.chars().nth(120).is_some() { format!("{line}...") } else { line }
}
