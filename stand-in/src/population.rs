//! The population: as many rows as wanted, all of them following from a seed.

mod catalogue;
mod value;

use std::{collections::HashSet, time::Duration};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use uuid::{Builder, Uuid, uuid};

use crate::{
    ioc::{Confidence, Ioc, IocType, Source},
    population::{
        catalogue::{Feed, pick},
        value::Values,
    },
};

/// The namespace of all name-based UUIDs of the stand-in.
pub(crate) const NAMESPACE: Uuid = uuid!("44169ba9-0603-412c-a014-9b2e988cd218");

/// How often a value may turn out to be taken before another type is tried. Only techniques and, in very large
/// populations, IPv4 addresses run out.
const ATTEMPTS: usize = 16;

/// Draws rows, one after the other, never the same type and value twice.
#[derive(Debug)]
pub(crate) struct Generator {
    rng: StdRng,
    values: Values,
    taken: HashSet<(IocType, String)>,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: StdRng::seed_from_u64(seed), values: Values::default(), taken: HashSet::new() }
    }

    /// `count` IOCs with times between `now - spread` and `now`, and the rows of the sources that report some of
    /// them a second time.
    pub(crate) fn populate(
        &mut self,
        count: usize,
        spread: Duration,
        share: f64,
        now: DateTime<Utc>,
    ) -> Vec<Ioc> {
        let mut rows = Vec::with_capacity(count);
        for index in 0..count {
            // The first ten are one of each type; after them the types come as often as feeds have them.
            let ioc_type = IocType::ALL.get(index).copied().unwrap_or_else(|| self.any_type());
            let (first_seen, last_seen) = self.times(spread, now);
            let ioc = self.row(ioc_type, first_seen, last_seen);
            let second = self.rng.random_bool(share).then(|| self.second_report(&ioc, now));
            rows.push(ioc);
            rows.extend(second);
        }
        rows
    }

    /// An IOC that nobody has reported yet, seen at `now` for the first time.
    pub(crate) fn fresh(&mut self, now: DateTime<Utc>) -> Ioc {
        let ioc_type = self.any_type();
        self.row(ioc_type, now, now)
    }

    fn row(&mut self, ioc_type: IocType, first_seen: DateTime<Utc>, last_seen: DateTime<Utc>) -> Ioc {
        let (ioc_type, value) = self.unused_value(ioc_type);
        let feed = pick(&mut self.rng, catalogue::FEEDS);
        let family = pick(&mut self.rng, catalogue::FAMILIES);
        let has_industry = self.rng.random_bool(0.7);
        let technique_count = self.rng.random_range(0..=2);
        Ioc {
            id: self.uuid(),
            ioc_type,
            value,
            confidence: self.confidence(feed),
            first_seen,
            last_seen,
            updated: last_seen,
            industry: has_industry.then(|| pick(&mut self.rng, catalogue::SECTORS).to_owned()),
            source: self.source(feed, family),
            context: format!("Reported by {} in connection with {family}.", feed.name),
            tags: vec![family.to_owned(), pick(&mut self.rng, catalogue::ACTIVITIES).to_owned()],
            mitre_techniques: self.techniques(technique_count),
            defect: None,
        }
    }

    /// The report of the same IOC by another feed, some time between the first one and now.
    fn second_report(&mut self, first: &Ioc, now: DateTime<Utc>) -> Ioc {
        let others: Vec<Feed> =
            catalogue::FEEDS.iter().copied().filter(|feed| feed.name != first.source.feed_name).collect();
        let feed = pick(&mut self.rng, &others);
        let family = first.tags.first().cloned().unwrap_or_default();
        let seen = self.between(first.first_seen, now);
        Ioc {
            id: self.uuid(),
            confidence: self.confidence(feed),
            first_seen: seen,
            last_seen: seen,
            updated: seen,
            source: self.source(feed, &family),
            context: format!("Reported by {} in connection with {family}.", feed.name),
            mitre_techniques: self.techniques(1),
            ..first.clone()
        }
    }

    /// A value that no row has yet, of the wanted type if there still is one.
    fn unused_value(&mut self, wanted: IocType) -> (IocType, String) {
        let mut ioc_type = wanted;
        loop {
            for _ in 0..ATTEMPTS {
                let value = self.values.draw(ioc_type, &mut self.rng);
                if self.taken.insert((ioc_type, value.clone())) {
                    return (ioc_type, value);
                }
            }
            ioc_type = IocType::Sha256;
        }
    }

    fn any_type(&mut self) -> IocType {
        catalogue::TYPE_WEIGHTS
            .choose_weighted(&mut self.rng, |pair| pair.1)
            .map_or(IocType::Sha256, |pair| pair.0)
    }

    /// Authorities are mostly sure of what they publish, the public is not.
    fn confidence(&mut self, feed: Feed) -> Confidence {
        let [high, medium] = feed.certainty;
        match self.rng.random_range(0..100) {
            roll if roll < high => Confidence::High,
            roll if roll < high + medium => Confidence::Medium,
            _ => Confidence::Low,
        }
    }

    fn source(&mut self, feed: Feed, family: &str) -> Source {
        let article_id = self.uuid();
        let slug = feed.name.to_lowercase().replace(' ', "-");
        let number: u32 = self.rng.random_range(100..10_000);
        Source {
            article_id,
            article_title: format!("{}: indicators of {family}, report {number}", feed.name),
            article_url: format!("https://socdefenders.example/articles/{article_id}"),
            reference_url: format!("https://{slug}.example/reports/{number}"),
            feed_name: feed.name.to_owned(),
            category: feed.category.to_owned(),
            origin: feed.origin.to_owned(),
        }
    }

    fn techniques(&mut self, count: usize) -> Vec<String> {
        let mut techniques: Vec<String> =
            (0..count).map(|_| self.values.draw(IocType::MitreAttack, &mut self.rng)).collect();
        techniques.sort();
        techniques.dedup();
        techniques
    }

    /// When a row was seen first and last. Half of the rows were seen just once.
    fn times(&mut self, spread: Duration, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let spread = TimeDelta::from_std(spread).unwrap_or_default();
        let first = self.between(now.checked_sub_signed(spread).unwrap_or(now), now);
        let last = if self.rng.random_bool(0.5) { first } else { self.between(first, now) };
        (first, last)
    }

    /// A time in whole milliseconds after `start` and not after `end`.
    fn between(&mut self, start: DateTime<Utc>, end: DateTime<Utc>) -> DateTime<Utc> {
        let length = (end - start).num_milliseconds();
        if length <= 0 {
            return end;
        }
        (start + TimeDelta::milliseconds(self.rng.random_range(1..=length))).trunc_subsecs(3)
    }

    fn uuid(&mut self) -> Uuid {
        Builder::from_random_bytes(self.rng.random()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_rows() {
        let draw = |seed| Generator::new(seed).populate(500, Duration::from_secs(3600), 0.05, noon());
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn times_lie_within_the_spread_and_in_order() {
        let rows = Generator::new(1).populate(2_000, Duration::from_secs(3600), 0.5, noon());
        let start = noon() - TimeDelta::hours(1);
        for row in rows {
            assert!(start < row.first_seen && row.first_seen <= row.last_seen && row.last_seen <= noon());
            assert_eq!(row.updated, row.last_seen);
        }
    }

    #[test]
    fn a_spread_of_nothing_is_now() {
        let rows = Generator::new(1).populate(20, Duration::ZERO, 1.0, noon());
        assert_eq!(rows.len(), 40);
        assert!(rows.iter().all(|row| row.first_seen == noon()));
    }

    #[test]
    fn runs_out_of_techniques_without_running_for_ever() {
        let mut generator = Generator::new(1);
        let types: HashSet<IocType> =
            (0..2_000).map(|_| generator.row(IocType::MitreAttack, noon(), noon()).ioc_type).collect();
        assert_eq!(types, HashSet::from([IocType::MitreAttack, IocType::Sha256]));
    }
}
