//! However much a service tells at once, only so much of it is taken at once, and nothing of it is lost.

use std::time::Duration;

use socdefenders_standin::{Settings, Shape};
use taxii_server::feed::{Endpoint, Failure, PollError};

use super::world::World;

#[tokio::test]
async fn answers_with_too_many_records_are_asked_for_in_parts() {
    // A service that does not mind the end of a time gives pages at least, of which none may be too large.
    for (shape, page) in [(Shape::Full, 10_000), (Shape::Full, 50), (Shape::Seed, 50)] {
        for endpoint in [Endpoint::List, Endpoint::Auto] {
            let world = World::new(Settings::new().with_iocs(400).with_shape(shape)).await;
            let mut settings = world.settings(endpoint, &world.standin.pro_key());
            (settings.page, settings.max_answer_records) = (page, 90);
            let mut poller = world.poller(&settings);
            poller.poll().await.unwrap();
            world.read_past(&mut poller).await;
            world.assert_nothing_is_missing().await;
            assert!(world.gaps().await.is_empty(), "{:?}", world.gaps().await);
            world.advance(Duration::from_secs(300));
            world.arrive(20);
            assert!(poller.poll().await.unwrap().complete);
            world.assert_nothing_is_missing().await;
        }
    }
}

#[tokio::test]
async fn minute_with_too_many_records_fails_the_poll_and_loses_nothing() {
    let world = World::new(Settings::new().with_iocs(10)).await;
    let mut settings = world.settings(Endpoint::List, &world.standin.pro_key());
    assert!(world.poller(&settings).poll().await.unwrap().complete);
    let before = world.progress().await;
    world.advance(Duration::from_secs(300));
    world.arrive(100);
    settings.max_answer_records = 50;
    let error = world.poller(&settings).poll().await.unwrap_err();
    assert!(matches!(error, PollError::Feed(Failure::TooManyRecords { limit: 50, .. })), "{error}");
    assert!(error.to_string().contains("the answer has more than 50 records"), "{error}");
    assert!(world.missing().await.len() >= 100, "nothing of it may count as read");
    assert!(world.progress().await.place < world.clock.now(), "the position must not pass them");
    assert!(before.place <= world.progress().await.place);
    settings.max_answer_records = 200;
    assert!(world.poller(&settings).poll().await.unwrap().complete);
    world.assert_nothing_is_missing().await;
}
