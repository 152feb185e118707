//! A service whose pages make no sense, and a store that has kept a limit that never ends: the feed is read on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use taxii_server::feed::{Failure, PollError};

use crate::absurd_times::{Bridge, NOW, Upstream};

/// The rows of a list between two offsets.
fn rows(from: usize, until: usize) -> Vec<Value> {
    (from..until)
        .map(|number| json!({ "type": "domain", "value": format!("host-{number}.example") }))
        .collect()
}

fn page(rows: &[Value], total: usize) -> String {
    let meta = json!({ "total": total, "limit": 1000, "offset": 0, "generated_at": NOW });
    json!({ "data": rows, "meta": meta }).to_string()
}

/// The offset that a request asks for.
fn offset(request: &str) -> usize {
    let digits = request.split("offset=").nth(1).unwrap_or("0");
    digits.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(usize::MAX)
}

#[tokio::test]
async fn pages_that_go_backwards_are_given_up() {
    let upstream = Upstream::start().await;
    let bridge = Bridge::new(&upstream).await;
    let new = Arc::new(AtomicUsize::new(100));
    // Each further page has the last row that is known, and one that is new: so it ends before the page before it.
    let of = Arc::clone(&new);
    upstream.answers(move |request| match offset(request) {
        0 => {
            of.store(100, Ordering::SeqCst);
            page(&rows(0, 100), 200)
        }
        _ => {
            let number = of.fetch_add(1, Ordering::SeqCst);
            page(&rows(number - 1, number + 1), 200)
        }
    });
    // What was read is stored, and asked for again.
    assert!(!bridge.poll().await.unwrap().complete);
    upstream.is_well();
    assert!(bridge.poll().await.unwrap().complete);
}

#[tokio::test]
async fn total_that_grows_with_each_page_ends_the_poll() {
    let upstream = Upstream::start().await;
    let bridge = Bridge::new(&upstream).await;
    let furthest = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&furthest);
    // It grows up to a number that a poll must not come near to, so that this ends in any case.
    upstream.answers(move |request| match request.contains("type=") {
        true => page(&[], 0),
        false => {
            let offset = offset(request);
            asked.fetch_max(offset, Ordering::SeqCst);
            page(&rows(offset, offset + 100), (offset + 200).min(10_000))
        }
    });
    assert!(!bridge.poll().await.unwrap().complete);
    let furthest = furthest.load(Ordering::SeqCst);
    assert!(furthest <= 1200, "the poll went as far as {furthest}");
}

#[tokio::test]
async fn limit_that_seems_to_last_for_years_does_not_stop_a_feed() {
    let upstream = Upstream::start().await;
    let bridge = Bridge::new(&upstream).await;
    upstream.is_well();
    assert!(bridge.poll().await.unwrap().complete);
    let year: i64 = 365 * 86_400_000;
    let now = bridge.clock.now().timestamp_millis();
    for reset in [now + 4 * year, i64::MAX, i64::MIN] {
        let file = bridge.folder.path().join("taxii.db");
        let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
        let sql =
            format!("UPDATE feed_health SET quota_limit = 10, quota_remaining = 0, quota_reset = {reset}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        match bridge.poll().await {
            Ok(polled) => assert!(polled.complete),
            Err(PollError::Feed(Failure::RateLimited { wait })) => panic!("it would wait for {wait:?}"),
            Err(error) => panic!("{error}"),
        }
    }
}
