//! Reading all records since a time, from endpoints that hand them out in pieces.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::client::{self, Ask, Client};
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
}

/// Reads the list endpoint page by page.
///
/// The order of the rows is not documented and rows come and go meanwhile. So each page asks again for the
/// last rows of the one before; where they do not join, rows have moved by more than that, and the walk
/// starts over.
pub(super) async fn list(client: &Client, ask: &Ask, key: &str) -> Result<Walk, Failure> {
    let mut walk = Walk::default();
    for _ in 0..WALKS {
        let again = walk_list(client, ask, key).await?;
        // The place is that of the first walk: what was added since comes again, what was not is not lost.
        let server_time = walk.server_time.or(again.server_time);
        walk = Walk { server_time, ..again };
        if walk.complete {
            break;
        }
    }
    Ok(walk)
}

async fn walk_list(client: &Client, ask: &Ask, key: &str) -> Result<Walk, Failure> {
    let mut walk = Walk::default();
    let mut offset = 0;
    loop {
        let page_ask = Ask { offset: offset as u64, ..ask.clone() };
        let answer = client.ask(client::LIST, &page_ask, key).await?;
        let rows = answer.body.get("data").and_then(Value::as_array);
        let rows = rows.ok_or_else(|| Failure::Shape { message: "there is no list `data`".to_owned() })?;
        let total = answer.body.pointer("/meta/total").and_then(Value::as_u64);
        let total = total.ok_or_else(|| Failure::Shape { message: "there is no `meta.total`".to_owned() })?;
        if offset == 0 {
            walk.server_time = answer.server_time;
            let echoed = answer.body.pointer("/meta/filters/since").and_then(Value::as_str);
            walk.clamped_to = echoed.map(str::to_owned);
        }
        let Some(fresh) = join(&walk.records, rows, offset) else { return Ok(walk) };
        walk.records.extend(fresh.iter().cloned());
        let end = offset + rows.len();
        if end as u64 >= total {
            walk.complete = true;
            return Ok(walk);
        }
        if rows.is_empty() {
            return Ok(walk);
        }
        let overlap = (rows.len() / 10).clamp(1, MOST_OVERLAP).min(rows.len() - 1);
        offset = end - overlap;
    }
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

/// Reads the STIX endpoint, which knows no pages: an answer that may be cut is asked for again in parts.
pub(super) async fn stix(client: &Client, ask: &Ask, key: &str, split: bool) -> Result<Walk, Failure> {
    let mut walk = one_bundle(client, ask, key).await?;
    if walk.complete || !split {
        return Ok(walk);
    }
    walk.complete = true;
    for ioc_type in TYPES {
        let by_type = Ask { ioc_type: Some((*ioc_type).to_owned()), ..ask.clone() };
        let mut part = one_bundle(client, &by_type, key).await?;
        if !part.complete {
            part.complete = true;
            for confidence in CONFIDENCES {
                let finer = Ask { confidence: Some((*confidence).to_owned()), ..by_type.clone() };
                let finest = one_bundle(client, &finer, key).await?;
                part.complete &= finest.complete;
                part.records.extend(finest.records);
            }
        }
        walk.complete &= part.complete;
        walk.records.extend(part.records);
    }
    Ok(walk)
}

const TYPES: &[&str] =
    &["ipv4", "ipv6", "domain", "url", "md5", "sha1", "sha256", "cve", "mitre-attack", "email"];
const CONFIDENCES: &[&str] = &["high", "medium", "low"];

async fn one_bundle(client: &Client, ask: &Ask, key: &str) -> Result<Walk, Failure> {
    let answer = client.ask(client::STIX, ask, key).await?;
    let indicators = stix_record::count_indicators(&answer.body);
    let is_bundle = answer.body.get("type").is_some_and(|name| name == "bundle");
    if !is_bundle && !answer.body.is_array() {
        return Err(Failure::Shape { message: "there is no bundle".to_owned() });
    }
    let cut = indicators >= ask.limit as usize || indicators == SILENT_CAP;
    Ok(Walk { records: vec![answer.body], complete: !cut, server_time: answer.server_time, clamped_to: None })
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
