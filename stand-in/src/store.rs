//! The rows that the upstream has, in the order in which it got them.

use std::{cmp::Reverse, collections::HashSet};

use chrono::{DateTime, Utc};
use rand::{Rng, seq::SliceRandom};
use uuid::Uuid;

use crate::{ioc::Ioc, query::Filter, settings::Order};

/// All rows.
#[derive(Debug)]
pub(crate) struct Store {
    rows: Vec<Ioc>,
}

impl Store {
    pub(crate) fn new(rows: Vec<Ioc>) -> Self {
        Self { rows }
    }

    pub(crate) fn rows(&self) -> &[Ioc] {
        &self.rows
    }

    pub(crate) fn push(&mut self, row: Ioc) {
        self.rows.push(row);
    }

    /// The number of different pairs of type and value.
    pub(crate) fn unique(&self) -> usize {
        self.rows.iter().map(|row| (row.ioc_type, &row.value)).collect::<HashSet<_>>().len()
    }

    /// Puts another version of a row in its place.
    pub(crate) fn replace(&mut self, row: Ioc) -> Option<Ioc> {
        let known = self.rows.iter_mut().find(|known| known.id == row.id)?;
        Some(std::mem::replace(known, row))
    }

    /// Takes a row away.
    pub(crate) fn remove(&mut self, id: Uuid) -> Option<Ioc> {
        let at = self.rows.iter().position(|row| row.id == id)?;
        Some(self.rows.remove(at))
    }

    /// Sees a row again: it is updated now. `None` when there is no such row.
    pub(crate) fn touch(&mut self, index: usize, now: DateTime<Utc>) -> Option<Ioc> {
        let row = self.rows.get_mut(index)?;
        (row.last_seen, row.updated) = (now, now);
        Some(row.clone())
    }

    /// Sees so many rows again, those that have not been updated for longest.
    pub(crate) fn touch_oldest(&mut self, count: usize, now: DateTime<Utc>) {
        let mut oldest: Vec<&mut Ioc> = self.rows.iter_mut().collect();
        oldest.sort_by_key(|row| row.updated);
        for row in oldest.into_iter().take(count) {
            (row.last_seen, row.updated) = (now, now);
        }
    }

    /// The rows that a filter admits, in the wanted order. Rows of the same time keep the order in which
    /// they came in, or its reverse.
    pub(crate) fn select(&self, filter: &Filter, order: Order, rng: &mut impl Rng) -> Vec<&Ioc> {
        let mut rows: Vec<&Ioc> = self.rows.iter().filter(|row| filter.admits(row)).collect();
        match order {
            Order::OldestFirst => rows.sort_by_key(|row| row.updated),
            Order::NewestFirst => {
                rows.reverse();
                rows.sort_by_key(|row| Reverse(row.updated));
            }
            Order::Shuffled => rows.shuffle(rng),
        }
        rows
    }
}
