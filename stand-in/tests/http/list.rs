//! `GET /api/v1/iocs` in the seed's shape: members, pages, caps, order.

use std::collections::HashSet;

use serde_json::{Value, json};
use socdefenders_standin::{Clock, Order, Settings};

use crate::client::{Api, LIST, data, keys};

#[tokio::test]
async fn has_exactly_the_documented_members() {
    let api = Api::start(Settings::new().with_iocs(50)).await;
    let reply = api.pro(LIST).await;
    assert_eq!(reply.header("content-type"), "application/json");
    let page = reply.json();
    assert_eq!(keys(&page), ["meta", "data"]);
    assert_eq!(page["meta"], json!({"total": api.upstream.row_count(), "limit": 100, "offset": 0}));
    assert_eq!(data(&page).len(), api.upstream.row_count());
    let rows = api.upstream.rows();
    for served in data(&page) {
        let kept = rows.iter().any(|row| {
            *served
                == json!({
                    "type": row.ioc_type.as_str(),
                    "value": row.value,
                    "confidence": row.confidence.as_str(),
                    "source": {"feed_name": row.source.feed_name, "category": row.source.category},
                })
        });
        assert!(kept, "{served}");
        assert_eq!(keys(served), ["type", "value", "confidence", "source"]);
    }
}

#[tokio::test]
async fn until_is_not_known_to_this_shape() {
    let api = Api::start(Settings::new().with_iocs(50)).await;
    let all = api.json(LIST).await;
    assert_eq!(api.json("/api/v1/iocs?until=2020-01-01T00:00:00Z").await, all);
    assert_eq!(api.json("/api/v1/iocs?until=nonsense&colour=blue").await, all);
}

#[tokio::test]
async fn pages_cover_everything_once() {
    let api = Api::start(Settings::new().with_iocs(950)).await;
    let total = api.upstream.row_count();
    let mut seen: Vec<Value> = Vec::new();
    for offset in (0..total + 100).step_by(100) {
        let page = api.free(&format!("{LIST}?limit=100&offset={offset}")).await.json();
        assert_eq!(page["meta"], json!({"total": total, "limit": 100, "offset": offset}));
        assert_eq!(data(&page).len(), total.saturating_sub(offset).min(100));
        seen.extend_from_slice(data(&page));
    }
    assert_eq!(seen.len(), total);
    let in_one = api.json("/api/v1/iocs?limit=10000").await;
    assert_eq!(seen, data(&in_one));
}

#[tokio::test]
async fn tiers_cap_the_limit() {
    let api = Api::start(Settings::new().with_iocs(10_500).with_second_source_share(0.0)).await;
    let free = api.free("/api/v1/iocs?limit=5000").await.json();
    assert_eq!((&free["meta"]["limit"], data(&free).len()), (&json!(100), 100));
    let pro = api.json("/api/v1/iocs?limit=20000").await;
    assert_eq!(pro["meta"], json!({"total": 10_500, "limit": 10_000, "offset": 0}));
    assert_eq!(data(&pro).len(), 10_000);
    assert_eq!(data(&api.json("/api/v1/iocs?limit=1").await).len(), 1);
    assert_eq!(data(&api.json("/api/v1/iocs?offset=10450").await).len(), 50);
}

#[tokio::test]
async fn rows_come_in_the_chosen_order() {
    let api = Api::start(Settings::new().with_iocs(300).with_second_source_share(0.0)).await;
    let mut rows = api.upstream.rows();
    rows.sort_by_key(|row| row.updated);
    let oldest_first: Vec<&str> = rows.iter().map(|row| row.value.as_str()).collect();
    let newest_first: Vec<&str> = oldest_first.iter().rev().copied().collect();

    assert_eq!(values(&api.json("/api/v1/iocs?limit=1000").await), newest_first);
    api.upstream.reconfigure(|settings| settings.with_order(Order::OldestFirst));
    assert_eq!(values(&api.json("/api/v1/iocs?limit=1000").await), oldest_first);
    api.upstream.reconfigure(|settings| settings.with_order(Order::Shuffled));
    let first = values(&api.json("/api/v1/iocs?limit=1000").await);
    let second = values(&api.json("/api/v1/iocs?limit=1000").await);
    assert_ne!(first, second);
    let set = |values: Vec<String>| values.into_iter().collect::<HashSet<_>>();
    assert_eq!(set(first), set(second));
}

#[tokio::test]
async fn of_rows_of_the_same_time_the_last_that_came_is_the_newest() {
    let noon = Clock::stopped_at("2026-03-01T12:00:00Z".parse().unwrap());
    let api = Api::start(Settings::new().with_iocs(0).with_clock(noon)).await;
    let mut added: Vec<String> = api.upstream.add(50).into_iter().map(|row| row.value).collect();
    api.upstream.reconfigure(|settings| settings.with_order(Order::OldestFirst));
    assert_eq!(values(&api.json(LIST).await), added);
    api.upstream.reconfigure(|settings| settings.with_order(Order::NewestFirst));
    added.reverse();
    assert_eq!(values(&api.json(LIST).await), added);
}

fn values(page: &Value) -> Vec<String> {
    data(page).iter().map(|row| row["value"].as_str().unwrap().to_owned()).collect()
}
