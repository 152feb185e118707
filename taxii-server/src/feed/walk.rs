//! Reading all records since a time, from endpoints that hand them out in pieces.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::client::{self, Ask, Client};
use super::settings::Endpoint;
use super::{Failure, stix_record};

/// How many tries to read a list whose rows move while it is read.
const WALKS: u32 = 4;
/// The most rows of the page before that a page asks for again.
const MOST_OVERLAP: usize = 50;
/// Where the STIX endpoint may cut an answer without a sign.
const SILENT_CAP: usize = 1000;

/// What was read, and whether that is all there was.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk {
    /// Rows of the list, or bundles of the STIX endpoint.
    pub(super) records: Vec<Value>,
    /// Nothing is missing.
    pub(super) complete: bool,
    /// The service's time when the walk began.
    pub(super) server_time: Option<DateTime<Utc>>,
    /// The look-back that the service shortened the question to, if it says so.
    pub(super) clamped_to: Option<String>,
    /// How many records the service says there are.
    total: Option<u64>,
}

impl Walk {
    /// Adds what was read of a part.
    fn add(&mut self, part: Self) {
        self.complete &= part.complete;
        self.records.extend(part.records);
        self.total = self.total.zip(part.total).map(|(a, b)| a + b);
    }
}

/// Reads the list endpoint: page by page, and if its rows do not hold still, in parts.
pub(super) async fn list(client: &Client, ask: &Ask, key: &str) -> Result<Walk, Failure> {
    let walk = walk_again(client, ask, key).await?;
    if walk.complete {
        return Ok(walk);
    }
    let parts = in_parts(Endpoint::List, client, ask, key).await?;
    // A row of a type or confidence that is not documented is in no part: then the totals differ.
    let complete = parts.complete && parts.total == walk.total;
    let records = walk.records.into_iter().chain(parts.records).collect();
    Ok(Walk { records, complete, ..walk })
}

/// Reads the STIX endpoint, which knows no pages: an answer that may be cut is not complete.
pub(super) async fn stix(client: &Client, ask: &Ask, key: &str) -> Result<Walk, Failure> {
    let answer = client.ask(client::STIX, ask, key).await?;
    let is_bundle = answer.body.get("type").is_some_and(|name| name == "bundle");
    if !is_bundle && !answer.body.is_array() {
        return Err(Failure::Shape { message: "there is no bundle".to_owned() });
    }
    let indicators = stix_record::count_indicators(&answer.body);
    Ok(Walk {
        records: vec![answer.body],
        complete: indicators < ask.limit as usize && indicators != SILENT_CAP,
        server_time: answer.server_time,
        ..Walk::default()
    })
}

/// Reads what was cut off the STIX endpoint's answer in parts, small enough that none is cut.
pub(super) async fn stix_in_parts(client: &Client, ask: &Ask, key: &str, cut: Walk) -> Result<Walk, Failure> {
    let parts = in_parts(Endpoint::Stix, client, ask, key).await?;
    let records = cut.records.into_iter().chain(parts.records).collect();
    Ok(Walk { records, complete: parts.complete, ..cut })
}

/// Reads type by type, and a type that is still too much by confidence.
async fn in_parts(endpoint: Endpoint, client: &Client, ask: &Ask, key: &str) -> Result<Walk, Failure> {
    let chosen = |setting: &Option<String>, all: &[&str]| match setting {
        Some(one) => vec![one.clone()],
        None => all.iter().map(|name| (*name).to_owned()).collect(),
    };
    let settings = client.settings();
    let mut whole = Walk { complete: true, total: Some(0), ..Walk::default() };
    for ioc_type in chosen(&settings.ioc_type, TYPES) {
        let by_type = Ask { ioc_type: Some(ioc_type), ..ask.clone() };
        let part = read(endpoint, client, &by_type, key).await?;
        if part.complete {
            whole.add(part);
            continue;
        }
        for confidence in chosen(&settings.confidence, CONFIDENCES) {
            let finer = Ask { confidence: Some(confidence), ..by_type.clone() };
            whole.add(read(endpoint, client, &finer, key).await?);
        }
    }
    Ok(whole)
}

async fn read(endpoint: Endpoint, client: &Client, ask: &Ask, key: &str) -> Result<Walk, Failure> {
    match endpoint {
        Endpoint::List => walk_again(client, ask, key).await,
        Endpoint::Stix | Endpoint::Auto => stix(client, ask, key).await,
    }
}

