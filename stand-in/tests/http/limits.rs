//! Rate limits, the look-back without a sign, the clock.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use socdefenders_standin::{Clock, RateLimit, Settings};

use crate::client::{Api, LIST, STIX, data};

#[tokio::test]
async fn every_answer_says_what_is_left() {
    let api = Api::start(Settings::new().with_iocs(10)).await;
    let now = Clock::system().now().timestamp();
    for reply in [
        api.pro(LIST).await,
        api.free(STIX).await,
        api.pro("/nowhere").await,
        api.with_headers(LIST, &[]).await,
    ] {
        assert_eq!(reply.number("x-ratelimit-limit"), 1_000_000);
        assert!(reply.number("x-ratelimit-remaining") >= 999_990);
        assert!((now + 55..now + 65).contains(&reply.number("x-ratelimit-reset")));
        assert!(reply.headers.contains_key("date"));
    }
}

#[tokio::test]
async fn a_key_that_asks_too_often_must_wait_until_the_reset() {
    let start: DateTime<Utc> = "2026-03-01T12:00:00Z".parse().unwrap();
    let limit = RateLimit::new(3, Duration::from_secs(60)).with_free(1);
    let settings = Settings::new().with_iocs(10).with_rate_limit(limit).with_clock(Clock::stopped_at(start));
    let api = Api::start(settings).await;
    for remaining in [2, 1, 0] {
        let reply = api.pro(LIST).await;
        assert_eq!((reply.status.as_u16(), reply.number("x-ratelimit-remaining")), (200, remaining));
        assert_eq!(reply.number("x-ratelimit-reset"), start.timestamp() + 60);
    }
    let refused = api.pro(LIST).await;
    assert_eq!(refused.error(), (429, "rate_limit_exceeded".to_owned()));
    assert_eq!(refused.number("x-ratelimit-remaining"), 0);
    assert!(!refused.headers.contains_key("retry-after"));
    assert_eq!(api.free(LIST).await.status, 200, "another key has a window of its own");
    assert_eq!(api.free(LIST).await.status, 429);

    let later = Clock::stopped_at(start + TimeDelta::seconds(60));
    api.upstream.reconfigure(|settings| settings.with_clock(later));
    assert_eq!(api.pro(LIST).await.status, 200);
}

#[tokio::test]
async fn retry_after_can_be_had() {
    let limit = RateLimit::new(0, Duration::from_secs(30)).with_retry_after();
    let api = Api::start(Settings::new().with_iocs(10).with_rate_limit(limit)).await;
    let refused = api.pro(LIST).await;
    assert_eq!(refused.status, 429);
    assert!((29..=31).contains(&refused.number("retry-after")));
}

#[tokio::test]
async fn the_look_back_leaves_no_sign() {
    let settings = Settings::new().with_iocs(800).with_spread(Duration::from_secs(400 * 24 * 3600));
    let api = Api::start(settings).await;
    let day_ago = api.upstream.now() - TimeDelta::days(1);
    let year_ago = api.upstream.now() - TimeDelta::days(365);
    let rows = api.upstream.rows();
    let count = |start| rows.iter().filter(|row| row.updated > start).count();
    let total = |page: serde_json::Value| page["meta"]["total"].as_u64().unwrap() as usize;
    let target = format!("{LIST}?since=2020-01-01T00:00:00Z");
    // A row may have left the window between the two looks at the clock.
    assert!(count(day_ago).abs_diff(total(api.free(&target).await.json())) <= 1);
    let pro = total(api.json(&target).await);
    assert!(count(year_ago).abs_diff(pro) <= 1);
    assert!(pro < rows.len());
    assert_eq!(total(api.json(LIST).await), pro);
}

#[tokio::test]
async fn a_free_key_sees_the_whole_default_population() {
    let api = Api::start(Settings::new()).await;
    let page = api.free(LIST).await.json();
    assert_eq!(page["meta"]["total"], api.upstream.row_count());
    assert_eq!(data(&page).len(), 100);
}

#[tokio::test]
async fn the_clock_can_be_wrong() {
    let skew = TimeDelta::minutes(20);
    let api = Api::start(Settings::new().with_iocs(10).with_clock(Clock::system().with_skew(skew))).await;
    let reply = api.pro(LIST).await;
    let date = DateTime::parse_from_rfc2822(reply.header("date")).unwrap().to_utc();
    let ahead = date - Clock::system().now();
    assert!(ahead > TimeDelta::minutes(19) && ahead <= skew, "{ahead}");
    assert_eq!(reply.headers.get_all("date").iter().count(), 1);
    let added = api.upstream.add(1);
    assert!(added[0].first_seen > Clock::system().now() + TimeDelta::minutes(19));
}
