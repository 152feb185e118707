//! The known ways in which pollers of feeds lose data, numbered, with a test for each that we do not.

use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use socdefenders_standin::{Defect, Fault, Ioc, KeyTier, Keys, LookBack, Order, RateLimit, Settings, Shape};
use taxii_server::feed::{Endpoint, FeedSettings};
use taxii_server::feed_status::{FeedState, FeedStatus};
use taxii_server::storage::supervision::GapReason;

use crate::world::{FEED, World};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// So many IOCs of the last month, all of them in reach, as the longer of the two shapes.
fn month(iocs: usize) -> Settings {
    Settings::new()
        .with_iocs(iocs)
        .with_spread(DAY * 30)
        .with_look_back(LookBack::UNBOUNDED)
        .with_shape(Shape::Full)
}

/// Small pages, so that little is much.
fn in_small_pages(settings: FeedSettings) -> FeedSettings {
    let mut settings = settings;
    settings.page = 100;
    settings
}

#[tokio::test]
async fn loss_1_a_cursor_that_moves_although_the_fetch_failed() {
    let world = World::new(month(200)).await;
    let settings = in_small_pages(world.settings(Endpoint::List, &world.standin.pro_key()));
    let mut poller = world.poller(&settings);
    poller.poll().await.unwrap();
    let before = world.progress().await;
    // So many that they are read in several windows, and the third request fails.
    for _ in 0..30 {
        world.advance(MINUTE * 10);
        world.standin.add(100);
    }
    world.standin.inject(Fault::Delay(Duration::ZERO));
    world.standin.inject(Fault::Delay(Duration::ZERO));
    world.standin.inject(Fault::CutConnection);
    poller.poll().await.unwrap_err();
    let during = world.progress().await;
    let missing = world.missing().await;
    assert!(!missing.is_empty() && during.place >= before.place);
    for (value, updated) in &missing {
        assert!(*updated > during.place, "`{value}` of {updated} lies before the place {}", during.place);
    }
}

#[tokio::test]
async fn loss_1_after_failures_everything_is_read() {
    let world = World::new(month(200)).await;
    let settings = in_small_pages(world.settings(Endpoint::List, &world.standin.pro_key()));
    world.poller(&settings).poll().await.unwrap();
    for round in 0..12 {
        world.advance(HOUR);
        world.standin.add(400);
        (0..round % 4).for_each(|_| world.standin.inject(Fault::Delay(Duration::ZERO)));
        world.standin.inject(if round % 2 == 0 { Fault::Truncated } else { Fault::Status(500) });
        // The process may be a new one at any time.
        let _ = world.poller(&settings).poll().await;
        world.standin.clear_faults();
    }
    assert!(world.poller(&settings).poll().await.unwrap().complete);
    world.assert_nothing_is_missing().await;
    assert_eq!(world.gaps().await, []);
}

/// Whether something comes to an end before it has waited so many times; if not, it is given up.
async fn ends_within<T>(mut waits: usize, future: impl Future<Output = T>) -> bool {
    let mut future = std::pin::pin!(future);
    let ends = std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending if waits == 0 => Poll::Ready(false),
        Poll::Pending => {
            waits -= 1;
            Poll::Pending
        }
    });
    ends.await
}

/// A poll that is given up, wherever it waits, has stored its records with its place, or neither.
#[tokio::test]
async fn loss_1_a_poll_that_is_given_up_anywhere() {
    let world = World::new(month(20)).await;
    let settings = world.settings(Endpoint::Auto, &world.standin.pro_key());
    world.poller(&settings).poll().await.unwrap();
    let step = if std::env::var_os("TESTS_LONG").is_some() { 1 } else { 5 };
    let mut ended = 0;
    for waits in (0..).step_by(step) {
        world.advance(MINUTE);
        world.arrive(3);
        let before = world.progress().await.place;
        ended += usize::from(ends_within(waits, world.poller(&settings).poll()).await);
        // What the database was at is over when it takes the next write.
        world.storage.register_collections(&[world.collection]).await.unwrap();
        let missing = world.missing().await.len();
        let expected = if world.progress().await.place > before { 0 } else { 3 };
        assert_eq!(missing, expected, "given up after it had waited {waits} times");
        world.poller(&settings).poll().await.unwrap();
        world.assert_nothing_is_missing().await;
        if ended > 3 {
            break;
        }
    }
}