const TYPES: &[&str] =
    &["ipv4", "ipv6", "domain", "url", "md5", "sha1", "sha256", "cve", "mitre-attack", "email"];
const CONFIDENCES: &[&str] = &["high", "medium", "low"];

/// The order of the rows is not documented, and rows come and go meanwhile. So each page asks again for the
/// last rows of the one before; where they do not join, rows have moved by more than that, and the walk
/// starts over.
async fn walk_again(client: &Client, ask: &Ask, key: &str) -> Result<Walk, Failure> {
    let mut first = None;
    let mut walk = Walk::default();
    for _ in 0..WALKS {
        walk = walk_once(client, ask, key).await?;
        // The place is that of the first walk: what was added since comes again, what was not is not lost.
        walk.server_time = *first.get_or_insert(walk.server_time);
        if walk.complete {
            break;
        }
    }
    Ok(walk)
}

async fn walk_once(client: &Client, ask: &Ask, key: &str) -> Result<Walk, Failure> {
    let mut walk = Walk::default();
    let mut offset = 0;
    loop {
        let page_ask = Ask { offset: offset as u64, ..ask.clone() };
        let answer = client.ask(client::LIST, &page_ask, key).await?;
        let (rows, total) = page(&answer.body)?;
        walk.total = Some(total);
        if offset == 0 {
            walk.server_time = answer.server_time;
            let echoed = answer.body.pointer("/meta/filters/since").and_then(Value::as_str);
            walk.clamped_to = echoed.map(str::to_owned);
        }
        let Some(fresh) = join(&walk.records, rows, offset) else { return Ok(walk) };
        walk.records.extend(fresh.iter().cloned());
        let end = offset + rows.len();
        walk.complete = end as u64 >= total;
        if walk.complete || rows.is_empty() {
            return Ok(walk);
        }
        let overlap = (rows.len() / 10).clamp(1, MOST_OVERLAP).min(rows.len() - 1);
        offset = end - overlap;
    }
}

/// The rows of an answer, and how many there are in all.
fn page(body: &Value) -> Result<(&Vec<Value>, u64), Failure> {
    let shape = |message: &str| Failure::Shape { message: message.to_owned() };
    let rows = body.get("data").and_then(Value::as_array).ok_or_else(|| shape("there is no list `data`"))?;
    let total = body.pointer("/meta/total").and_then(Value::as_u64);
    Ok((rows, total.ok_or_else(|| shape("there is no `meta.total`"))?))
}

/// The rows of a page that come after those already read, if the two join without a gap.
fn join<'a>(read: &[Value], page: &'a [Value], offset: usize) -> Option<&'a [Value]> {
    let Some(last) = read.last().filter(|_| offset > 0) else { return Some(page) };
    let ends_with = |head: &[Value]| read.len() >= head.len() && read.ends_with(head);
    // The longest join first: of rows that are all alike, none may be taken for new.
    let joins = (0..page.len()).rev().filter(|at| page.get(*at) == Some(last));
    let at = joins.into_iter().find(|at| page.get(..=*at).is_some_and(ends_with))?;
    page.get(at + 1..)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(numbers: &[u32]) -> Vec<Value> {
        numbers.iter().map(|number| json!(number)).collect()
    }

    #[test]
    fn pages_join_only_without_a_gap() {
        let read = rows(&[1, 2, 3, 4, 5]);
        let cases: &[(&[u32], Option<&[u32]>)] = &[
            // Nothing moved; the overlap is of two rows.
            (&[4, 5, 6, 7], Some(&[6, 7])),
            // One row came before: the page starts earlier.
            (&[3, 4, 5, 6], Some(&[6])),
            // One row went: the page starts later, but still joins.
            (&[5, 6, 7, 8], Some(&[6, 7, 8])),
            // So many rows went that some were skipped.
            (&[6, 7, 8, 9], None),
            // A row inside the overlap changed its place.
            (&[9, 5, 6, 7], None),
            (&[], None),
            // Nothing new.
            (&[3, 4, 5], Some(&[])),
        ];
        for (page, fresh) in cases {
            let page = rows(page);
            let expected = fresh.map(rows);
            assert_eq!(join(&read, &page, 3).map(<[Value]>::to_vec), expected, "{page:?}");
        }
        let alike = rows(&[1, 1, 1]);
        assert_eq!(join(&alike, &rows(&[1, 1, 2]), 1), Some(rows(&[2]).as_slice()));
    }
}
