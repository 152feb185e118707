//! The work beside the requests: large envelopes are worked off, statuses removed when their time is over, the index
//! for searching is kept up, and uses of secrets are written down.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::auth::Authenticator;
use crate::ingest::Intake;
use crate::search::Search;

/// The time from one look at what waits to the next, for what another server has taken in and not worked off.
const TICK: Duration = Duration::from_secs(2);

/// The time from one removal of old statuses to the next.
const TIDY: Duration = Duration::from_secs(15 * 60);

/// The time from one writing down of uses of secrets to the next: what a crash takes.
const NOTING: Duration = Duration::from_secs(10);

/// The time from one removal of old uses to the next.
const FORGETTING: Duration = Duration::from_secs(60 * 60);

/// Does some work until `stop` says true. What has begun then is taken back, and done by whoever starts next.
pub(super) async fn until(mut stop: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

/// Puts into the index what comes into the collections, whoever brings it.
pub(super) async fn keep_index(search: Arc<Search>) {
    loop {
        match search.catch_up().await {
            Ok(true) => {}
            Ok(false) => sleep(TICK).await,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn Error,
                    "the index is not written: the next try follows"
                );
                sleep(TICK).await;
            }
        }
    }
}

/// Works large envelopes off, and removes statuses when their time is over.
pub(super) async fn work_off(intake: Arc<Intake>) {
    let mut tidied: Option<Instant> = None;
    loop {
        if tidied.is_none_or(|tidied| tidied.elapsed() >= TIDY) {
            tidied = Some(Instant::now());
            if let Err(error) = intake.tidy().await {
                tracing::warn!(error = &error as &dyn Error, "old statuses could not be removed");
            }
        }
        match intake.work_off().await {
            // It does not matter which of both ended the wait.
            Ok(()) => drop(timeout(TICK, intake.arrival()).await),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn Error,
                    "objects that were sent wait: the next try follows"
                );
                sleep(TICK).await;
            }
        }
    }
}

/// Writes down which secrets are used and from where, and forgets what was written down long ago.
pub(super) async fn note_uses(authenticator: Arc<Authenticator>) {
    let mut forgotten: Option<Instant> = None;
    loop {
        sleep(NOTING).await;
        write_uses(&authenticator).await;
        if forgotten.is_none_or(|forgotten| forgotten.elapsed() >= FORGETTING) {
            forgotten = Some(Instant::now());
            if let Err(error) = authenticator.forget().await {
                tracing::warn!(error = &error as &dyn Error, "old secrets and uses could not be removed");
            }
        }
    }
}

/// Writes down which secrets were used and from where.
pub(super) async fn write_uses(authenticator: &Authenticator) {
    if let Err(error) = authenticator.write_uses().await {
        tracing::warn!(error = &error as &dyn Error, "uses of secrets could not be written down");
    }
}
