//! One poll: what has come since the last one, read whole, stored, and the place moved with it.
//!
//! A poll asks for everything since its place, less the overlap for what arrives late. When that is more than can be read
//! at once, it reads the oldest part, stores it with the place at the end of that part, and goes on from there: so a poll
//! that is broken off has not been in vain. The past is read apart from that, newest first: see `backfill`.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use stix_core::Timestamp;

use super::backfill::Past;
use super::client::Client;
use super::outcome::{PollError, Polled};
use super::service_text::one_line;
use super::settings::{Endpoint, FeedSettings, WHOLE_PAST};
use super::stretch::Stretch;
use super::walk::{self, Outcome, Records, Walk};
use super::window::{End, Window};
use super::{Failure, Reader, loose_time};
use crate::clock::Clock;
use crate::clock::trust;
use crate::ingest::{Arrival, FUTURE, FeedBatch, Ingest, Minting};
use crate::off_worker;
use crate::storage::supervision::{FeedHealth, Gap, GapReason, Progress};
use crate::storage::{CollectionId, StorageError};

/// How far a key of the Free tier looks back.
const FREE_PAST: TimeDelta = TimeDelta::days(1);
/// By how much the clocks of the service and of this machine may differ.
const SKEW: TimeDelta = TimeDelta::hours(1);
/// By how much times of one service may differ, which is more than one machine.
const JITTER: TimeDelta = TimeDelta::minutes(1);
/// A clock of this machine that is behind the service by more is not to be believed.
const ABSURD: TimeDelta = TimeDelta::days(1);
/// How often a window is tried again that cannot be read whole, before that is said to be a gap.
pub(super) const PATIENCE: u32 = 2;

/// Polls one feed into one collection.
#[derive(Debug)]
pub struct Poller {
    pub(super) client: Client,
    reader: Reader,
    collection: CollectionId,
    minting: Minting,
    ingest: Ingest,
    clock: Clock,
    /// What tells the key from others.
    key: Option<u64>,
    /// The STIX endpoint has refused the key; said once.
    list_only: bool,
    /// The key is one of the Free tier.
    free: bool,
    /// The service was asked for that.
    knows_tier: bool,
    /// Whether the service minds the end of a window, once that is known.
    pub(super) ends: Option<bool>,
    /// How often in a row a poll has missed records.
    misses: u32,
    /// What is read of the past, and how.
    pub(super) past: Past,
    /// The last time that the service told.
    heard: Option<DateTime<Utc>>,
    /// How polling goes, once the store was asked.
    health: Option<FeedHealth>,
    /// When all up to then was last read, by the time that passes, whatever the clock is set to.
    succeeded: Option<Duration>,
}

