//! Reading a window whole, from endpoints that hand out their records in pieces.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

use super::bundle::Contents;
use super::client::{Ask, Client};
use super::page::Page;
use super::pages::Pages;
use super::settings::{ConfidenceWord, Endpoint};
use super::{Failure, loose_time};

/// How many tries to read a list whose rows move while it is read.
const WALKS: u32 = 4;
/// Up to which offset the service wants to be asked: what holds more rows is asked for in parts.
const MOST_OFFSET: u64 = 1000;
/// How many rows are read in pages when there are no smaller parts, though the service discourages it.
const LAST_RESORT: u64 = 100_000;
/// Where the STIX endpoint may cut an answer without a sign.
const SILENT_CAP: usize = 1000;
/// By how much a row may seem to lie beyond the end of a window that the service minds.
const SLACK: TimeDelta = TimeDelta::minutes(1);
/// The most rows of a page for a key of the Free tier.
pub(super) const FREE_PAGE: u32 = 100;

/// What the endpoints gave, as it came.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    /// What answers of the STIX endpoint hold.
    pub(super) bundles: Vec<Contents>,
    /// The texts of rows of the list.
    pub(super) rows: Vec<Bytes>,
}

/// What was read, and whether that is all there was.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk {
    /// The records.
    pub(super) records: Records,
    /// Whether something is missing.
    pub(super) outcome: Outcome,
    /// The service's time when the walk began.
    pub(super) server_time: Option<DateTime<Utc>>,
    /// The beginning that the service gave the window, if it says so.
    pub(super) clamped_to: Option<DateTime<Utc>>,
    /// Whether the service minded the end of the window, if the answer shows it.
    pub(super) kept_end: Option<bool>,
    /// How many records the service says there are.
    pub(super) total: Option<u64>,
    /// How many rows the first page had.
    pub(super) page: usize,
    /// Whether the pages are as short as those for a key of the Free tier.
    pub(super) free: bool,
}

/// How reading ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing is missing.
    Whole,
    /// The pages do not join: rows have moved while they were read.
    #[default]
    Unsteady,
    /// There is more than can be read in pages.
    TooMuch,
    /// The answer has no end that shows: it may have broken off between two records.
    Open,
}

impl Records {
    /// These, and those after them.
    pub(super) fn and(mut self, others: Self) -> Self {
        self.add(others);
        self
    }

    fn add(&mut self, others: Self) {
        self.bundles.extend(others.bundles);
        self.rows.extend(others.rows);
    }
}

impl Walk {
    /// Whether nothing is missing.
    pub(super) fn is_whole(&self) -> bool {
        self.outcome == Outcome::Whole
    }

    /// The same, where nothing else tells whether an answer without an end has broken off.
    fn believed(mut self) -> Self {
        if self.outcome == Outcome::Open {
            self.outcome = Outcome::Whole;
        }
        self
    }

    /// Into how many parts the window is to be cut, so that each can be read.
    pub(super) fn parts(&self) -> u64 {
        let page = self.page.max(1) as u64;
        let readable = if self.outcome == Outcome::TooMuch { MOST_OFFSET + page } else { page };
        self.total.unwrap_or_default() / readable + 1
    }

    /// With what bundles tell, if any, which may be less than this, but of another kind.
    pub(super) fn with(self, bundles: Option<Self>) -> Self {
        let Some(bundles) = bundles else { return self };
        let server_time = self.server_time.min(bundles.server_time).or(self.server_time);
        Self { records: bundles.records.and(self.records), server_time, ..self }
    }

    /// Adds what was read of a part.
    fn add(&mut self, part: Self) {
        if !part.is_whole() {
            self.outcome = part.outcome;
        }
        self.records.add(part.records);
        self.total = self.total.zip(part.total).map(|(a, b)| a.saturating_add(b));
    }
}

