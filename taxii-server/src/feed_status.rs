//! How the feeds do, as the operator sees it: one reading of the store for the readiness of the server, the metrics, the
//! command `status` and the webhook, so that all of them say the same.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::feed::{Cause, Endpoint, FeedSettings};
use crate::ingest::Repair;
use crate::metrics::FeedGauges;
use crate::storage::quarantine::{Handling, RecordCount};
use crate::storage::supervision::{FeedHealth, Gap, GapReason, Progress, Quota};
use crate::storage::{Storage, StorageError};

/// How one feed does.
#[derive(Clone, Debug)]
pub struct FeedStatus {
    /// Its name.
    pub name: String,
    /// Which endpoints are polled.
    pub endpoint: Endpoint,
    /// All of it in a word.
    pub state: FeedState,
    /// How far it has been read, in the time of its service.
    pub progress: Option<Progress>,
    /// Down to when the past is to be read; nothing while that is not known.
    pub past_until: Option<DateTime<Utc>>,
    /// How polling goes; nothing before the first poll.
    pub health: FeedHealth,
    /// The stretches of which records may be missing, as long as they are kept, oldest first.
    pub gaps: Vec<Gap>,
    /// How many records were put right or left out, by reason.
    pub records: Vec<RecordCount>,
    /// When this was found out.
    pub now: DateTime<Utc>,
}

/// How a feed does in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedState {
    /// It has never been read up to the present.
    Waiting,
    /// The last poll read all that there was.
    Good,
    /// The last poll did not, but one shortly before it did.
    Failing,
    /// For longer than the settings allow no poll has.
    Stale,
}

impl FeedState {
    /// The word: `waiting`, `good`, `failing` or `stale`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Good => "good",
            Self::Failing => "failing",
            Self::Stale => "stale",
        }
    }

    /// Whether what is served goes up to the present of the feed. The past, which may take days to be read, does not matter:
    /// what is added of it later comes later to those who page, too.
    pub fn is_ready(self) -> bool {
        matches!(self, Self::Good | Self::Failing)
    }
}

impl FeedStatus {
    /// Looks up how a feed does.
    ///
    /// # Errors
    /// The database failed.
    pub async fn read(
        storage: &dyn Storage,
        settings: &FeedSettings,
        now: DateTime<Utc>,
    ) -> Result<Self, StorageError> {
        let health = storage.feed_health(&settings.name).await?.unwrap_or_default();
        let progress = storage.feed_progress(&settings.name).await?;
        let patience = TimeDelta::from_std(settings.stale_after()).unwrap_or(TimeDelta::MAX);
        let state = match health.last_success {
            None => FeedState::Waiting,
            // Nor does a success say anything that was noted by a clock which has gone back since.
            Some(success) if now.signed_duration_since(success).abs() > patience => FeedState::Stale,
            Some(_) if health.failure.is_some() => FeedState::Failing,
            Some(_) => FeedState::Good,
        };
        Ok(Self {
            name: settings.name.clone(),
            endpoint: settings.endpoint,
            state,
            past_until: progress.map(|progress| settings.past_until(progress.began)),
            progress,
            health,
            gaps: storage.feed_gaps(&settings.name).await?,
            records: storage.record_counts(Some(&settings.name)).await?,
            now,
        })
    }

    /// Looks up how all feeds do, in the order of the settings.
    ///
    /// # Errors
    /// The database failed.
    pub async fn read_all(
        storage: &dyn Storage,
        feeds: &[FeedSettings],
        now: DateTime<Utc>,
    ) -> Result<Vec<Self>, StorageError> {
        let mut all = Vec::with_capacity(feeds.len());
        for settings in feeds {
            all.push(Self::read(storage, settings, now).await?);
        }
        Ok(all)
    }

    /// How far the place in the feed, up to which all is accounted for, lies behind.
    pub fn lag(&self) -> Option<TimeDelta> {
        self.progress.map(|progress| (self.now - progress.place).max(TimeDelta::zero()))
    }

    /// How much of the past is still to be read.
    pub fn past_left(&self) -> Option<TimeDelta> {
        let (progress, until) = self.progress.zip(self.past_until)?;
        Some((progress.covered_from - until).max(TimeDelta::zero()))
    }

    /// The length of all gaps for this reason, those that overlap counted once.
    pub fn missing(&self, of: impl Fn(&Gap) -> bool) -> TimeDelta {
        let mut end = DateTime::<Utc>::MIN_UTC;
        let mut length = TimeDelta::zero();
        // They come in the order of their beginnings.
        for gap in self.gaps.iter().filter(|gap| of(gap)) {
            length += (gap.until - gap.from.max(end)).max(TimeDelta::zero());
            end = end.max(gap.until);
        }
        length
    }

