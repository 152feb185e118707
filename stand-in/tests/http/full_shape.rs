//! The long shape of the other pages.

use std::time::Duration;

use chrono::SecondsFormat;
use serde_json::{Value, json};
use socdefenders_standin::{Clock, LookBack, Settings, Shape};

use crate::client::{Api, LIST, STIX, data, indicators, keys};

async fn api(count: usize) -> Api {
    Api::start(Settings::new().with_iocs(count).with_shape(Shape::Full)).await
}

#[tokio::test]
async fn rows_carry_everything() {
    let api = api(60).await;
    let page = api.json(LIST).await;
    assert_eq!(keys(&page), ["meta", "data", "links"]);
    assert_eq!(keys(&page["meta"]), ["total", "limit", "offset", "generated_at", "filters"]);
    let rows = api.upstream.rows();
    for served in data(&page) {
        let row = rows.iter().find(|row| served["id"] == row.id.to_string()).unwrap();
        let seconds = "%Y-%m-%dT%H:%M:%SZ";
        assert_eq!(
            *served,
            json!({
                "id": row.id.to_string(),
                "type": row.ioc_type.as_str(),
                "value": row.value,
                "confidence": row.confidence.as_str(),
                "first_seen": row.first_seen.format(seconds).to_string(),
                "last_seen": row.last_seen.format(seconds).to_string(),
                "source": {
                    "article_id": row.source.article_id.to_string(),
                    "article_title": row.source.article_title,
                    "article_url": row.source.article_url,
                    "reference_url": row.source.reference_url,
                    "feed_name": row.source.feed_name,
                    "category": row.source.category,
                    "origin": row.source.origin,
                },
                "context": row.context,
                "tags": row.tags,
                "mitre_techniques": row.mitre_techniques,
            })
        );
    }
}

#[tokio::test]
async fn since_and_until_make_windows_that_touch() {
    let api = api(400).await;
    let mut times: Vec<_> = api.upstream.rows().iter().map(|row| row.updated).collect();
    times.sort();
    let middle = times[200].to_rfc3339_opts(SecondsFormat::Millis, true);
    let before = api.json(&format!("{LIST}?until={middle}")).await;
    let after = api.json(&format!("{LIST}?since={middle}")).await;
    assert_eq!(before["meta"]["filters"]["until"], middle.as_str());
    assert_eq!(after["meta"]["filters"], json!({"since": middle, "until": null}));
    let (before, after) = (&before["meta"]["total"], &after["meta"]["total"]);
    assert_eq!(before.as_u64().unwrap() + after.as_u64().unwrap(), times.len() as u64);
    assert!(before.as_u64().unwrap() > 200);
    assert_eq!(api.pro(&format!("{LIST}?until=soon")).await.error().0, 400);
}

#[tokio::test]
async fn links_lead_through_all_pages() {
    let api = api(130).await;
    let mut target = format!("{LIST}?limit=40&category=community&offset=0");
    let mut seen = 0;
    loop {
        let page = api.json(&target).await;
        assert_eq!(page["meta"]["offset"], seen);
        seen += data(&page).len();
        assert_eq!(keys(&page["links"]), ["next"]);
        let Value::String(next) = &page["links"]["next"] else {
            assert_eq!(page["links"]["next"], Value::Null);
            assert_eq!(page["meta"]["total"], seen);
            break;
        };
        target = next.strip_prefix(&api.upstream.base_url()).unwrap().to_owned();
        assert!(target.contains("category=community"), "{target}");
    }
    assert!(seen > 40, "{seen} rows are one page");
}

#[tokio::test]
async fn the_look_back_shows_in_the_meta() {
    let now: chrono::DateTime<chrono::Utc> = "2026-03-02T12:00:00Z".parse().unwrap();
    let settings = Settings::new()
        .with_iocs(500)
        .with_clock(Clock::stopped_at(now))
        .with_spread(Duration::from_secs(48 * 3600))
        .with_shape(Shape::Full);
    let api = Api::start(settings).await;
    let since = |page: &Value| page["meta"]["filters"]["since"].clone();

    let free = api.free(&format!("{LIST}?since=2026-01-01T00:00:00Z")).await.json();
    assert_eq!(free["meta"]["generated_at"], "2026-03-02T12:00:00Z");
    assert_eq!(since(&free), "2026-03-01T12:00:00.000Z");
    assert_eq!(since(&api.free(LIST).await.json()), "2026-03-01T12:00:00.000Z");
    let asked = "2026-03-02T00:00:00Z";
    assert_eq!(since(&api.free(&format!("{LIST}?since={asked}")).await.json()), asked);
    assert_eq!(since(&api.json(LIST).await), "2025-03-02T12:00:00.000Z");
    let pro = api.json(&format!("{LIST}?since=2026-01-01T00:00:00Z")).await;
    assert_eq!(since(&pro), "2026-01-01T00:00:00Z");
    let total = |page: &Value| page["meta"]["total"].as_u64().unwrap();
    assert!(total(&free) > 0 && total(&free) < total(&pro));
    assert_eq!(total(&pro), api.upstream.row_count() as u64);

    api.upstream.reconfigure(|settings| settings.with_look_back(LookBack::UNBOUNDED));
    let unbounded = api.free(LIST).await.json();
    assert_eq!((since(&unbounded), total(&unbounded)), (Value::Null, total(&pro)));
}

#[tokio::test]
async fn stix_objects_have_times_without_milliseconds() {
    let api = api(40).await;
    let bundle = api.json(STIX).await;
    let identity = &bundle["objects"][0];
    assert_eq!(keys(identity), ["type", "spec_version", "id", "created", "modified", "name"]);
    let rows = api.upstream.rows();
    for indicator in indicators(&bundle) {
        let row = rows.iter().find(|row| indicator["id"] == format!("indicator--{}", row.id)).unwrap();
        let seconds = "%Y-%m-%dT%H:%M:%SZ";
        assert_eq!(indicator["created"], row.first_seen.format(seconds).to_string());
        assert_eq!(indicator["modified"], row.last_seen.format(seconds).to_string());
    }
}
