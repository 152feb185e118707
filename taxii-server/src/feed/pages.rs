//! Joining the pages of a list whose rows move while it is read.

use std::collections::HashSet;

use bytes::Bytes;
use serde_json::Value;

use super::walk::{Outcome, Walk};

/// The most rows of the page before that a page asks for again.
const MOST_OVERLAP: usize = 50;

/// The rows of the pages that have been joined.
///
/// Each page ends further on than the one before, and the total stays within what is read. So reading ends after a bounded
/// number of pages, whatever a service answers.
#[derive(Debug)]
pub(super) struct Pages {
    rows: Vec<Bytes>,
    /// How many rows the first page had.
    first: usize,
    /// The offset at which the last page ended.
    pub(super) end: usize,
    total: u64,
    /// How many rows may follow those of the first page.
    most: u64,
}

impl Pages {
    /// Begins with the first page.
    pub(super) fn new(rows: Vec<Bytes>, total: u64, most: u64) -> Self {
        Self { first: rows.len(), end: rows.len(), rows, total, most }
    }

    /// The most rows that are read in pages.
    pub(super) fn readable(&self) -> u64 {
        self.most.saturating_add(self.first as u64)
    }

    /// Returns the offset of the next page, which asks again for the last rows of the one before.
    pub(super) fn next_offset(&self) -> usize {
        self.end.saturating_sub((self.first / 10).clamp(1, MOST_OVERLAP))
    }

    /// Adds the page at an offset. Returns how reading ended, if it did.
    pub(super) fn add(&mut self, offset: usize, page: &[Bytes], total: u64) -> Option<Outcome> {
        // A page without a row that is new is not the one that was asked for.
        let fresh = join_rows(&self.rows, page, offset).and_then(|known| page.get(known..));
        let Some(fresh) = fresh.filter(|fresh| !fresh.is_empty()) else { return Some(Outcome::Unsteady) };
        self.rows.extend_from_slice(fresh);
        self.total = total;
        let end = offset.saturating_add(page.len());
        if end as u64 >= total {
            // In an order that changes pages may join by chance; then rows come twice, in place of others.
            let different = self.rows.iter().collect::<HashSet<_>>().len();
            return Some(if different as u64 >= total { Outcome::Whole } else { Outcome::Unsteady });
        }
        if total > self.readable() {
            return Some(Outcome::TooMuch);
        }
        if end <= self.end {
            return Some(Outcome::Unsteady);
        }
        self.end = end;
        None
    }

    /// Returns the walk with the rows that were read.
    pub(super) fn into_walk(self, mut walk: Walk, outcome: Outcome) -> Walk {
        walk.records.rows = self.rows;
        walk.total = Some(self.total);
        walk.outcome = outcome;
        walk
    }
}

/// Joins pages by the texts of their rows, else by their values, should the service write a row in two ways.
fn join_rows(read: &[Bytes], page: &[Bytes], offset: usize) -> Option<usize> {
    join(read, page, offset).or_else(|| {
        let values = |rows: &[Bytes]| -> Option<Vec<Value>> {
            rows.iter().map(|row| serde_json::from_slice(row).ok()).collect()
        };
        let last = read.get(read.len().saturating_sub(page.len())..)?;
        join(&values(last)?, &values(page)?, offset)
    })
}

/// How many rows of a page are those read last, if the two join without a gap.
fn join<T: PartialEq>(read: &[T], page: &[T], offset: usize) -> Option<usize> {
    let Some(last) = read.last().filter(|_| offset > 0) else { return Some(0) };
    // The longest join first: of rows that are all alike, none may be taken for new.
    let mut joins = (0..page.len()).rev().filter(|at| page.get(*at) == Some(last));
    joins.find(|at| page.get(..=*at).is_some_and(|head| read.ends_with(head))).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pages_join_only_without_a_gap() {
        let read = [1, 2, 3, 4, 5];
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
            assert_eq!(join(&read, page, 3).map(|known| &page[known..]), *fresh, "{page:?}");
        }
        assert_eq!(join(&[1, 1, 1], &[1, 1, 2], 1), Some(2));
    }

    #[test]
    fn pages_join_though_a_row_is_written_in_two_ways() {
        let rows = |texts: &[&'static str]| {
            texts.iter().map(|text| Bytes::from_static(text.as_bytes())).collect::<Vec<_>>()
        };
        let read = rows(&[r#"{"id":1}"#, r#"{"id":2,"type":"url"}"#]);
        let page = rows(&[r#"{"type": "url", "id": 2}"#, r#"{"id":3}"#]);
        assert_eq!(join_rows(&read, &page, 1), Some(1));
        assert_eq!(join_rows(&read, &rows(&[r#"{"id":3}"#]), 1), None);
    }

    fn row(number: usize) -> Bytes {
        Bytes::from(number.to_string())
    }

    #[test]
    fn page_that_does_not_go_on_ends_the_walk() {
        // Twenty pages of two rows after one of a thousand, each of which ends before the one before.
        let mut pages = Pages::new((0..1000).map(row).collect(), 2000, 1000);
        let offset = pages.next_offset();
        assert_eq!(offset, 950);
        assert_eq!(pages.add(offset, &[row(999), row(1000)], 2000), Some(Outcome::Unsteady));
    }

    #[test]
    fn total_that_grows_ends_the_walk() {
        let mut pages = Pages::new((0..10).map(row).collect(), 20, 100);
        let mut outcome = None;
        for _ in 0..1000 {
            let offset = pages.next_offset();
            let page: Vec<_> = (offset..offset + 10).map(row).collect();
            outcome = pages.add(offset, &page, offset as u64 + 20);
            if outcome.is_some() {
                break;
            }
        }
        assert_eq!(outcome, Some(Outcome::TooMuch));
        assert!(pages.rows.len() <= 120, "{}", pages.rows.len());
    }

    proptest! {
        /// Whatever pages come, reading ends, no offset is beyond what is read, and a walk that is said to be whole has as
        /// many different rows as the service has told.
        #[test]
        fn any_pages_come_to_an_end(
            first in 1..80_usize,
            most in 0..60_u64,
            answers in proptest::collection::vec((0..70_usize, 0..30_usize, 0..70_usize, 0..400_u64), 1..60),
        ) {
            let mut pages = Pages::new((0..first).map(row).collect(), 400, most);
            let mut read = 0_u64;
            for (back, skipped, new, total) in answers.iter().cycle() {
                let offset = pages.next_offset();
                prop_assert!(offset as u64 <= pages.readable());
                let known = pages.rows.len();
                let from = known.saturating_sub(*back);
                let page: Vec<_> = pages.rows[from..].iter().cloned()
                    .chain((known + skipped / 20..).take(*new).map(row)).collect();
                read += 1;
                let outcome = pages.add(offset, &page, *total);
                if outcome == Some(Outcome::Whole) {
                    prop_assert!(pages.rows.iter().collect::<HashSet<_>>().len() as u64 >= *total);
                }
                if outcome.is_some() {
                    break;
                }
                prop_assert!(read <= pages.readable(), "{read} pages");
            }
        }
    }
}