    /// All of it for programs. Times are RFC 3339, lengths are seconds.
    pub fn document(&self) -> Value {
        let Self { name, endpoint, state, progress, past_until, health, gaps, records, .. } = self;
        let gap = |gap: &Gap| {
            json!({
                "from": time(gap.from), "until": time(gap.until),
                "reason": gap.reason.name(), "found": time(gap.found),
            })
        };
        let count = |count: &RecordCount| json!({ "handling": count.handling.name(), "reason": count.reason, "times": count.times });
        let quota = |quota: &Quota| json!({ "limit": quota.limit, "remaining": quota.remaining, "reset": time(quota.reset) });
        json!({
            "name": name,
            "endpoint": endpoint.name(),
            "state": state.name(),
            "place": progress.map(|progress| time(progress.place)),
            "lag_seconds": self.lag().map(|lag| lag.num_seconds()),
            "last_attempt": (health.last_attempt > DateTime::UNIX_EPOCH).then(|| time(health.last_attempt)),
            "last_success": health.last_success.map(time),
            "last_news": health.last_news.map(time),
            "problem": health.failure,
            "quota": health.quota.as_ref().map(quota),
            "past": progress.zip(*past_until).map(|(progress, until)| json!({
                "wanted_from": time(until),
                "read_from": time(progress.covered_from),
                "left_seconds": self.past_left().map(|left| left.num_seconds()),
            })),
            "gaps": gaps.iter().map(gap).collect::<Vec<_>>(),
            "gap_seconds": self.missing(|_| true).num_seconds(),
            "records": records.iter().map(count).collect::<Vec<_>>(),
        })
    }
}

impl From<&FeedStatus> for FeedGauges {
    fn from(feed: &FeedStatus) -> Self {
        let missing =
            |reason: GapReason| (reason.name(), feed.missing(|gap| gap.reason == reason).num_seconds());
        // A counter that begins with another number than 0 has not increased, for all that an alert can see.
        let never = Cause::ALL.map(|cause| (Handling::Quarantined, cause.name()));
        let never = Repair::ALL.iter().map(|repair| (Handling::Repaired, repair.name())).chain(never);
        let never = never.map(|(handling, reason)| ((handling, reason.to_owned()), 0));
        let mut records: BTreeMap<_, _> = never.collect();
        records
            .extend(feed.records.iter().map(|count| ((count.handling, count.reason.clone()), count.times)));
        let records = records.into_iter().map(|((handling, reason), times)| (handling.name(), reason, times));
        Self {
            name: feed.name.clone(),
            ready: feed.state.is_ready(),
            stale: feed.state == FeedState::Stale,
            last_success: feed.health.last_success,
            last_news: feed.health.last_news,
            lag: feed.lag().map(|lag| lag.num_seconds()),
            past_left: feed.past_left().map(|left| left.num_seconds()),
            quota_limit: feed.health.quota.map(|quota| quota.limit),
            quota_remaining: feed.health.quota.map(|quota| quota.remaining),
            gaps: GapReason::ALL.map(missing).to_vec(),
            last_gap: feed.gaps.iter().map(|gap| gap.found).max(),
            records: records.collect(),
        }
    }
}

/// A time in whole seconds.
pub(crate) fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::storage;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(minutes * 60, 0).unwrap()
    }

    #[tokio::test]
    async fn from_waiting_to_stale_and_back() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage::open(&folder.path().join("taxii.db").into()).await.unwrap();
        let settings = FeedSettings { backfill: Some(Duration::from_secs(6000)), ..FeedSettings::default() };
        let read = async |minutes| FeedStatus::read(&*storage, &settings, at(minutes)).await.unwrap();
        let status = read(1000).await;
        assert_eq!((status.state, status.lag(), status.past_left()), (FeedState::Waiting, None, None));
        let cases = [
            // The minutes of the last success and of now, whether the last poll failed, and what that makes of it.
            (None, 1000, true, FeedState::Waiting),
            (Some(1000), 1001, false, FeedState::Good),
            (Some(1000), 1059, true, FeedState::Failing),
            (Some(1000), 1061, true, FeedState::Stale),
            (Some(1000), 1061, false, FeedState::Stale),
        ];
        for (success, now, failed, state) in cases {
            let failure = failed.then(|| "it failed".to_owned());
            let health = FeedHealth { last_success: success.map(at), failure, ..FeedHealth::default() };
            storage.write_feed_health(&settings.name, &health).await.unwrap();
            assert_eq!(read(now).await.state, state, "{success:?} {now} {failed}");
        }
    }

    #[test]
    fn what_is_left_and_what_is_missing() {
        let gap = |from, until, reason| Gap { from: at(from), until: at(until), reason, found: at(0) };
        let status = FeedStatus {
            name: "feed".to_owned(),
            endpoint: Endpoint::Auto,
            state: FeedState::Good,
            progress: Some(Progress { began: at(1000), covered_from: at(940), place: at(1000) }),
            past_until: Some(at(900)),
            health: FeedHealth::default(),
            gaps: vec![
                gap(10, 30, GapReason::LookBack),
                gap(20, 25, GapReason::LookBack),
                gap(20, 40, GapReason::LookBack),
                gap(50, 60, GapReason::Overflow),
            ],
            records: Vec::new(),
            now: at(1003),
        };
        assert_eq!(status.lag(), Some(TimeDelta::minutes(3)));
        assert_eq!(status.past_left(), Some(TimeDelta::minutes(40)));
        let missing = |reason| status.missing(|gap| gap.reason == reason);
        assert_eq!(GapReason::ALL.map(missing), [TimeDelta::minutes(30), TimeDelta::minutes(10)]);
        assert_eq!(status.document()["gap_seconds"], 2400);
    }
}
