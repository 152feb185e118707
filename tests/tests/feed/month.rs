//! A month of several feeds and of everything that goes wrong with them, drawn from a seed, with the program killed now and
//! then: at its end each record is stored as it was last said, or in quarantine, or lies in a gap that was reported.
//!
//! A month is a single thread of events: what happens meanwhile happens while an answer is held, and the time that a request
//! may take passes when the schedule says so. So the same seed gives the same month.

mod account;
mod bridge;
mod dice;
mod ledger;
mod schedule;
mod upstream;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use self::schedule::Month;

/// Which seeds are tried: a few, two thousand with `TESTS_LONG`, or those from `TESTS_SEED` on, to see a month again or to
/// try others.
fn seeds() -> std::ops::Range<u64> {
    let long = std::env::var_os("TESTS_LONG").is_some();
    let first = std::env::var("TESTS_SEED").ok();
    let count = if long { std::env::var("TESTS_N").map_or(2000, |n| n.parse().unwrap()) } else { 8 };
    match first.map(|text| text.parse().unwrap()) {
        Some(seed) if !long => seed..seed + 1,
        first => first.unwrap_or(0)..first.unwrap_or(0) + count,
    }
}

/// Runs a month in a time that stands still unless it is moved; the answer is what is wrong with it.
fn run(seed: u64) -> Vec<String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    // The time of a runtime that waits for nothing but other threads would go on by itself; not so while one of its own is
    // at work.
    let (busy, done) = std::sync::mpsc::channel::<()>();
    let work = runtime.spawn_blocking(move || done.recv());
    let problems = runtime.block_on(async {
        let mut month = Month::new(seed).await;
        month.pass().await;
        let problems = account::problems(&month).await;
        month.bridge.stop().await;
        problems
    });
    drop(busy);
    let _ = runtime.block_on(work);
    problems
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
                    let problems = std::thread::spawn(move || run(seed)).join();
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