#[tokio::test]
async fn loss_2_a_backfill_that_starts_again_and_keeps_the_limit_tripped() {
    let limit = 20;
    let rate = RateLimit::new(limit, MINUTE);
    let world = World::new(month(6000).with_rate_limit(rate)).await;
    let mut settings = in_small_pages(world.settings(Endpoint::List, &world.standin.pro_key()));
    settings.backfill = Some(DAY * 40);
    assert!(world.poller(&settings).poll().await.unwrap().complete, "the present does not wait");
    let mut reached = world.progress().await.covered_from;
    assert!(!world.missing().await.is_empty());
    world.advance(MINUTE);
    world.standin.clear_requests();
    let (mut minutes, mut asked) = (0, 0);
    while world.progress().await.covered_from > settings.past_until(world.progress().await.began) {
        // A new process every minute, which is stopped by the limit.
        let mut poller = world.poller(&settings);
        while let Ok(Some(_)) = poller.backfill().await {}
        let covered_from = world.progress().await.covered_from;
        assert!(covered_from <= reached, "what was read is not read again");
        reached = covered_from;
        let requests = world.standin.requests();
        assert!(requests.iter().all(|request| request.status == 200), "no request is refused");
        assert!(requests.len() <= limit as usize / 2, "{} requests in a minute", requests.len());
        (minutes, asked) = (minutes + 1, asked + requests.len());
        world.standin.clear_requests();
        world.advance(MINUTE);
        assert!(minutes < 100, "it takes {minutes} minutes to come to {reached}");
    }
    world.assert_nothing_is_missing().await;
    assert_eq!(world.gaps().await, []);
    println!("{asked} requests in {minutes} minutes");
}

/// A key that is replaced in the middle costs nothing but the time until it is noticed.
#[tokio::test]
async fn loss_2_a_key_that_changes_in_the_middle_of_a_backfill() {
    let world = World::new(month(4000)).await;
    let settings = in_small_pages(world.settings(Endpoint::List, &world.standin.pro_key()));
    let mut poller = world.poller(&settings);
    poller.poll().await.unwrap();
    poller.backfill().await.unwrap();
    world.standin.reconfigure(|settings| settings.with_keys(Keys::from_seed(77)));
    let before = world.progress().await;
    poller.backfill().await.unwrap_err();
    assert_eq!(world.progress().await, before);
    world.write_key(&world.standin.pro_key());
    world.read_past(&mut poller).await;
    world.assert_nothing_is_missing().await;
    assert_eq!(world.standin.requests().last().unwrap().key, KeyTier::Pro);
}

/// A row comes that was changed so many minutes ago; the answer is when.
fn arrive_late(world: &World, minutes: u8) -> DateTime<Utc> {
    let mut row = world.standin.rows()[0].clone();
    row.value = format!("late-{minutes}.example.com");
    row.ioc_type = "domain".parse().unwrap();
    row.id = uuid::Uuid::from_u128(0x0123_4567_89ab_4def_8123_4567_89ab_0000 + u128::from(minutes));
    row.updated = world.standin.now() - TimeDelta::minutes(minutes.into());
    row.mitre_techniques.clear();
    world.standin.insert(row.clone());
    row.updated
}

