//! Keeps the known time of the store up to date while the server runs: see [`crate::clock::trust`].

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use crate::clock::Clock;
use crate::clock::trust::ClockState;
use crate::storage::{Storage, StorageError};

/// The time from one look at the clock to the next.
const PAUSE: Duration = Duration::from_secs(60);
/// How much time passes before it is noted again, so that an idle server writes little.
const NOTED_FOR: TimeDelta = TimeDelta::minutes(10);

/// Compares the clock with the known time, and moves that on.
#[derive(Clone, Debug)]
pub(super) struct Timekeeper {
    storage: Arc<dyn Storage>,
    clock: Clock,
}

impl Timekeeper {
    pub(super) fn new(storage: Arc<dyn Storage>, clock: Clock) -> Self {
        Self { storage, clock }
    }

    /// Looks at the clock until it is dropped.
    pub(super) async fn run(self) {
        let mut was_ahead = false;
        loop {
            match self.look(NOTED_FOR).await {
                Ok(ClockState::Trusted(_)) => was_ahead = false,
                Ok(ClockState::Ahead { known, by }) => {
                    if !was_ahead {
                        let days = by.num_days();
                        tracing::warn!(%known, days, "found the clock ahead of what is known of the time: nothing is deleted");
                    }
                    was_ahead = true;
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn Error,
                        "could not compare the clock with the known time"
                    );
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Notes the time of a clean end, from which the next start goes on.
    pub(super) async fn stop(self) {
        if let Err(error) = self.look(TimeDelta::zero()).await {
            tracing::warn!(error = &error as &dyn Error, "could not note the time");
        }
    }

    /// Looks at the clock, and notes its time if it is trusted and that much later than the known one.
    pub(super) async fn look(&self, later: TimeDelta) -> Result<ClockState, StorageError> {
        let known = self.storage.known_time().await?;
        let now = self.clock.now();
        let state = ClockState::of(now, known);
        if matches!(state, ClockState::Trusted(_))
            && known.is_none_or(|known| now.signed_duration_since(known) > later)
        {
            self.storage.note_time(now).await?;
        }
        Ok(state)
    }
}
