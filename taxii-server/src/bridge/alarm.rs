//! Says when a feed goes stale and when it has recovered: in the log, and to a webhook.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::clock::Clock;
use crate::feed::FeedSettings;
use crate::feed_status::{FeedState, FeedStatus, time};
use crate::storage::{Storage, StorageError};

/// The longest time from one look to the next.
const PAUSE: Duration = Duration::from_secs(15);
/// How long the receiver may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Looks after the feeds, whoever polls them and whether that still lives.
#[derive(Debug)]
pub(super) struct Alarm {
    pub(super) feeds: Vec<FeedSettings>,
    pub(super) webhook: Option<String>,
    pub(super) storage: Arc<dyn Storage>,
    pub(super) clock: Clock,
}

impl Alarm {
    /// Looks until it is dropped. What could not be delivered is sent again at the next look.
    pub(super) async fn run(self) {
        let began = self.clock.now();
        let shortest = self.feeds.iter().map(FeedSettings::stale_after).min().unwrap_or(PAUSE);
        let pause = (shortest / 4).clamp(Duration::from_millis(100), PAUSE);
        let mut told: BTreeMap<String, bool> = BTreeMap::new();
        loop {
            for settings in &self.feeds {
                match self.is_stale(settings, began).await {
                    Ok((stale, status)) if told.get(&settings.name).copied().unwrap_or_default() != stale => {
                        if self.tell(&status, stale).await {
                            told.insert(settings.name.clone(), stale);
                        }
                    }
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "cannot look after the feeds"
                        );
                    }
                }
            }
            self.clock.sleep(pause).await;
        }
    }

    /// A feed that was never read is stale too, after the same time.
    async fn is_stale(
        &self,
        settings: &FeedSettings,
        began: DateTime<Utc>,
    ) -> Result<(bool, FeedStatus), StorageError> {
        let status = FeedStatus::read(&*self.storage, settings, self.clock.now()).await?;
        let patience = TimeDelta::from_std(settings.stale_after()).unwrap_or(TimeDelta::MAX);
        let stale = match status.state {
            FeedState::Stale => true,
            FeedState::Waiting => status.now - began > patience,
            FeedState::Good | FeedState::Failing => false,
        };
        Ok((stale, status))
    }

    /// Whether everybody who is to know has been told.
    async fn tell(&self, status: &FeedStatus, stale: bool) -> bool {
        let feed = &status.name;
        if stale {
            let problem = status.health.failure.as_deref();
            let last_success = status.health.last_success.map(time);
            tracing::error!(feed, last_success, problem, "the feed is stale");
        } else {
            tracing::info!(feed, "the feed has recovered");
        }
        let Some(webhook) = &self.webhook else { return true };
        match post(webhook, status, stale).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(feed, "the webhook could not be told: {}", error.without_url());
                false
            }
        }
    }
}

async fn post(webhook: &str, status: &FeedStatus, stale: bool) -> Result<(), reqwest::Error> {
    // A provider that is already installed serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client =
        reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build()?;
    let event = if stale { "stale" } else { "recovered" };
    let body = json!({ "event": event, "time": time(status.now), "feed": status.document() });
    let request = client.post(webhook).header("Content-Type", "application/json").body(body.to_string());
    request.send().await?.error_for_status()?;
    Ok(())
}