#[tokio::test]
async fn loss_3_late_arrivals() {
    let world = World::new(month(50)).await;
    let mut poller = world.poller(&world.settings(Endpoint::List, &world.standin.pro_key()));
    poller.poll().await.unwrap();
    for late in [1, 5, 9] {
        world.advance(MINUTE * 5);
        poller.poll().await.unwrap();
        arrive_late(&world, late);
        let polled = poller.poll().await.unwrap().ingested;
        assert_eq!((polled.new, polled.changed), (1, 0), "and nothing twice");
    }
    world.assert_nothing_is_missing().await;
}

#[tokio::test]
async fn loss_3_clocks_that_are_wrong_by_an_hour() {
    for endpoint in [Endpoint::List, Endpoint::Auto] {
        for skews in [[60, 0, -60, 0], [-60, 0, 60, 0], [60, -60, 60, -60], [0, 60, 59, 0]] {
            let mut world = World::new(month(50)).await;
            let mut poller = world.poller(&world.settings(endpoint, &world.standin.pro_key()));
            poller.poll().await.unwrap();
            for skew in skews {
                // Some arrive by the old clock, some by the new one, before anybody looks.
                world.advance(MINUTE * 2);
                world.arrive(5);
                world.skew(TimeDelta::minutes(skew));
                world.advance(MINUTE * 3);
                world.arrive(5);
                for _ in 0..2 {
                    poller.poll().await.unwrap();
                    let place = world.progress().await.place;
                    assert!(place <= world.clock.now(), "the place {place} is in the future");
                    world.advance(MINUTE * 5);
                    world.arrive(5);
                }
            }
            poller.poll().await.unwrap();
            world.assert_nothing_is_missing().await;
        }
    }
}

#[tokio::test]
async fn loss_4_pages_of_unstable_order_while_rows_are_inserted() {
    for order in [Order::NewestFirst, Order::OldestFirst, Order::Shuffled] {
        let world = World::new(month(1500).with_order(order)).await;
        let mut poller = world.poller(&world.settings(Endpoint::List, &world.standin.free_key()));
        for _ in 0..3 {
            let growing = async {
                for index in 0..30 {
                    world.standin.add(1);
                    world.standin.touch(index * 7);
                    tokio::time::sleep(Duration::from_millis(3)).await;
                }
            };
            let (polled, ()) = tokio::join!(poller.poll(), growing);
            polled.unwrap();
            world.advance(MINUTE * 5);
        }
        assert!(poller.poll().await.unwrap().complete, "{order:?}");
        world.read_past(&mut poller).await;
        world.assert_nothing_is_missing().await;
        assert_eq!(world.gaps().await, [], "{order:?}");
    }
}

/// Without `until`, and with more rows than the pages of any question hold, types and confidences are what is left.
#[tokio::test]
async fn loss_4_a_service_that_minds_no_until() {
    let world = World::new(month(3000).with_shape(Shape::Seed)).await;
    let mut poller = world.poller(&in_small_pages(world.settings(Endpoint::List, &world.standin.pro_key())));
    assert!(poller.poll().await.unwrap().complete);
    assert!(!world.missing().await.is_empty());
    world.read_past(&mut poller).await;
    world.assert_nothing_is_missing().await;
    assert_eq!(world.gaps().await, []);
}

/// Rows that come twice are not taken for others that are missing.
#[tokio::test]
async fn loss_4_rows_that_come_twice() {
    for shape in [Shape::Seed, Shape::Full] {
        let world = World::new(month(150).with_shape(shape)).await;
        let settings = in_small_pages(world.settings(Endpoint::List, &world.standin.pro_key()));
        let mut poller = world.poller(&settings);
        poller.poll().await.unwrap();
        world.advance(MINUTE * 20);
        world.standin.add(120);
        for _ in 0..2 {
            world.standin.inject(Fault::RepeatedRows);
        }
        assert!(poller.poll().await.unwrap().complete);
        world.read_past(&mut poller).await;
        world.assert_nothing_is_missing().await;
    }
}

