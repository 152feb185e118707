//! Looks after what is stored, beside the polls: in small steps, so that these and the clients do not wait.

use std::time::{Duration, Instant};

use crate::clock::Clock;
use crate::ingest::{Ingest, Ingested};
use crate::storage::StorageError;

/// The time from the end of the work to the next look whether there is any.
const PAUSE: Duration = Duration::from_secs(30);

/// Does what is to be done without anything being heard, as the server that polls.
#[derive(Debug)]
pub(super) struct Upkeep {
    pub(super) ingest: Ingest,
    pub(super) clock: Clock,
}

impl Upkeep {
    /// Works until it is dropped. What has failed is tried again.
    pub(super) async fn run(self) {
        loop {
            if let Err(error) = self.follow_settings().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what is stored cannot be looked after"
                );
            }
            self.clock.sleep(PAUSE).await;
        }
    }

    /// Makes anew what the settings want another way, with a line in the log before and after.
    async fn follow_settings(&self) -> Result<(), StorageError> {
        let (mut all, mut steps) = (Ingested::default(), 0_u64);
        loop {
            let began = Instant::now();
            let Some(step) = self.ingest.follow_settings().await? else { break };
            all += step;
            steps += 1;
            let subjects = self.ingest.storage().subjects_behind().await?;
            if steps == 1 && subjects > 0 {
                tracing::info!(subjects, "what is stored is made anew, since the settings have changed");
            }
            // As long a rest as the work took.
            tokio::time::sleep(began.elapsed()).await;
        }
        if steps > 0 {
            let Ingested { new, changed, left, withheld, .. } = all;
            tracing::info!(new, changed, left, withheld, "what is stored follows the settings");
        }
        Ok(())
    }
}