impl Poller {
    /// A poller of the feed into the collection.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(
        settings: FeedSettings,
        collection: CollectionId,
        ingest: Ingest,
        clock: Clock,
    ) -> Result<Self, Failure> {
        let minting = settings.minting();
        let minting = minting.map_err(|error| Failure::Shape { message: error.to_string() })?;
        let reader = Reader::new(&settings.name).with_sector(settings.industry.as_deref());
        let reader = reader.with_longest(ingest.max_object_bytes());
        let client = Client::new(settings, clock.clone())?;
        Ok(Self {
            client,
            reader,
            collection,
            minting,
            ingest,
            clock,
            key: None,
            list_only: false,
            free: false,
            knows_tier: false,
            ends: None,
            misses: 0,
            past: Past::default(),
            heard: None,
            health: None,
            succeeded: None,
        })
    }

    /// The settings.
    pub fn settings(&self) -> &FeedSettings {
        self.client.settings()
    }

    /// The time.
    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Polls once: everything up to now.
    ///
    /// # Errors
    /// What was stored until then stays, and the next poll asks for the rest again.
    pub async fn poll(&mut self) -> Result<Polled, PollError> {
        self.recall().await?;
        self.meet_key();
        let mut polled = Polled::default();
        let ended = self.read_on(&mut polled).await.map(|()| polled);
        self.remember(&ended).await;
        ended
    }

    /// Forgets what was found out about another key.
    fn meet_key(&mut self) {
        let Ok(key) = self.settings().api_key() else { return };
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        if self.key.replace(hasher.finish()).is_some_and(|before| before != hasher.finish()) {
            (self.list_only, self.free, self.knows_tier) = (false, false, false);
        }
    }

    async fn read_on(&mut self, polled: &mut Polled) -> Result<(), PollError> {
        match self.progress().await? {
            Some(progress) => self.catch_up(progress, polled).await,
            None => {
                let feed = &self.settings().name;
                if self.ingest.storage().feed_progress(feed).await?.is_some() {
                    tracing::warn!(feed, "the settings ask for other records than before; all is read anew");
                }
                match self.begin(polled).await? {
                    Some(progress) => self.catch_up(progress, polled).await,
                    None => Ok(()),
                }
            }
        }
    }

    /// How far the feed has been read, if the same was asked then: what another question has left out lies before the place.
    pub(super) async fn progress(&self) -> Result<Option<Progress>, StorageError> {
        let (storage, settings) = (self.ingest.storage(), self.settings());
        let asked = storage.feed_question(&settings.name).await?;
        match asked.is_some_and(|asked| asked != settings.question()) {
            true => Ok(None),
            false => {
                Ok(storage.feed_progress(&settings.name).await?.filter(|progress| self.can_be(progress)))
            }
        }
    }

    /// Whether a stored progress can be that of a service. Another one would come from an answer with an absurd time.
    fn can_be(&self, progress: &Progress) -> bool {
        let Progress { began, place, covered_from } = *progress;
        let can_be = [began, place].into_iter().all(|time| loose_time::of_service(time).is_some())
            && loose_time::is_ordinary(covered_from);
        if !can_be {
            let feed = &self.settings().name;
            tracing::warn!(feed, %place, "ignored the stored position: it is no time of a service");
        }
        can_be
    }

    /// The first poll: asks for all that is wanted, which mostly can be had at once. If not, the past begins shortly
    /// before now, and the rest of the poll is given back as what is to be caught up with.
    async fn begin(&mut self, polled: &mut Polled) -> Result<Option<Progress>, PollError> {
        let wanted = self.settings().backfill.is_some();
        let since =
            wanted.then(|| self.settings().past_until(self.clock.now()).checked_sub_signed(SKEW)).flatten();
        let mut walk = self.begin_from(since).await?;
        let mut now = self.hear(&walk)?;
        if since.is_some_and(|since| since > self.settings().past_until(now)) {
            // The clock is ahead of the service: not all was asked for that is wanted.
            walk = self.begin_from(self.settings().past_until(now).checked_sub_signed(SKEW)).await?;
            now = self.hear(&walk)?;
        }
        let target = self.settings().past_until(now);
        if !walk.is_whole() {
            let place = self.bounded(now) - self.overlap();
            let progress = Progress { began: now, covered_from: place, place };
            self.commit(polled, Some(progress), Vec::new(), walk.records).await?;
            return Ok(Some(progress));
        }
        let reached = self.look_back(&walk, target).await?;
        let reached = reached.filter(|reached| wanted && *reached > target + JITTER);
        let gaps = reached.map(|until| self.gap(target, until, GapReason::LookBack));
        let place = self.bounded(now);
        let progress = Progress { began: now, covered_from: target.min(place), place };
        self.commit(polled, Some(progress), gaps.into_iter().collect(), walk.records).await?;
        polled.complete = true;
        Ok(None)
    }

    /// Reads all since a time.
    async fn begin_from(&mut self, since: Option<DateTime<Utc>>) -> Result<Walk, PollError> {
        let window = Window::open(since);
        match self.bundles(window).await? {
            Some(walk) if walk.is_whole() && self.settings().endpoint == Endpoint::Stix => Ok(walk),
            bundles => match self.begin_list(window).await {
                Ok(walk) => Ok(walk.with(bundles)),
                Err(failure) => Ok(self.only_bundles(window, bundles, failure).await?),
            },
        }
    }

    /// Reads the list, by parts if its rows do not hold still, but not if there are too many for one go.
    async fn begin_list(&mut self, window: Window) -> Result<Walk, Failure> {
        let ask = window.ask(self.settings().page);
        let walk = match walk::list(&self.client, &ask, true).await {
            // Not in one go: what is to be read is then cut.
            Err(Failure::TooManyRecords { server_time, .. }) => {
                return Ok(Walk { outcome: Outcome::TooMuch, server_time, ..Walk::default() });
            }
            walk => walk?,
        };
        match walk.outcome {
            Outcome::Unsteady => walk::list_in_parts(&self.client, &ask, walk).await,
            Outcome::Whole | Outcome::TooMuch | Outcome::Open => Ok(walk),
        }
    }

    /// Reads from the place to now, as many windows as that takes.
    async fn catch_up(&mut self, mut progress: Progress, polled: &mut Polled) -> Result<(), PollError> {
        let mut since = progress.place - self.overlap();
        let mut bundles = self.bundles(Window::open(Some(since))).await?;
        loop {
            let Stretch { window, walk } = self.next(Window::open(Some(since)), bundles.take()).await?;
            let now = self.hear(&walk)?;
            if let Some(back) = self.gone_back(&progress, now) {
                since = back - self.overlap();
                progress =
                    Progress { covered_from: progress.covered_from.min(back), place: back, ..progress };
                continue;
            }
            let whole = walk.is_whole();
            if !whole && self.misses < PATIENCE {
                self.misses += 1;
                self.commit(polled, None, Vec::new(), walk.records).await?;
                return Ok(());
            }
            self.misses = 0;
            let reached = self.look_back(&walk, since).await?;
            let reached = reached.filter(|reached| *reached > since + JITTER);
            let end = window.until.map_or(now, |until| until.min(now)).max(reached.unwrap_or(since));
            // From where this poll has asked, not from the place: what came late since the last poll lies before that.
            let lost = reached.map(|reached| self.gap(since, reached, GapReason::LookBack));
            let missed = (!whole).then(|| self.gap(since, end, GapReason::Overflow));
            let gaps = lost.into_iter().chain(missed).collect();
            progress.place = progress.place.max(self.bounded(end));
            self.commit(polled, Some(progress), gaps, walk.records).await?;
            if window.until.is_none() {
                polled.complete = true;
                return Ok(());
            }
            since = end;
        }
    }

    /// Reads what comes next: by the bundle if that is enough, else by the list, else by bundles in parts.
    async fn next(&mut self, window: Window, bundles: Option<Walk>) -> Result<Stretch, Failure> {
        match bundles {
            Some(walk) if walk.is_whole() && self.settings().endpoint == Endpoint::Stix => {
                Ok(Stretch { window, walk })
            }
            bundles => match self.stretch(&self.client.clone(), window, End::Oldest).await {
                Ok(Stretch { window, walk }) => Ok(Stretch { window, walk: walk.with(bundles) }),
                Err(failure) => {
                    let walk = self.only_bundles(window, bundles, failure).await?;
                    Ok(Stretch { window, walk })
                }
            },
        }
    }

    /// What the bundles tell, if need be in parts, where no more is wanted and the list refuses to fill what they cut off.
    async fn only_bundles(
        &self,
        window: Window,
        bundles: Option<Walk>,
        failure: Failure,
    ) -> Result<Walk, Failure> {
        let only_stix = self.settings().endpoint == Endpoint::Stix;
        match bundles.filter(|_| only_stix && failure.is_final()) {
            Some(cut) => walk::stix_in_parts(&self.client, &window.ask(self.settings().page), cut).await,
            None => Err(failure),
        }
    }

    /// Takes note of what an answer tells of the service; its time is given back.
    pub(super) fn hear(&mut self, walk: &Walk) -> Result<DateTime<Utc>, Failure> {
        self.free |= walk.free;
        self.heard = walk.server_time.or(self.heard);
        // An answer without any time cannot be placed.
        walk.server_time.ok_or_else(|| Failure::Shape {
            message: "neither the header `Date` nor a record says what time it is".to_owned(),
        })
    }

    /// Asks the STIX endpoint, where the settings name it and the key allows it.
    async fn bundles(&mut self, window: Window) -> Result<Option<Walk>, Failure> {
        if !self.settings().wants_bundles() || self.list_only {
            return Ok(None);
        }
        match walk::stix(&self.client, &window.ask(self.settings().page)).await {
            Ok(walk) => Ok(Some(walk)),
            Err(Failure::Forbidden { code }) if self.settings().endpoint == Endpoint::Auto => {
                let feed = &self.settings().name;
                let code = one_line(&code);
                tracing::warn!(
                    feed,
                    status = 403,
                    code,
                    "the STIX endpoint refused the key: polling the list only"
                );
                (self.list_only, self.free) = (true, true);
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }

    /// The place to go back to when the clock of the service is behind it: what has come since the last poll may be dated
    /// before the place.
    fn gone_back(&self, progress: &Progress, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if now + JITTER >= progress.place {
            return None;
        }
        let since_then = self.since_success();
        let back = now.checked_sub_signed(since_then).unwrap_or(now);
        let (feed, place) = (&self.settings().name, loose_time::write(progress.place));
        tracing::warn!(feed, "the clock of the service went back: it is {now} there, and was {place}");
        Some(back)
    }

    /// The time since all up to then was last read. After a restart the clock may have been set meanwhile, so that a day is the
    /// least.
    fn since_success(&self) -> TimeDelta {
        let passed = self.succeeded.map(|succeeded| self.clock.steady().saturating_sub(succeeded));
        let passed = passed.and_then(|passed| TimeDelta::from_std(passed).ok());
        let last = self.health.as_ref().and_then(|health| health.last_success);
        let noted = || last.map_or(SKEW, |last| self.clock.now().signed_duration_since(last).max(ABSURD));
        passed.unwrap_or_else(noted)
    }

    /// Where the look-back of the service begins, of which something since then was asked. One that does not say so is
    /// taken at its documentation's word.
    pub(super) async fn look_back(
        &mut self,
        walk: &Walk,
        since: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, Failure> {
        let (None, Some(now)) = (walk.clamped_to, walk.server_time) else { return Ok(walk.clamped_to) };
        let short = self.settings().page <= walk::FREE_PAGE;
        if short && !self.knows_tier && now - since > FREE_PAST {
            // Pages this short are the same for all tiers.
            self.free |= walk::asks_freely(&self.client, now).await?;
            self.knows_tier = true;
        }
        Ok(now.checked_sub_signed(if self.free { FREE_PAST } else { WHOLE_PAST }))
    }

    /// A gap, said in the log.
    pub(super) fn gap(&self, from: DateTime<Utc>, until: DateTime<Utc>, reason: GapReason) -> Gap {
        let feed = &self.settings().name;
        let why = reason.in_words();
        let (start, end) = (loose_time::write(from), loose_time::write(until));
        tracing::warn!(feed, "records between {start} and {end} are out of reach: {why}");
        Gap { from, until, reason, found: self.clock.now() }
    }

    /// The place is in the time of the service. Should its clock be fast, the place would pass by what comes once it is put
    /// right; so the place is not later than it is here, if that can be believed. If it cannot, the place is as much earlier
    /// as the clock of a service may be fast.
    fn bounded(&self, time: DateTime<Utc>) -> DateTime<Utc> {
        let here = self.clock.now();
        let behind = time.signed_duration_since(here);
        if (-SKEW..=ABSURD).contains(&behind) {
            return time.min(here);
        }
        time.checked_sub_signed(SKEW).unwrap_or(time)
    }

    fn overlap(&self) -> TimeDelta {
        // A setting of millennia is all there is.
        TimeDelta::from_std(self.settings().overlap).unwrap_or(WHOLE_PAST).min(WHOLE_PAST)
    }

    /// Stores records together with what is covered by them.
    pub(super) async fn commit(
        &mut self,
        polled: &mut Polled,
        progress: Option<Progress>,
        gaps: Vec<Gap>,
        records: Records,
    ) -> Result<(), StorageError> {
        polled.gaps += gaps.len();
        let mut present = self.clock.now();
        if let Some(told) = self.heard {
            self.ingest.confirm_time(told).await?;
            let known = self.ingest.storage().known_time().await?;
            present = trust::present(present, known, told);
        }
        let batch = FeedBatch {
            feed: self.settings().name.clone(),
            collection: self.collection,
            question: progress.is_some().then(|| self.settings().question()),
            progress,
            gaps,
            arrivals: self.arrivals(records, present).await,
            released: Vec::new(),
        };
        polled.ingested += self.ingest.feed(&self.minting, batch).await?;
        Ok(())
    }

    async fn arrivals(&self, records: Records, present: DateTime<Utc>) -> Vec<Arrival> {
        let latest = Timestamp::from_millis(present.checked_add_signed(FUTURE).unwrap_or(present));
        let reader = self.reader.clone();
        let only_fills = self.settings().endpoint == Endpoint::Stix;
        off_worker::run(move || {
            let bundles = records.bundles.iter().flat_map(|contents| reader.objects(contents, &latest));
            let mut arrivals: Vec<_> = bundles.collect();
            let told: HashSet<_> = arrivals.iter().filter_map(Arrival::subject).cloned().collect();
            // Where the list is asked only for what the bundles may have cut off, what they tell is not published in another
            // way, according to how an answer came.
            let is_told = |row: &[Arrival]| {
                only_fills && row.iter().any(|it| it.subject().is_some_and(|about| told.contains(about)))
            };
            let rows = records.rows.iter().map(|row| reader.row(row, &latest));
            arrivals.extend(rows.filter(|row| !is_told(row)).flatten());
            arrivals
        })
        .await
    }

    /// Goes on from what the store knows of the health of the feed.
    pub(super) async fn recall(&mut self) -> Result<(), StorageError> {
        if self.health.is_none() {
            let known = self.ingest.storage().feed_health(&self.settings().name).await?.unwrap_or_default();
            self.client.budget().resume(known.spent, known.quota);
            self.health = Some(known);
        }
        Ok(())
    }

    /// Notes how the poll went.
    async fn remember(&mut self, ended: &Result<Polled, PollError>) {
        let complete = ended.as_ref().is_ok_and(|polled| polled.complete);
        if complete {
            self.succeeded = Some(self.clock.steady());
        }
        self.note(|health, now| {
            health.last_attempt = now;
            health.failure = match ended {
                Ok(polled) if polled.complete => None,
                Ok(_) => Some("the service cut its answers".to_owned()),
                // Not every database takes text with a zero.
                Err(error) => Some(error.to_string().replace('\0', "")),
            };
            if complete {
                health.last_success = Some(now);
            }
            if ended.as_ref().is_ok_and(|polled| polled.ingested.has_news()) {
                health.last_news = Some(now);
            }
        })
        .await;
    }

    /// Changes what is noted of the health of the feed. That this fails costs nothing but the note.
    pub(super) async fn note(&mut self, change: impl FnOnce(&mut FeedHealth, DateTime<Utc>)) {
        let mut health = self.health.take().unwrap_or_default();
        change(&mut health, self.clock.now());
        health.server_time = self.heard.or(health.server_time);
        (health.quota, health.spent) = {
            let budget = self.client.budget();
            (budget.told(), budget.spent())
        };
        if self.ingest.rehearsal().is_none()
            && let Err(error) = self.ingest.storage().write_feed_health(&self.settings().name, &health).await
        {
            tracing::debug!(error = &error as &dyn std::error::Error, "the health of a feed is not stored");
        }
        self.health = Some(health);
    }
}