/// A bundle that is cut holds as many records as were asked for, not as many that can be read.
#[tokio::test]
async fn loss_4_a_cut_bundle_of_which_a_record_is_spoiled() {
    for defect in [Defect::NoRecord, Defect::UnknownType] {
        let world = World::new(month(50)).await;
        let mut settings = world.settings(Endpoint::Stix, &world.standin.pro_key());
        let mut poller = world.poller(&settings);
        poller.poll().await.unwrap();
        world.advance(MINUTE * 20);
        let added = world.standin.add(30);
        let odd = added.iter().rev().find(|row| defect.suits(row.ioc_type)).unwrap();
        world.standin.replace(Ioc { defect: Some(defect), ..odd.clone() });
        settings.page = 25;
        assert!(world.poller(&settings).poll().await.unwrap().complete);
        let missing = world.missing().await;
        assert_eq!(missing.len(), 1, "{defect:?}: {missing:?}");
    }
}

/// What cannot be read whole in any way is said to be missing; only then it is passed by.
#[tokio::test]
async fn loss_4_what_stays_cut_is_a_gap() {
    let settings = month(3000).with_shape(Shape::Seed).with_order(Order::Shuffled);
    let world = World::new(settings).await;
    let settings = in_small_pages(world.settings(Endpoint::List, &world.standin.pro_key()));
    let mut poller = world.poller(&settings);
    poller.poll().await.unwrap();
    let began = world.progress().await.began;
    let mut reached = Vec::new();
    while let Some(polled) = poller.backfill().await.unwrap() {
        reached.push((world.progress().await.covered_from, polled.gaps));
    }
    let [gap] = world.gaps().await[..] else { panic!("one gap is expected") };
    assert_eq!((gap.from, gap.reason), (settings.past_until(began), GapReason::Overflow));
    let missing = world.missing().await;
    assert!(missing.iter().all(|(_, updated)| *updated > gap.from && *updated <= gap.until));
    // It was tried again twice before.
    let last = &reached[reached.len() - 3..];
    assert_eq!(last, [(gap.until, 0), (gap.until, 0), (gap.from, 1)]);
}

#[tokio::test]
async fn loss_5_one_bad_record_that_stops_everything() {
    for shape in [Shape::Seed, Shape::Full] {
        let world = World::new(month(50).with_shape(shape)).await;
        let good = world.standin.rows();
        for (number, value) in ["999.1.1.1", "", "\u{0}"].into_iter().enumerate() {
            let mut bad = good[0].clone();
            bad.ioc_type = "ipv4".parse().unwrap();
            bad.value = value.to_owned();
            bad.id = uuid::Uuid::from_u128(0x0123_4567_89ab_4def_8123_4567_89ab_0000 + number as u128);
            world.standin.insert(bad);
        }
        let mut poller = world.poller(&world.settings(Endpoint::List, &world.standin.pro_key()));
        for _ in 0..3 {
            let polled = poller.poll().await.unwrap();
            assert!(polled.complete);
            world.advance(MINUTE);
        }
        let names = world.names().await;
        assert!(good.iter().all(|row| names.contains(&row.value)));
        let missing = world.missing().await;
        assert_eq!(missing.len(), 3, "{missing:?}");
    }
}

