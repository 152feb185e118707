//! A month of a feed and of everything that goes wrong with it, drawn from a seed: at its end each record is stored, or
//! lies in a gap that was reported.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use socdefenders_standin::{Fault, Keys, Order, RateLimit, Settings, Shape};
use taxii_server::feed::{Endpoint, Poller};
use taxii_server::storage::{Query, VersionFilter};

use crate::world::World;

/// Which seeds are tried: a few, two hundred with `TESTS_LONG`, or those from `TESTS_SEED` on, to see a month again or to
/// try others.
fn seeds() -> std::ops::Range<u64> {
    let long = std::env::var_os("TESTS_LONG").is_some();
    let first = std::env::var("TESTS_SEED").ok().map_or(0, |text| text.parse().unwrap());
    first..first + if long { 200 } else { 4 }
}

/// Numbers that follow from a seed (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn one<T: Clone>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()].clone()
    }
}

#[tokio::test]
async fn a_month_of_faults_loses_nothing_unsaid() {
    for seed in seeds() {
        month(seed).await;
    }
}

async fn month(seed: u64) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let settings = Settings::new()
        .with_seed(seed)
        .with_iocs(100)
        .with_shape(dice.one(&[Shape::Seed, Shape::Full]))
        .with_order(dice.one(&[Order::NewestFirst, Order::OldestFirst, Order::Shuffled]))
        .with_rate_limit(RateLimit::new(60, Duration::from_secs(3600)));
    let mut world = World::new(settings).await;
    let free = dice.below(2) == 0;
    let endpoint = dice.one(&[Endpoint::Auto, Endpoint::List]);
    let key = if free { world.standin.free_key() } else { world.standin.pro_key() };
    let mut feed = world.settings(endpoint, &key);
    feed.timeout = Duration::from_millis(300);
    let mut poller = world.poller(&feed);
    // What was before that was never in reach.
    poller.poll().await.unwrap();
    let mut passed = Duration::ZERO;
    while passed < Duration::from_secs(30 * 24 * 3600) {
        // Mostly hours, and now and then an outage of days.
        let hours = if dice.below(25) == 0 { 30 + dice.below(40) } else { 1 + dice.below(10) };
        for _ in 0..hours {
            world.advance(Duration::from_secs(3600));
            world.arrive(usize::try_from(dice.below(4)).unwrap());
        }
        passed += Duration::from_secs(hours * 3600);
        misbehave(&mut world, &mut dice, free);
        step(&world, &mut poller).await;
        if dice.below(4) == 0 {
            // Killed, and started again.
            poller = world.poller(&feed);
        }
    }
    world.skew(TimeDelta::zero());
    world.standin.clear_faults();
    for _ in 0..4 {
        world.advance(Duration::from_secs(3600));
        step(&world, &mut poller).await;
    }
    account(&world, seed).await;
}

/// Lets something go wrong with the next requests.
fn misbehave(world: &mut World, dice: &mut Dice, free: bool) {
    let faults = [
        Fault::Status(500),
        Fault::Status(402),
        Fault::RateLimited { reset_in: Duration::from_secs(1800) },
        Fault::Truncated,
        Fault::CutConnection,
        Fault::HtmlPage,
        Fault::EmptyBody,
        Fault::WrongContentType,
        Fault::GzipBomb { mebibytes: 8 },
        Fault::Redirect("http://localhost:1/".to_owned()),
    ];
    world.standin.clear_faults();
    for _ in 0..dice.below(3) {
        // Some requests go well before that.
        (0..dice.below(3)).for_each(|_| world.standin.inject(Fault::Delay(Duration::ZERO)));
        world.standin.inject(dice.one(&faults));
    }
    if dice.below(10) == 0 {
        world.skew(TimeDelta::minutes(dice.one(&[-60, 0, 60])));
    }
    if dice.below(15) == 0 {
        let seed = dice.below(1000);
        world.standin.reconfigure(|settings| settings.with_keys(Keys::from_seed(seed)));
        world.write_key(&if free { world.standin.free_key() } else { world.standin.pro_key() });
    }
}

/// A poll, and what can be had of the past.
async fn step(world: &World, poller: &mut Poller) {
    if poller.poll().await.is_ok() {
        while let Ok(Some(_)) = poller.backfill().await {}
    }
    if let Ok(Some(progress)) = world.storage.feed_progress(crate::world::FEED).await {
        assert!(progress.place <= world.clock.now(), "the place is in the future");
    }
}

async fn account(world: &World, seed: u64) {
    let gaps = world.gaps().await;
    for (value, updated) in world.missing().await {
        let reported = gaps.iter().any(|gap| gap.from <= updated && updated <= gap.until);
        assert!(reported, "seed {seed}: `{value}` of {updated} is lost; the gaps are {gaps:?}");
    }
    let query = Query { versions: VersionFilter::All, ..Query::new(1_000_000, u64::MAX) };
    let page = world.storage.objects(&world.collection, &query).await.unwrap();
    let versions: BTreeSet<(String, String)> = page
        .rows
        .iter()
        .map(|row| serde_json::from_slice::<Value>(&row.body).unwrap())
        .map(|object| (object["id"].to_string(), object["modified"].to_string()))
        .collect();
    assert_eq!(versions.len(), page.rows.len(), "seed {seed}: a version is stored twice");
}
