//! Polling again and again, and what the log says about it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{Failure, PollError, Polled, Poller};
use crate::metrics::Metrics;

/// The wait after a first failure; it doubles with each further one, up to the interval.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// How long reading the past waits for the end of a limit that is not said.
const UNSAID_LIMIT: Duration = Duration::from_secs(60);

/// Polls until `stop` says true. A poll that has begun is given up then: what it has not stored comes again.
pub async fn run(mut poller: Poller, metrics: Arc<Metrics>, mut stop: watch::Receiver<bool>) {
    tokio::select! {
        () = poll(&mut poller, &metrics) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

/// The present goes first; the past is read while nothing is to be polled.
async fn poll(poller: &mut Poller, metrics: &Metrics) {
    let mut failures = 0;
    loop {
        let polled = poller.poll().await;
        metrics.polled(&poller.settings().name, polled.is_ok());
        failures = if polled.is_ok() { 0 } else { failures + 1 };
        let wait = wait(&polled, failures, poller.settings().interval);
        log(&poller.settings().name, &polled, wait);
        // By the time that passes: a clock that is set meanwhile must not put the next poll off.
        let next = poller.clock().steady().saturating_add(wait);
        if polled.is_ok() {
            read_past(poller, next).await;
        }
        let left = next.saturating_sub(poller.clock().steady());
        poller.clock().clone().sleep(left).await;
    }
}

/// Reads windows of the past until the next poll is due, which is by [`crate::clock::Clock::steady`].
async fn read_past(poller: &mut Poller, next: Duration) {
    while poller.clock().steady() < next {
        let feed = poller.settings().name.clone();
        match poller.backfill().await {
            Ok(None) => return,
            Ok(Some(polled)) => {
                let counts = &polled.ingested;
                let (records, new, done) = (counts.records, counts.new, polled.complete);
                tracing::info!(
                    feed,
                    records,
                    new,
                    changed = counts.changed,
                    done,
                    "read a window of the past"
                );
            }
            Err(PollError::Feed(Failure::RateLimited { wait })) => {
                let wait = wait.unwrap_or(UNSAID_LIMIT);
                if next.saturating_sub(poller.clock().steady()) <= wait {
                    return;
                }
                poller.clock().clone().sleep(wait.max(FIRST_WAIT)).await;
            }
            Err(error) => {
                let (problem, help) = (error.to_string(), error.help());
                tracing::warn!(feed, problem, help, "reading the past failed");
                return;
            }
        }
    }
}

/// A limit is waited for, a refused key is tried at the usual pace, anything else a little sooner.
fn wait(polled: &Result<Polled, PollError>, failures: u32, interval: Duration) -> Duration {
    match polled {
        Ok(_)
        | Err(PollError::Feed(
            Failure::NoKey(_) | Failure::Unauthorized { .. } | Failure::Forbidden { .. },
        )) => interval,
        Err(PollError::Feed(Failure::RateLimited { wait: Some(wait) })) => {
            (*wait).max(Duration::from_secs(1))
        }
        Err(_) => FIRST_WAIT.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(interval),
    }
}

/// One line for each poll.
fn log(feed: &str, polled: &Result<Polled, PollError>, wait: Duration) {
    let next_in = format!("{} s", wait.as_secs_f32());
    match polled {
        Ok(polled) if !polled.complete => {
            tracing::warn!(
                feed,
                records = polled.ingested.records,
                next_in,
                "the feed cut its answers: what came is stored, the next poll asks again"
            );
        }
        Ok(polled) => {
            let counts = &polled.ingested;
            tracing::info!(
                feed,
                records = counts.records,
                new = counts.new,
                changed = counts.changed,
                quarantined = counts.quarantined,
                withheld = (counts.withheld > 0).then_some(counts.withheld),
                hidden = (counts.hidden > 0).then_some(counts.hidden),
                gaps = (polled.gaps > 0).then_some(polled.gaps),
                next_in,
                "polled"
            );
        }
        Err(error) => {
            let (problem, help) = (error.to_string(), error.help());
            tracing::warn!(feed, next_in, problem, help, "poll failed");
        }
    }
}
