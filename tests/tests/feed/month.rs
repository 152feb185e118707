//! A month of several feeds and of everything that goes wrong with them, drawn from a seed, with the program killed now and
//! then: at its end each record is stored as it was last said, or in quarantine, or lies in a gap that was reported.
//!
//! A month is a single thread of events: what happens meanwhile happens while an answer is held, and the time that a request
//! may take passes when the schedule says so. So the same seed gives the same month.

mod account;
mod bridge;
mod chance;
mod dice;
mod ledger;
mod schedule;
mod told;
mod upstream;

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use self::schedule::Month;

/// Which seeds are tried: a few, two thousand with `TESTS_LONG`, or those of `TESTS_SEED`, such as `7` or `2000..3000`.
fn seeds() -> Range<u64> {
    let long = std::env::var_os("TESTS_LONG").is_some();
    let Ok(chosen) = std::env::var("TESTS_SEED") else { return 0..if long { 2000 } else { 6 } };
    match chosen.split_once("..") {
        Some((first, end)) => first.parse().unwrap()..end.parse().unwrap(),
        None => chosen.parse().map(|seed| seed..seed + 1).unwrap(),
    }
}

/// Runs something in a time that stands still unless it is moved.
fn in_frozen_time<T>(run: impl AsyncFnOnce() -> T) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    // The time of a runtime that waits for nothing but other threads would go on by itself; not so while one of its own is
    // at work.
    let (busy, done) = std::sync::mpsc::channel::<()>();
    let work = runtime.spawn_blocking(move || done.recv());
    let value = runtime.block_on(run());
    drop(busy);
    let _ = runtime.block_on(work);
    value
}

/// What is wrong at the end of the month of a seed.
fn problems(seed: u64) -> Vec<String> {
    in_frozen_time(async || {
        let mut month = Month::new(seed).await;
        month.pass().await;
        let problems = account::problems(&month).await;
        if !problems.is_empty() && seeds().count() == 1 {
            eprintln!("{}", month.trace.join("\n"));
        }
        month.bridge.stop().await;
        problems
    })
}

#[test]
fn a_month_of_faults_loses_nothing_unsaid() {
    let seeds = seeds();
    let (next, failed) = (AtomicU64::new(seeds.start), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(seed) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| seeds.contains(seed))
                {
                    // In a thread of its own, so that a seed that panics is known too.
                    let problems = std::thread::spawn(move || problems(seed)).join();
                    let problems = problems.unwrap_or_else(|_| vec!["it panicked".to_owned()]);
                    if !problems.is_empty() {
                        eprintln!("TESTS_SEED={seed}: {} problems\n{}", problems.len(), problems.join("\n"));
                        failed.lock().unwrap().push(seed);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "these seeds failed: {failed:?}");
}

#[test]
fn the_same_seed_gives_the_same_month() {
    for seed in 0..2 {
        let [one, other] = [(); 2].map(|()| {
            in_frozen_time(async || {
                let mut month = Month::new(seed).await;
                month.pass().await;
                (month.trace.join("\n"), account::everything(&month).await)
            })
        });
        assert_eq!(one.0, other.0, "seed {seed}");
        assert_eq!(one.1, other.1, "seed {seed}");
    }
}

/// The fault of a full disk is met, and not only drawn.
#[test]
fn the_disk_is_full_in_some_month() {
    let is_full = |seed| {
        in_frozen_time(async || {
            let mut month = Month::new(seed).await;
            month.pass().await;
            month.bridge.stop().await;
            month.trace.iter().any(|line| line.contains("kind: Full"))
        })
    };
    assert!((0..30).any(is_full), "in no month the disk is full");
}

/// What is published follows from what was said, not from which feed, over which endpoint, was first to hear it.
#[test]
fn what_is_published_does_not_depend_on_the_order_of_polls() {
    for seed in seeds().take(100) {
        let [one, other] = [1, 2].map(|order| {
            in_frozen_time(async || {
                let mut month = Month::new(seed).await;
                month.pass_quietly(order).await;
                account::published(&month).await
            })
        });
        assert!(!one.is_empty());
        for (place, object) in &one {
            assert_eq!(other.get(place), Some(object), "seed {seed}: {place:?}");
        }
        assert_eq!(one.len(), other.len(), "seed {seed}");
    }
}
