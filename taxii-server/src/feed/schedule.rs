//! Polling again and again, and what the log says about it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{Failure, PollError, Polled, Poller};
use crate::metrics::Metrics;

/// The wait after a first failure; it doubles with each further one, up to the interval.
const FIRST_WAIT: Duration = Duration::from_secs(5);

/// Polls until `stop` says true. A poll that has begun is given up then: nothing of it is stored.
pub async fn run(mut poller: Poller, metrics: Arc<Metrics>, mut stop: watch::Receiver<bool>) {
    let mut failures = 0;
    loop {
        let polled = tokio::select! {
            polled = poller.poll() => polled,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        metrics.polled(&poller.settings().name, polled.is_ok(), poller.now());
        failures = if polled.is_ok() { 0 } else { failures + 1 };
        let wait = wait(&polled, failures, poller.settings().interval);
        log(&poller.settings().name, &polled, wait);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// A limit is waited for, a refused key is tried at the usual pace, anything else a little sooner.
fn wait(polled: &Result<Polled, PollError>, failures: u32, interval: Duration) -> Duration {
    match polled {
        Ok(_)
        | Err(
            PollError::Key(_) | PollError::Feed(Failure::Unauthorized { .. } | Failure::Forbidden { .. }),
        ) => interval,
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
        Ok(polled) => {
            let counts = &polled.ingested;
            tracing::info!(
                feed,
                records = counts.records,
                new = counts.new,
                changed = counts.changed,
                quarantined = counts.quarantined,
                withheld = (counts.withheld > 0).then_some(counts.withheld),
                next_in,
                "polled"
            );
        }
        Err(error) => tracing::warn!(feed, next_in, "poll failed: {error}; {}", error.help()),
    }
}
