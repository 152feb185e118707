//! `taxii-server status`: how the feeds do, as a table or as JSON.

use std::error::Error;
use std::io::Write;

use clap::Args;
use serde_json::json;

use stix_core::terminal::Printable;

use super::format::Format;
use super::output::Output;
use super::serve;
use crate::clock::Clock;
use crate::clock_status::ClockStatus;
use crate::config::Config;
use crate::duration::in_words;
use crate::feed_status::{FeedStatus, time};
use crate::storage;

/// How many gaps of a feed the table shows, the latest ones.
const SHOWN: usize = 5;

/// How to show it.
#[derive(Args, Clone, Copy, Debug)]
pub struct StatusArguments {
    /// In which form to print: a table, or JSON
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) async fn run(
    arguments: StatusArguments,
    config: &Config,
    clock: &Clock,
) -> Result<(), Box<dyn Error>> {
    let storage = storage::open_existing(&config.database).await?;
    let feeds = FeedStatus::read_all(&*storage, &serve::feeds(config), clock.now()).await;
    let behind = storage.subjects_behind().await;
    let expired = match config.retention.expired_before(clock.now()) {
        Some(before) => storage.count_expired(before).await,
        None => Ok(0),
    };
    let clock_status = ClockStatus::read(&*storage, clock.now()).await;
    storage.close().await;
    let (feeds, behind, expired, clock_status) = (feeds?, behind?, expired?, clock_status?);
    if let Format::Json = arguments.format {
        let feeds: Vec<_> = feeds.iter().map(FeedStatus::document).collect();
        let status = json!({
            "feeds": feeds, "subjects_behind_settings": behind, "subjects_to_expire": expired,
            "clock": clock_status.document(),
        });
        writeln!(Output, "{}", serde_json::to_string_pretty(&status)?)?;
        return Ok(());
    }
    if feeds.is_empty() {
        writeln!(Output, "no feed is polled")?;
    } else {
        write!(Output, "{}", table(&feeds))?;
    }
    for problem in clock_status.problems() {
        writeln!(Output, "\n{}\n  help: {}", problem.text, problem.help)?;
    }
    if behind > 0 {
        writeln!(Output, "\nthe settings have changed: {behind} subjects are still to be made anew")?;
    }
    if expired > 0 {
        writeln!(Output, "\n{expired} objects are still to leave, since they have ended")?;
    }
    Ok(())
}

fn table(feeds: &[FeedStatus]) -> String {
    let head = ["FEED", "STATE", "PLACE", "LAG", "LAST SUCCESS", "PAST LEFT", "QUOTA LEFT", "GAPS"]
        .map(str::to_owned);
    let rows: Vec<_> = std::iter::once(head).chain(feeds.iter().map(cells)).collect();
    let mut text = String::new();
    for row in &rows {
        let padded = row.iter().enumerate().map(|(column, cell)| {
            let width = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
            format!("{cell:<width$}", width = width.unwrap_or_default())
        });
        text.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    for feed in feeds {
        for line in problems(feed) {
            text.push_str(&format!("\n{}: {}", Printable(&feed.name), Printable(&line)));
        }
    }
    if feeds.iter().any(|feed| problems(feed).next().is_some()) {
        text.push('\n');
    }
    text
}

fn cells(feed: &FeedStatus) -> [String; 8] {
    let none = || "-".to_owned();
    let health = &feed.health;
    [
        Printable(&feed.name).to_string(),
        feed.state.name().to_owned(),
        feed.progress.map_or_else(none, |progress| time(progress.place)),
        feed.lag().map_or_else(none, in_words),
        health.last_success.map_or_else(none, time),
        feed.past_left().map_or_else(none, in_words),
        health.quota.map_or_else(none, |quota| format!("{} of {}", quota.remaining, quota.limit)),
        match feed.gaps.len() {
            0 => none(),
            count => format!("{count} ({})", in_words(feed.missing(|_| true))),
        },
    ]
}

/// What is wrong, a line each.
fn problems(feed: &FeedStatus) -> impl Iterator<Item = String> {
    let failure = feed.health.failure.iter().map(|failure| format!("the last poll failed: {failure}"));
    let hidden = feed.gaps.len().saturating_sub(SHOWN);
    let more = (hidden > 0).then(|| format!("and {hidden} gaps before these"));
    let gaps = feed.gaps.iter().rev().take(SHOWN).map(|gap| {
        let (from, until, reason) = (time(gap.from), time(gap.until), gap.reason.name());
        format!("gap from {from} to {until} ({reason})")
    });
    let records = feed.records.iter();
    let odd = records.map(|count| format!("{} {}: {}", count.handling.name(), count.times, count.reason));
    failure.chain(gaps).chain(more).chain(odd)
}
