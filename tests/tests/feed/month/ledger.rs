//! What the bridge must have heard, and what each record has to become.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use socdefenders_standin::{Defect, Ioc, IocType, RequestLog};
use taxii_server::ingest::Ingested;
use taxii_server::storage::supervision::{Gap, Progress};

use super::bridge::Feed;
use super::upstream::{BENIGN, Row, Upstream};

/// What must have been heard: the number of the version of a row, by the number of the feed and of the row.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    heard: BTreeMap<(usize, usize), usize>,
    /// Since when rows are in reach of a feed: its tier does not look back further than that.
    reach: BTreeMap<usize, DateTime<Utc>>,
    /// What is wrong with the counts.
    pub(super) problems: Vec<String>,
}

/// How records come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Row,
    Object,
}

/// The versions of a row of which one is the last that a feed has heard of.
pub(super) struct Candidates<'a> {
    row: &'a Row,
    pub(super) versions: Vec<&'a Ioc>,
    /// Whether one of them was heard for sure; else perhaps none was.
    pub(super) heard: bool,
}

impl<'a> Candidates<'a> {
    /// All versions that there ever were.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a Ioc> {
        self.row.versions.iter().map(|(_, row)| row)
    }

    /// The one version that it was, if that is sure.
    pub(super) fn only(&self) -> Option<&'a Ioc> {
        self.versions.first().copied().filter(|_| self.heard && self.versions.len() == 1)
    }
}

impl Ledger {
    /// After a poll that began when so much had happened, and left the feed so: all that it covers was heard, but for what
    /// has happened meanwhile.
    pub(super) fn note(
        &mut self,
        number: usize,
        feed: &Feed,
        upstream: &Upstream,
        began: usize,
        covered: &Progress,
    ) {
        let looks_back = TimeDelta::days(if feed.pro { 365 } else { 1 });
        self.reach.insert(number, covered.began - looks_back);
        for (at, row) in upstream.rows.iter().enumerate().filter(|(_, row)| row.shown) {
            let (event, last) = row.versions.last().unwrap();
            let covered = covered.covered_from < last.updated && last.updated <= covered.place;
            if *event <= began && covered && self.was_in_reach(number, last) && feed.filter.admits(last) {
                self.heard.insert((number, at), row.versions.len() - 1);
            }
        }
    }

    /// Whether a row was changed when the feed was read already, or so shortly before that it could still see that.
    pub(super) fn was_in_reach(&self, number: usize, row: &Ioc) -> bool {
        self.reach.get(&number).is_some_and(|reach| row.updated > *reach)
    }

    /// Which versions of a row a feed may have heard of last.
    pub(super) fn candidates<'a>(
        &self,
        number: usize,
        feed: &Feed,
        at: usize,
        row: &'a Row,
        gaps: &[Gap],
    ) -> Candidates<'a> {
        let version = |number: usize| &row.versions[number].1;
        let heard =
            self.heard.get(&(number, at)).copied().filter(|heard| !lies_in(gaps, version(*heard).updated));
        let since = heard.unwrap_or_default();
        let versions = (since..row.versions.len()).map(version).filter(|row| feed.filter.admits(row));
        Candidates { row, versions: versions.collect(), heard: heard.is_some() }
    }

    /// After a poll in which nothing has gone wrong: each record that was served was counted, as what it is.
    pub(super) fn count(
        &mut self,
        feed: &Feed,
        upstream: &Upstream,
        asked: &[RequestLog],
        ingested: &Ingested,
    ) {
        let (mut records, mut quarantined, mut dropped) = (0, 0, 0);
        let mut endpoints: Vec<&str> = asked.iter().map(|request| request.path.as_str()).collect();
        endpoints.dedup();
        if endpoints.len() != asked.len() || asked.iter().any(|request| request.status != 200) {
            // Read in pages or in parts, in which records come more than once.
            return;
        }
        for request in asked {
            let form = if request.path.ends_with("/stix") { Form::Object } else { Form::Row };
            let since: DateTime<Utc> = request.parameter("since").unwrap().parse().unwrap();
            let rows = upstream.rows.iter().filter(|row| row.shown).map(Row::last);
            let served: Vec<&Ioc> =
                rows.filter(|row| row.updated > since && feed.filter.admits(row)).collect();
            assert_eq!(served.len(), request.rows, "{request:?}");
            // The list fills what a bundle may have cut off, and tells nothing anew of what the bundle tells.
            let is_told = |row: &&Ioc| {
                form == Form::Row
                    && feed.endpoint == "stix"
                    && refusal(row, Form::Row).is_none()
                    && refusal(row, Form::Object).is_none()
            };
            let served: Vec<&Ioc> = served.into_iter().filter(|row| !is_told(row)).collect();
            // The identity of a bundle that is valid is a record too.
            records += served.len() + usize::from(form == Form::Object && upstream.valid_stix);
            quarantined += served.iter().filter(|row| refusal(row, form).is_some()).count();
            dropped += served.iter().filter(|row| refusal(row, form).is_none() && is_benign(row)).count();
        }
        let expected = [records, quarantined, dropped];
        let found = [ingested.records, ingested.quarantined, ingested.dropped];
        if found != expected {
            self.problems.push(format!(
                "{}: records, quarantined and dropped are counted as {found:?}, but were {expected:?}",
                feed.name
            ));
        }
    }
}

/// Whether a gap is about this time.
pub(super) fn lies_in(gaps: &[Gap], time: DateTime<Utc>) -> bool {
    gaps.iter().any(|gap| gap.from <= time && time <= gap.until)
}

/// The cause for which a record has to be refused when it comes so, if it has to.
pub(super) fn refusal(row: &Ioc, form: Form) -> Option<&'static str> {
    use Defect::{
        BrokenPattern, Future, NoAddress, NoRecord, NoTime, NoValue, OtherLanguage, ShortHash, UnknownType,
    };
    match (row.defect?, form) {
        (NoValue | NoRecord, Form::Row) | (NoRecord, Form::Object) => Some("shape"),
        (NoValue, Form::Object) | (ShortHash | NoAddress, _) => Some("value"),
        (UnknownType, _) => Some("type"),
        (NoTime, _) => Some("time"),
        (Future, _) => Some("future"),
        (BrokenPattern, Form::Object) => Some("pattern"),
        (OtherLanguage, Form::Object) => Some("language"),
        _ => None,
    }
}

/// Whether the value is on the allow-list.
pub(super) fn is_benign(row: &Ioc) -> bool {
    row.ioc_type == IocType::Domain && row.value.ends_with(BENIGN)
}

/// Whether a record is about this row, as far as it shows.
pub(super) fn tells_of(record: &str, row: &Ioc) -> bool {
    let plain = |text: &str| text.replace('\\', "");
    let value = match row.defect {
        Some(Defect::ShortHash) => &row.value[1..],
        _ => &row.value,
    };
    let record = plain(record);
    let by_value = row.defect != Some(Defect::NoValue) && record.contains(&plain(value));
    by_value
        || [&row.id.to_string(), &row.source.feed_name]
            .iter()
            .any(|name| record.contains(&format!("{name}\"")))
}
