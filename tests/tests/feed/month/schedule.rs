//! What happens in a month, drawn from a seed: at the service, between it and the bridge, and to the bridge.

use std::time::Duration;

use chrono::TimeDelta;
use socdefenders_standin::{Fault, Frame, Ids, Keys, Order, RateLimit, RequestLog, Shape};
use taxii_server::clock::Clock;
use taxii_server::feed::{PollError, Polled, Poller};
use taxii_server::ingest::Tended;

use super::bridge::{Bridge, Feed};
use super::chance;
use super::dice::Dice;
use super::ledger::Ledger;
use super::upstream::Upstream;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A month that goes by.
pub(super) struct Month {
    pub(super) dice: Dice,
    /// The clock of the bridge, which may be wrong.
    pub(super) clock: Clock,
    /// The time as it is.
    time: Clock,
    pub(super) upstream: Upstream,
    pub(super) bridge: Bridge,
    pub(super) ledger: Ledger,
    /// What happened, a line for each poll and each request.
    pub(super) trace: Vec<String>,
}

/// How a poll ended, if the program has not died in it.
type Ended = Option<Result<Polled, PollError>>;

impl Month {
    pub(super) async fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let shape = dice.one(&[Shape::Seed, Shape::Full, Shape::Full]);
        let settings = chance::service(&mut dice).with_seed(seed);
        let ids = dice.one(&[Ids::Stable, Ids::PerRequest, Ids::Malformed]);
        let valid_stix = ids == Ids::Stable && seed.is_multiple_of(2);
        let settings = if valid_stix { settings.with_frame(Frame::Bundle) } else { settings };
        let time = Clock::manual("2026-01-31T12:00:00Z".parse().unwrap());
        let clock = Clock::manual(time.now());
        let upstream = Upstream::start(settings, ids, shape, valid_stix).await;
        upstream.set_clock(clock.now());
        let bridge = Bridge::new(Feed::drawn(&mut dice), &upstream.standin, clock.clone()).await;
        let (ledger, trace) = (Ledger::default(), Vec::new());
        Self { dice, clock, time, upstream, bridge, ledger, trace }
    }

    /// Lets the month go by, and after it some hours in which nothing goes wrong.
    pub(super) async fn pass(&mut self) {
        for _ in 0..20 {
            self.upstream.arrive(&mut self.dice, self.time.now());
        }
        let mut passed = Duration::ZERO;
        while passed < DAY * 30 {
            // Mostly hours, and now and then an outage of days.
            let hours =
                if self.dice.once_in(20) { 30 + self.dice.below(40) } else { 2 + self.dice.below(14) };
            passed += self.let_pass(hours);
            self.misbehave().await;
            for feed in self.dice.shuffled((0..self.bridge.feeds.len()).collect()) {
                if !self.dice.once_in(4) {
                    self.poll(feed).await;
                }
            }
            let tended = self.bridge.tend().await;
            let Tended { followed: _, expired, forgotten, pruned, trimmed, gaps, paused } = tended;
            assert_eq!(
                (expired, forgotten, pruned, trimmed, gaps),
                (0, 0, 0, 0, 0),
                "a month deletes nothing"
            );
            self.trace.push(format!("maintenance, paused: {paused}"));
            if self.dice.once_in(6) {
                self.bridge.start();
            }
        }
        self.calm_down().await;
    }

    /// Lets ten days go by in which nothing goes wrong, and the feeds are polled in an order that is drawn from another seed,
    /// some of them twice.
    pub(super) async fn pass_quietly(&mut self, order: u64) {
        let mut order = Dice::new(order);
        self.upstream.ids = Ids::Stable;
        self.upstream.standin.reconfigure(|settings| {
            settings
                .with_ids(Ids::Stable)
                .with_order(Order::NewestFirst)
                .with_rate_limit(RateLimit::default())
        });
        for _ in 0..20 {
            self.let_pass(12);
            let feeds =
                (0..self.bridge.feeds.len()).flat_map(|feed| vec![feed; 1 + order.below(2)]).collect();
            for feed in order.shuffled(feeds) {
                let mut poller = self.bridge.take(feed);
                assert!(poller.poll().await.unwrap().complete);
                while poller.backfill().await.unwrap().is_some() {}
                self.bridge.give_back(feed, poller);
            }
        }
    }

    /// So many hours, in which rows come and change.
    fn let_pass(&mut self, hours: usize) -> Duration {
        let mut passed = Duration::ZERO;
        for _ in 0..hours.div_ceil(4) {
            let slice = HOUR * 4 - Duration::from_secs(self.dice.below(600) as u64);
            self.advance(slice);
            passed += slice;
            for _ in 0..self.dice.below(6) {
                self.upstream.happen(&mut self.dice, self.time.now());
            }
        }
        passed
    }

    fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.time.advance(by);
        self.upstream.set_clock(self.time.now());
    }

    /// Lets something go wrong with the next requests.
    async fn misbehave(&mut self) {
        let Self { dice, upstream, bridge, .. } = self;
        upstream.standin.clear_faults();
        bridge.write_keys(&upstream.standin);
        if dice.once_in(10) {
            upstream.skew = TimeDelta::minutes(dice.one(&[-60, 0, 60]));
            upstream.set_clock(self.time.now());
        }
        if dice.once_in(8) {
            let wrong = chance::clock_fault(dice);
            self.clock.set(self.time.now() + wrong);
            self.trace.push(format!("the clock of the bridge is wrong by {wrong}"));
        }
        for _ in 0..dice.one(&[0, 0, 1, 2, 3]) {
            // Some requests go well before that.
            (0..dice.below(4)).for_each(|_| upstream.standin.inject(Fault::Delay(Duration::ZERO)));
            match chance::fault(dice) {
                // By a clock that is fast they would be seen in the future, which they may not be.
                Fault::MovingRows(_) if upstream.skew > TimeDelta::zero() => {}
                fault => upstream.standin.inject(fault),
            }
        }
        if dice.once_in(15) {
            let keys = Keys::from_seed(dice.below(1000) as u64);
            upstream.standin.reconfigure(|settings| settings.with_keys(keys));
            bridge.write_keys(&upstream.standin);
        }
    }

    /// A poll of a feed, and what can be had of the past; the program may die in it, and is started again, or the disk is full
    /// until the poll has ended.
    async fn poll(&mut self, feed: usize) {
        let doomed = self.dice.once_in(12);
        let full = !doomed && self.dice.once_in(10);
        if doomed {
            self.bridge.doom(&mut self.dice).await;
        }
        if full {
            self.bridge.fill_disk(&mut self.dice).await;
        }
        let mut poller = self.bridge.take(feed);
        let lives = self.poll_with(feed, &mut poller).await && !doomed;
        if doomed {
            self.trace.push("killed in a transaction, if there was one".to_owned());
            self.bridge.spare().await;
        }
        if full {
            self.trace.push("the disk had little room".to_owned());
            self.bridge.make_room();
        }
        if lives {
            self.bridge.give_back(feed, poller);
        } else {
            self.bridge.start();
        }
        self.upstream.standin.release();
    }

    /// Whether the program lives on.
    async fn poll_with(&mut self, feed: usize, poller: &mut Poller) -> bool {
        let began = self.upstream.events;
        let Some(polled) = self.attend(feed, poller, false).await else { return false };
        self.upstream.note_moves();
        if let Ok(polled) = polled {
            if polled.complete {
                self.note(feed, began).await;
            }
            loop {
                match self.attend(feed, poller, true).await {
                    None => return false,
                    Some(Ok(polled)) if polled == Polled::default() => break,
                    Some(Ok(_)) => {}
                    Some(Err(_)) => break,
                }
            }
            self.upstream.note_moves();
        }
        true
    }

    /// Waits for the end of a poll, or of a window of the past; meanwhile answers may be held. What is held goes on later,
    /// after something has happened at the service or another feed was polled, or not at all: then the request is given up
    /// after a time, or the program dies in the midst of it.
    async fn attend(&mut self, feed: usize, poller: &mut Poller, past: bool) -> Ended {
        let polling = async {
            if past { Ok(poller.backfill().await?.unwrap_or_default()) } else { poller.poll().await }
        };
        let mut polling = std::pin::pin!(polling);
        loop {
            tokio::select! {
                biased;
                ended = &mut polling => {
                    self.write(feed, if past { "past" } else { "present" }, &ended).await;
                    return Some(ended);
                }
                () = self.upstream.standin.held() => {}
            }
            let meanwhile = self.dice.below(5);
            self.trace.push(format!("held, then {meanwhile}"));
            match meanwhile {
                0 => return None,
                1 => Bridge::time_out().await,
                2 => self.upstream.happen(&mut self.dice, self.time.now()),
                3 => self.poll_another(feed).await,
                _ => {}
            }
            self.upstream.standin.release();
        }
    }

    /// Polls another feed meanwhile; nothing goes wrong with that.
    async fn poll_another(&mut self, feed: usize) {
        let other = (feed + 1) % self.bridge.feeds.len();
        self.upstream.standin.clear_faults();
        let began = self.upstream.events;
        let mut poller = self.bridge.take(other);
        let polled = poller.poll().await;
        self.write(other, "meanwhile", &polled).await;
        self.bridge.give_back(other, poller);
        if polled.is_ok_and(|polled| polled.complete) {
            self.note(other, began).await;
        }
    }

    /// Writes down a poll, after the requests before its end.
    async fn write(&mut self, feed: usize, what: &str, ended: &Result<Polled, PollError>) {
        for request in self.upstream.standin.requests() {
            let RequestLog { path, query, key, status, rows, .. } = request;
            self.trace.push(format!("    {path} {query}: {key:?} {status}, {rows} rows"));
        }
        self.upstream.standin.clear_requests();
        let (now, skew, name) = (self.time.now(), self.upstream.skew, self.bridge.feeds[feed].name);
        let progress = self.bridge.storage.feed_progress(name).await.unwrap();
        let place = progress.map(|progress| (progress.covered_from.to_string(), progress.place.to_string()));
        self.trace.push(format!("{now} {skew} {name}, {what}: {ended:?}, {place:?}"));
    }

    /// Notes what a complete poll must have heard.
    async fn note(&mut self, feed: usize, began: usize) {
        let name = self.bridge.feeds[feed].name;
        let progress = self.bridge.storage.feed_progress(name).await.unwrap().unwrap();
        let here = self.time.now().max(self.clock.now());
        assert!(progress.place <= here, "the place of `{name}` is in the future");
        self.ledger.note(feed, &self.bridge.feeds[feed], &self.upstream, began, &progress);
    }

    /// Everything is put right, and all that is within reach is read.
    async fn calm_down(&mut self) {
        self.clock.set(self.time.now());
        self.upstream.skew = TimeDelta::zero();
        self.upstream.standin.clear_faults();
        self.upstream.standin.reconfigure(|settings| settings.with_rate_limit(RateLimit::default()));
        self.bridge.write_keys(&self.upstream.standin);
        // What the limits were is known until they are lifted, at midnight at the latest.
        for _ in 0..30 {
            self.advance(HOUR);
            if self.read_all(false).await {
                break;
            }
        }
        self.advance(HOUR);
        assert!(self.read_all(true).await, "after a calm day the feeds are still not read");
    }

    /// Polls all feeds, and reads their past; the answer is whether all of that was complete. The last time what came of
    /// each record is counted.
    async fn read_all(&mut self, last: bool) -> bool {
        let mut complete = true;
        for feed in 0..self.bridge.feeds.len() {
            let began = self.upstream.events;
            self.upstream.standin.clear_requests();
            let mut poller = self.bridge.take(feed);
            let polled = poller.poll().await;
            let asked = self.upstream.standin.requests();
            self.write(feed, "in calm", &polled).await;
            if let (Ok(polled), true) = (&polled, last) {
                self.ledger.count(&self.bridge.feeds[feed], &self.upstream, &asked, &polled.ingested);
            }
            complete &= polled.is_ok_and(|polled| polled.complete);
            let past = loop {
                match poller.backfill().await {
                    Ok(Some(_)) => {}
                    ended => break ended,
                }
            };
            complete &= past.is_ok();
            self.bridge.give_back(feed, poller);
            if complete {
                self.note(feed, began).await;
            }
        }
        complete
    }
}