/// Reads the list endpoint page by page. With `fixed` a window without an end gets one, so that no row comes into it
/// while it is read.
pub(super) async fn list(client: &Client, ask: &Ask, fixed: bool) -> Result<Walk, Failure> {
    walk_again(client, ask, fixed, MOST_OFFSET).await
}

/// Reads the list endpoint by type and confidence, after a walk that could not read it whole.
pub(super) async fn list_in_parts(client: &Client, ask: &Ask, walk: Walk) -> Result<Walk, Failure> {
    let parts = in_parts(Endpoint::List, client, ask).await?;
    // A row of a type or confidence that is not documented is in no part.
    let all = parts.is_whole() && parts.total >= walk.total;
    let outcome = if all { Outcome::Whole } else { walk.outcome };
    Ok(Walk { records: walk.records.and(parts.records), outcome, ..walk })
}

/// Reads the STIX endpoint, which knows no pages: an answer that may be cut is not whole, and neither is one that has more
/// records than are taken.
pub(super) async fn stix(client: &Client, ask: &Ask) -> Result<Walk, Failure> {
    let answer = match client.ask::<Contents>(ask).await {
        Err(Failure::TooManyRecords { limit, server_time }) => {
            let feed = &client.settings().name;
            tracing::warn!(feed, limit, "skipped an answer with too many records");
            return Ok(Walk { outcome: Outcome::TooMuch, server_time, ..Walk::default() });
        }
        answer => answer?,
    };
    let Contents { indicators, has_end, .. } = answer.reply;
    let outcome = match indicators >= ask.limit as usize || indicators == SILENT_CAP {
        true => Outcome::TooMuch,
        false if has_end => Outcome::Whole,
        false => Outcome::Open,
    };
    let records = Records { bundles: vec![answer.reply], rows: Vec::new() };
    Ok(Walk { records, outcome, server_time: answer.server_time, ..Walk::default() })
}

/// Reads what was cut off the STIX endpoint's answer in parts, small enough that none is cut.
pub(super) async fn stix_in_parts(client: &Client, ask: &Ask, cut: Walk) -> Result<Walk, Failure> {
    if cut.outcome == Outcome::Open {
        return Ok(cut.believed());
    }
    let parts = in_parts(Endpoint::Stix, client, ask).await?;
    Ok(Walk { records: cut.records.and(parts.records), outcome: parts.outcome, ..cut })
}

/// Reads type by type, and a type that is still too much by confidence.
async fn in_parts(endpoint: Endpoint, client: &Client, ask: &Ask) -> Result<Walk, Failure> {
    let settings = client.settings();
    let mut whole = Walk { outcome: Outcome::Whole, total: Some(0), ..Walk::default() };
    let types = settings.ioc_type.as_deref().map_or(TYPES.to_vec(), |one| vec![one]);
    let confidences = settings.confidence.map_or(ConfidenceWord::ALL.to_vec(), |one| vec![one]);
    for ioc_type in types {
        let by_type = Ask { ioc_type: Some(ioc_type.to_owned()), ..ask.clone() };
        let part = match read(endpoint, client, &by_type, MOST_OFFSET).await {
            // It knows no such type, so that it has none of it.
            Err(Failure::Status { status: 400, .. }) => continue,
            part => part?,
        };
        if part.is_whole() {
            whole.add(part);
            continue;
        }
        for confidence in &confidences {
            let finer = Ask { confidence: Some(*confidence), ..by_type.clone() };
            whole.add(read(endpoint, client, &finer, LAST_RESORT).await?);
        }
    }
    Ok(whole)
}

async fn read(endpoint: Endpoint, client: &Client, ask: &Ask, most: u64) -> Result<Walk, Failure> {
    match endpoint {
        Endpoint::List => walk_again(client, ask, false, most).await,
        Endpoint::Stix | Endpoint::Auto => stix(client, ask).await.map(Walk::believed),
    }
}

