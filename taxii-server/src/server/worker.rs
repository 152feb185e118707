//! The work beside the requests: large envelopes are worked off, statuses removed when their time is over, and the index
//! for searching is kept up.

use std::error::Error;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::ingest::Intake;
use crate::search::Search;

/// The time from one look at what waits to the next, for what another server has taken in and not worked off.
const TICK: Duration = Duration::from_secs(2);

/// The time from one removal of old statuses to the next.
const TIDY: Duration = Duration::from_secs(15 * 60);

/// Works until `stop` says true. What has begun then is taken back, and done by whoever starts next.
pub(super) async fn work(intake: Arc<Intake>, search: Option<Arc<Search>>, mut stop: watch::Receiver<bool>) {
    tokio::select! {
        () = forever(&intake) => {}
        () = keep_index(search.as_deref()) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

/// Puts into the index what comes into the collections, whoever brings it.
async fn keep_index(search: Option<&Search>) {
    let Some(search) = search else { return pending().await };
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

async fn forever(intake: &Intake) {
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