#[tokio::test]
async fn loss_6_answers_that_are_no_answers() {
    let elsewhere = World::new(month(1)).await;
    let faults = [
        // Another service means too many requests by this.
        (Fault::Status(402), "too many requests"),
        (Fault::RateLimited { reset_in: HOUR }, "too many requests"),
        (Fault::HtmlPage, "not whole JSON"),
        (Fault::Truncated, "not whole JSON"),
        (Fault::EmptyBody, "not whole JSON"),
        (Fault::CutConnection, "connection failed"),
        (Fault::GzipBomb { mebibytes: 64 }, "longer than"),
        (Fault::Redirect(format!("{}/api/v1/iocs", elsewhere.standin.base_url())), "redirects to"),
        (Fault::SlowDrip { bytes: 1, every: Duration::from_millis(50) }, "no answer in time"),
        (Fault::Delay(Duration::from_secs(30)), "no answer in time"),
    ];
    for endpoint in [Endpoint::List, Endpoint::Stix] {
        for (fault, expected) in &faults {
            let world = World::new(month(50)).await;
            let mut settings = world.settings(endpoint, &world.standin.pro_key());
            // Only what is to be too slow is hurried, since a busy machine is slow by itself.
            let too_slow = expected == &"no answer in time";
            settings.timeout = Duration::from_secs(if too_slow { 1 } else { 30 });
            let mut poller = world.poller(&settings);
            poller.poll().await.unwrap();
            let before = world.progress().await;
            world.advance(MINUTE * 5);
            world.standin.add(5);
            world.standin.inject(fault.clone());
            let error = poller.poll().await.unwrap_err().to_string();
            assert!(error.contains(expected), "{fault:?}: {error}");
            assert_eq!(world.progress().await, before, "{fault:?}");
            // After the limit is over, if there was one.
            world.advance(HOUR);
            assert!(poller.poll().await.unwrap().complete, "{fault:?}");
            world.assert_nothing_is_missing().await;
        }
    }
    assert_eq!(elsewhere.standin.requests(), [], "the key goes nowhere else");
    let world = World::new(month(50)).await;
    world.standin.inject(Fault::WrongContentType);
    let settings = world.settings(Endpoint::List, &world.standin.pro_key());
    assert!(world.poller(&settings).poll().await.unwrap().complete, "what it is called does not matter");
}

/// When the service says that nothing is left, nothing is asked, and so nothing is refused.
#[tokio::test]
async fn loss_6_a_limit_is_kept_to_before_it_is_hit() {
    let world = World::new(month(50).with_rate_limit(RateLimit::new(3, HOUR))).await;
    let settings = world.settings(Endpoint::List, &world.standin.pro_key());
    let mut poller = world.poller(&settings);
    let mut succeeded = 0;
    for round in 0..60 {
        succeeded += usize::from(poller.poll().await.is_ok());
        world.advance(MINUTE * 2);
        if round == 15 {
            // What is left of a limit is known after a new start, too.
            poller = world.poller(&settings);
        }
    }
    let requests = world.standin.requests();
    assert_eq!((succeeded, requests.len()), (6, 6));
    assert!(requests.iter().all(|request| request.status == 200));
}

#[tokio::test]
async fn loss_7_a_feed_that_dies_silently() {
    let world = World::new(month(50)).await;
    let settings = world.settings(Endpoint::List, &world.standin.pro_key());
    let mut poller = world.poller(&settings);
    let status = async || FeedStatus::read(&*world.storage, &settings, world.clock.now()).await.unwrap();
    assert_eq!(status().await.state, FeedState::Waiting);
    poller.poll().await.unwrap();
    assert_eq!(status().await.state, FeedState::Good);
    world.advance(MINUTE * 30);
    world.standin.inject(Fault::Status(500));
    poller.poll().await.unwrap_err();
    let failing = status().await;
    assert_eq!(failing.state, FeedState::Failing);
    assert!(failing.health.failure.unwrap().contains("500"));
    // Nobody polls any more, which nothing but the time shows.
    world.advance(MINUTE * 40);
    let stale = status().await;
    assert_eq!((stale.state, stale.lag()), (FeedState::Stale, Some(TimeDelta::minutes(70))));
    assert_eq!(stale.document()["state"], "stale");
    poller.poll().await.unwrap();
    assert_eq!(status().await.state, FeedState::Good);
}