/// All types that any page of the vendor names.
const TYPES: &[&str] =
    &["ipv4", "ipv6", "domain", "url", "md5", "sha1", "sha256", "sha512", "cve", "mitre-attack", "email"];

/// The order of the rows is not documented, and rows come and go meanwhile. So each page asks again for the
/// last rows of the one before; where they do not join, rows have moved by more than that, and the walk
/// starts over.
async fn walk_again(client: &Client, ask: &Ask, fixed: bool, most: u64) -> Result<Walk, Failure> {
    let mut first = None;
    let mut walk = Walk::default();
    for _ in 0..WALKS {
        walk = walk_once(client, ask, fixed, most).await?;
        // The time is that of the first walk: what was added since comes again, what was not is not lost.
        walk.server_time = *first.get_or_insert(walk.server_time);
        if walk.outcome != Outcome::Unsteady {
            break;
        }
    }
    Ok(walk)
}

async fn walk_once(client: &Client, ask: &Ask, fixed: bool, most: u64) -> Result<Walk, Failure> {
    let answer = client.ask::<Page>(ask).await?;
    let page = answer.reply.without_repetitions(ask.limit);
    let total = page.total()?;
    let mut walk = begin(ask, &page, total);
    let newest = || page.last_seen().filter_map(loose_time::of_service).max();
    walk.server_time = answer.server_time.or_else(newest);
    // No window begins after the answer that tells of it.
    walk.clamped_to = walk.clamped_to.map(|since| walk.server_time.map_or(since, |now| since.min(now)));
    let mut pages = Pages::new(page.rows, total, most);
    if pages.end as u64 >= total {
        return Ok(pages.into_walk(walk, Outcome::Whole));
    }
    if pages.end == 0 {
        return Ok(pages.into_walk(walk, Outcome::Unsteady));
    }
    if total > pages.readable() {
        return Ok(pages.into_walk(walk, Outcome::TooMuch));
    }
    if fixed && ask.until.is_none() && walk.server_time.is_some() {
        let until = walk.server_time;
        let ended = Box::pin(walk_once(client, &Ask { until, ..ask.clone() }, false, most)).await?;
        return Ok(Walk { server_time: until, ..ended });
    }
    loop {
        let offset = pages.next_offset();
        let page = client.ask::<Page>(&Ask { offset: offset as u64, ..ask.clone() }).await?.reply;
        let page = page.without_repetitions(ask.limit);
        let total = page.total()?;
        if let Some(outcome) = pages.add(offset, &page.rows, total) {
            return Ok(pages.into_walk(walk, outcome));
        }
    }
}

/// What the first page tells of the window.
fn begin(ask: &Ask, page: &Page, total: u64) -> Walk {
    let kept_end = ask.until.and_then(|asked| {
        let beyond = |time: &DateTime<Utc>| *time > asked + SLACK;
        if page.has_filters() {
            return Some(page.filter("until").is_some_and(|until| !beyond(&until)));
        }
        // A single row may be dated wrongly.
        (page.last_seen().filter(beyond).count() > page.rows.len() / 2).then_some(false)
    });
    Walk {
        clamped_to: page.filter("since"),
        kept_end,
        total: Some(total),
        page: page.rows.len(),
        free: is_free(ask, page),
        ..Walk::default()
    }
}

/// Whether a key is of the Free tier, which shows in that its pages are shorter than was asked.
fn is_free(ask: &Ask, page: &Page) -> bool {
    let short = |limit: u64| limit <= u64::from(FREE_PAGE);
    ask.limit > FREE_PAGE && page.limit().is_some_and(short)
}

/// Asks for nothing but how long a page may be, by which the tier of the key shows.
pub(super) async fn asks_freely(client: &Client, now: DateTime<Utc>) -> Result<bool, Failure> {
    let ask = Ask { since: Some(now), limit: FREE_PAGE + 1, ..Ask::default() };
    Ok(is_free(&ask, &client.ask::<Page>(&ask).await?.reply))
}