/// What happened while nobody polled, longer ago than the service looks back, is out of reach: that is said, whether or
/// not the service says it.
#[tokio::test]
async fn what_is_beyond_the_look_back_is_a_gap() {
    for shape in [Shape::Seed, Shape::Full] {
        let world = World::new(Settings::new().with_iocs(50).with_shape(shape)).await;
        let settings = world.settings(Endpoint::Auto, &world.standin.free_key());
        world.poller(&settings).poll().await.unwrap();
        let place = world.progress().await.place;
        assert_eq!(world.gaps().await, [], "nobody asked for more than there is");
        // Late: dated before the place, and so only a poll that reaches so far back could still have seen it.
        let late = arrive_late(&world, 9);
        for _ in 0..60 {
            world.advance(HOUR);
            world.standin.add(1);
        }
        assert!(world.poller(&settings).poll().await.unwrap().complete);
        let [gap] = world.gaps().await[..] else { panic!("{shape:?}: one gap is expected") };
        let overlap = TimeDelta::from_std(settings.overlap).unwrap();
        assert_eq!((gap.from, gap.reason), (place - overlap, GapReason::LookBack));
        assert_eq!(gap.until, world.clock.now() - TimeDelta::days(1));
        let missing = world.missing().await;
        assert!(missing.len() >= 36, "{}", missing.len());
        assert!(missing.iter().any(|(_, updated)| *updated == late), "{missing:?}");
        assert!(missing.iter().all(|(_, updated)| *updated > gap.from && *updated <= gap.until));
        // Neither do short pages hide the tier of the key.
        let mut short = world.settings(Endpoint::List, &world.standin.free_key());
        (short.name, short.page) = ("short".to_owned(), 50);
        world.poller(&short).poll().await.unwrap();
        for _ in 0..60 {
            world.advance(HOUR);
            world.standin.add(1);
        }
        let place = world.storage.feed_progress("short").await.unwrap().unwrap().place;
        world.poller(&short).poll().await.unwrap();
        let gaps = world.storage.feed_gaps("short").await.unwrap();
        let lost = gaps.iter().find(|gap| gap.from == place - overlap).unwrap();
        assert_eq!(lost.until, world.clock.now() - TimeDelta::days(1), "{shape:?}");
        // Asked for more of the past than the tier allows, it says so at once.
        let mut more = settings.clone();
        more.name = "more".to_owned();
        more.backfill = Some(DAY * 7);
        let mut poller = world.poller(&more);
        poller.poll().await.unwrap();
        let progress = world.storage.feed_progress("more").await.unwrap().unwrap();
        let [gap] = world.storage.feed_gaps("more").await.unwrap()[..] else { panic!("{shape:?}: no gap") };
        assert_eq!(gap.from, more.past_until(progress.began), "{shape:?}");
        assert_eq!(poller.backfill().await.unwrap(), None, "{shape:?}");
        assert_ne!(FEED, more.name);
    }
}

/// Ready is who shows the present of the feed; the past may come for days after that, and is told apart.
#[tokio::test]
async fn a_feed_is_ready_from_its_first_complete_poll_on_while_its_past_is_read() {
    let world = World::new(month(3000)).await;
    let mut settings = world.settings(Endpoint::List, &world.standin.pro_key());
    (settings.page, settings.backfill) = (100, Some(DAY * 30));
    let status = async || FeedStatus::read(&*world.storage, &settings, world.clock.now()).await.unwrap();
    let mut poller = world.poller(&settings);
    world.standin.inject(Fault::HtmlPage);
    poller.poll().await.unwrap_err();
    assert_eq!((status().await.state, status().await.past_left()), (FeedState::Waiting, None));
    poller.poll().await.unwrap();
    let ready = status().await;
    assert!(ready.state.is_ready());
    assert!(ready.past_left().unwrap() > TimeDelta::days(29), "{:?}", ready.past_left());
    assert!(!world.missing().await.is_empty());
    world.read_past(&mut poller).await;
    assert_eq!(status().await.past_left(), Some(TimeDelta::zero()));
    world.assert_nothing_is_missing().await;
}
