//! The status page, as a browser gets it.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, redirect};
use serde_json::value::RawValue;
use taxii_server::config::{AnonymousAccess, CollectionSettings, DEFAULT_COLLECTION};
use taxii_server::feed::FeedSettings;
use taxii_server::storage::feed::FeedWrite;
use taxii_server::storage::quarantine::{Chosen, Form, Quarantined};
use taxii_server::storage::supervision::{FeedHealth, Gap, GapReason, Progress, Quota};
use taxii_server::storage::{Access, Dating, NewObject, Scope};

use super::backend::{Backend, on_both};
use super::world::{World, collection, indicator, object};

on_both!(
    hostile_texts_are_escaped_and_every_page_is_safe,
    pages_follow_the_rights,
    somebody_without_an_account_sees_what_is_open,
    who_asks_for_taxii_gets_no_page,
    the_pages_can_be_switched_off,
    all_objects_are_found_by_paging,
    an_object_has_its_versions_and_references,
    quarantine_shows_the_beginning_of_long_records,
    quarantine_is_changed_only_from_its_own_page,
    the_overview_says_how_the_feeds_do,
);

const SECOND: &str = "d5fa3d52-6eb1-4f6b-8cf3-6f2f9a2d8c34";
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

fn shelf() -> String {
    format!("/status/collections/{DEFAULT_COLLECTION}")
}

/// What a browser gets: status, headers and text.
async fn browse(world: &World, name: Option<&str>, path: &str) -> (u16, HeaderMap, String) {
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let mut request = client.request(Method::GET, format!("{}{path}", world.url)).header("accept", accept);
    if let Some(name) = name {
        request = request.header("authorization", World::authorization(name));
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.headers().clone(), response.text().await.unwrap())
}

/// The text of a page that must be there.
async fn page(world: &World, path: &str) -> String {
    let (status, headers, text) = browse(world, Some("reader"), path).await;
    assert_eq!(status, 200, "{path}");
    assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    text
}

/// An object with these properties beside those that it must have.
fn with(number: u32, properties: &str) -> NewObject {
    let object = indicator(number);
    let body = object.body.get().strip_suffix('}').unwrap();
    let body = RawValue::from_string(format!("{body},{properties}}}")).unwrap();
    NewObject { body, ..object }
}

async fn hostile_texts_are_escaped_and_every_page_is_safe(backend: Backend) {
    let hostile = "<script>alert(1)</script>\\\"'><img src=x onerror=alert(2)>\u{202e}";
    let world = World::start_with(backend, |config| {
        config.title = "A <b>bold</b> title".to_owned();
        config.collections[0].description = Some("<i>slanted</i>".to_owned());
    })
    .await;
    world
        .add(&[with(
            1,
            &format!(
                r#""name":"{hostile}","description":"{hostile}","pattern":"{hostile}","x_ref":"{hostile}""#
            ),
        )])
        .await;
    let object = format!("{}/objects/indicator--00000001-0000-4000-8000-000000000000", shelf());
    let paths = [
        ("/status".to_owned(), 200),
        (shelf(), 200),
        (object.clone(), 200),
        ("/status/quarantine".to_owned(), 200),
        ("/status/connect".to_owned(), 200),
        (format!("{}?type=%3Cscript%3E", shelf()), 400),
        (format!("{}?before=%3Cscript%3E", shelf()), 400),
        (format!("{}/objects/%3Cscript%3E", shelf()), 404),
        ("/status/%3Cscript%3E".to_owned(), 404),
    ];
    for (path, expected) in paths {
        let (status, headers, text) = browse(&world, Some("reader"), &path).await;
        assert_eq!(status, expected, "{path}");
        assert_eq!(headers["content-type"], "text/html; charset=utf-8", "{path}");
        assert_eq!(headers["content-security-policy"], POLICY, "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "same-origin", "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        for element in ["<script", "<img", "<b>bold", "<i>", "style=", "onerror=alert(2)>"] {
            assert!(!text.contains(element), "{path}: {element}\n{text}");
        }
        assert!(text.contains("A &#60;b&#62;bold&#60;/b&#62; title"), "{path}\n{text}");
    }
    assert!(page(&world, &object).await.contains("<bdi>&#60;script&#62;alert(1)&#60;/script&#62;"));
    let (status, headers, style) = browse(&world, None, "/status/style.css").await;
    assert_eq!((status, &headers["content-type"] == "text/css; charset=utf-8"), (200, true));
    assert!(style.contains("prefers-color-scheme: dark") && !style.contains("url("));
    world.stop().await;
}

/// A world with a second collection, and `guest`, who may read that one only.
async fn with_a_guest(backend: Backend, anonymous: Option<AnonymousAccess>) -> World {
    let world = World::start_with(backend, |config| {
        config.collections.push(CollectionSettings {
            id: SECOND.parse().unwrap(),
            title: "Second".to_owned(),
            alias: None,
            anonymous,
            ..CollectionSettings::default()
        });
    })
    .await;
    let id: uuid::Uuid = SECOND.parse().unwrap();
    world.add_account("guest", Scope::Collection(id.into()), Access::READ).await;
    world.add(&[indicator(1)]).await;
    world
}

async fn pages_follow_the_rights(backend: Backend) {
    let world = with_a_guest(backend, None).await;
    let (status, headers, text) = browse(&world, None, "/status").await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (401, "text/html; charset=utf-8"));
    assert!(headers.get_all("www-authenticate").iter().any(|value| value.as_bytes().starts_with(b"Basic ")));
    assert_eq!(headers["content-security-policy"], POLICY);
    assert!(!text.contains("Second"));

    let (_, _, text) = browse(&world, Some("guest"), "/status").await;
    assert!(text.contains("Second") && !text.contains(&DEFAULT_COLLECTION.to_string()), "{text}");
    assert!(text.contains("Logged in as <b>guest</b>"));
    let (_, _, text) = browse(&world, Some("guest"), "/status/connect").await;
    assert!(text.contains(SECOND) && !text.contains(&DEFAULT_COLLECTION.to_string()));
    let object = format!("{}/objects/indicator--00000001-0000-4000-8000-000000000000", shelf());
    for (path, of_guest) in [
        (shelf(), 404),
        (object, 404),
        ("/status/collections/00000000-0000-4000-8000-000000000000".to_owned(), 404),
        (format!("/status/collections/{SECOND}"), 200),
        (
            format!("/status/collections/{SECOND}/objects/indicator--00000001-0000-4000-8000-000000000000"),
            404,
        ),
    ] {
        assert_eq!(browse(&world, Some("guest"), &path).await.0, of_guest, "{path}");
        assert_eq!(browse(&world, None, &path).await.0, 401, "{path}");
    }
    assert!(page(&world, "/status").await.contains(&DEFAULT_COLLECTION.to_string()));
    world.stop().await;
}

async fn somebody_without_an_account_sees_what_is_open(backend: Backend) {
    let world = with_a_guest(backend, Some(AnonymousAccess::Read)).await;
    let (status, _, text) = browse(&world, None, "/status").await;
    assert_eq!(status, 200);
    assert!(text.contains(SECOND) && !text.contains(&DEFAULT_COLLECTION.to_string()));
    assert!(text.contains("href=\"/status/login\""));
    // What is hidden may be there for an account.
    assert_eq!(browse(&world, None, &shelf()).await.0, 401);
    assert_eq!(browse(&world, None, "/status/login").await.0, 401);
    let (status, headers, _) = browse(&world, Some("reader"), "/status/login").await;
    assert_eq!((status, headers["location"].to_str().unwrap()), (303, "/status"));
    world.stop().await;
}

async fn who_asks_for_taxii_gets_no_page(backend: Backend) {
    let world = World::start(backend).await;
    for (path, expected) in
        [("/", 404), ("/status", 406), ("/status/connect/", 406), ("/status/nowhere", 406)]
    {
        let response = world.get(path).await;
        assert_eq!(response.status(), expected, "{path}");
        assert_eq!(response.headers()["content-type"], "application/taxii+json;version=2.1", "{path}");
    }
    let (status, headers, _) = browse(&world, None, "/").await;
    assert_eq!((status, headers["location"].to_str().unwrap()), (303, "/status"));
    // A tool that accepts anything is not led away from the API.
    assert_eq!(world.client.get(&world.url).header("accept", "*/*").send().await.unwrap().status(), 404);
    world.stop().await;
}

async fn the_pages_can_be_switched_off(backend: Backend) {
    let world = World::start_with(backend, |config| config.status_page = false).await;
    for path in ["/", "/status", "/status/style.css", "/status/connect"] {
        assert_eq!(browse(&world, Some("reader"), path).await.0, 404, "{path}");
    }
    world.stop().await;
}

async fn all_objects_are_found_by_paging(backend: Backend) {
    let world = World::start(backend).await;
    let indicators: Vec<_> = (0..120).map(indicator).collect();
    world.add(&indicators).await;
    // Older versions are not listed.
    world
        .add(&[
            object("indicator", 7, "2025-06-02T00:00:00.000Z"),
            object("malware", 1, "2025-06-01T00:00:00Z"),
        ])
        .await;
    for (start, expected) in [
        (shelf(), 121),
        (format!("{}?type=indicator", shelf()), 120),
        (format!("{}?type=malware", shelf()), 1),
    ] {
        let (mut path, mut seen) = (start.clone(), std::collections::BTreeSet::new());
        for _ in 0..10 {
            let text = page(&world, &path).await;
            let links =
                text.split("/objects/").skip(1).map(|rest| rest[..rest.find('"').unwrap()].to_owned());
            let before = seen.len();
            let links: Vec<_> = links.collect();
            seen.extend(links.iter().cloned());
            assert_eq!(seen.len(), before + links.len(), "no object comes twice");
            let Some(older) = text.split("rel=\"next\" href=\"").nth(1) else { break };
            path = older[..older.find('"').unwrap()].replace("&#38;", "&").replace("&amp;", "&");
        }
        assert_eq!(seen.len(), expected, "{start}");
    }
    let text = page(&world, &format!("{}?type=tool", shelf())).await;
    assert!(text.contains("There are no objects of the type tool."));
    world.stop().await;
}

async fn an_object_has_its_versions_and_references(backend: Backend) {
    let world = World::start(backend).await;
    let here = "indicator--00000002-0000-4000-8000-000000000000";
    let gone = "identity--00000009-0000-4000-8000-000000000000";
    let refers = format!(r#""name":"first","created_by_ref":"{gone}","object_marking_refs":["{here}"]"#);
    world.add(&[with(1, &refers), with(2, r#""name":"second""#)]).await;
    let id = "indicator--00000001-0000-4000-8000-000000000000";
    let path = format!("{}/objects/{id}", shelf());
    let text = page(&world, &path).await;
    assert!(text.contains(&format!("/objects/{here}\"><bdi>second</bdi></a>")), "{text}");
    assert!(
        text.contains(&format!("<code><bdi>{gone}</bdi></code> <span class=\"quiet\">not in this")),
        "{text}"
    );
    assert!(!text.contains("id=\"versions\""));

    world.add(&[object("indicator", 1, "2025-06-02T00:00:00.000Z")]).await;
    let text = page(&world, &path).await;
    assert!(text.contains("id=\"versions\"") && text.contains("2025-06-02T00:00:00.000Z"));
    let links: Vec<_> =
        text.split("?version=").skip(1).map(|rest| &rest[..rest.find('"').unwrap()]).collect();
    assert_eq!(links.len(), 2);
    assert!(page(&world, &format!("{path}?version={}", links[1])).await.contains("<bdi>first</bdi>"));
    assert_eq!(browse(&world, Some("reader"), &format!("{path}?version=1")).await.0, 404);
    world.stop().await;
}

/// A world whose feed has put these records into quarantine.
async fn with_quarantine(backend: Backend, records: &[&str]) -> World {
    let world = World::start_with(backend, |config| config.feeds = vec![FeedSettings::default()]).await;
    let quarantined = |record: &&str| Quarantined {
        cause: "value".to_owned(),
        reason: "`<b>` is no value".to_owned(),
        form: Form::Row,
        record: record.as_bytes().to_owned(),
    };
    let quarantined = records.iter().map(quarantined).collect();
    let write = FeedWrite { quarantined, ..FeedWrite::new(&FeedSettings::default().name) };
    let dating = Dating { clock: world.clock.clone(), allowance: std::time::Duration::ZERO };
    world.storage.write_feed(&collection(), write, &dating).await.unwrap();
    world
}

async fn quarantine_shows_the_beginning_of_long_records(backend: Backend) {
    let (long, other) = ("x".repeat(100_000), "y".repeat(4096));
    let world = with_quarantine(backend, &[&long, &other]).await;
    let (_, _, text) = browse(&world, Some("reader"), "/status/quarantine").await;
    assert!(text.contains(&"x".repeat(4096)) && !text.contains(&"x".repeat(4097)));
    assert!(text.contains("This is the beginning of its 100000 bytes."));
    assert!(text.contains(&other) && text.matches("This is the beginning").count() == 1);
    world.stop().await;
}

async fn quarantine_is_changed_only_from_its_own_page(backend: Backend) {
    let readable = r#"{"type":"ipv4","value":"192.0.2.1"}"#;
    let world = with_quarantine(backend, &[readable, "<i>no row</i>", "{}"]).await;
    let records = async || world.storage.quarantined(&Chosen::default(), 10).await.unwrap();
    let (_, _, text) = browse(&world, Some("reader"), "/status/quarantine").await;
    assert!(text.contains("`&#60;b&#62;` is no value") && text.contains("&#60;i&#62;no row"), "{text}");
    assert!(!text.contains("<form") && !text.contains("<i>"), "who may not write has nothing to press");
    let (_, _, text) = browse(&world, Some("writer"), "/status/quarantine").await;
    assert_eq!(text.matches("method=\"post\"").count(), 6);

    let host = world.url.strip_prefix("http://").unwrap().to_owned();
    let id = async |record: &str| records_of(&world, record).await;
    let post = async |name: &str, path: &str, headers: &[(&str, &str)]| {
        let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        let request = client.post(format!("{}{path}", world.url)).header("accept", "text/html");
        let request = request.header("authorization", World::authorization(name));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = request.send().await.unwrap();
        let location = response.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        (response.status().as_u16(), location.unwrap_or_default())
    };
    let drop = format!("/status/quarantine/{}/drop", id("{}").await);
    let ours = ("sec-fetch-site", "same-origin");
    let foreign: [&[(&str, &str)]; 6] = [
        &[],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", &world.url)],
        &[("origin", "null")],
        &[("origin", "http://evil.example")],
    ];
    for headers in foreign {
        assert_eq!(post("writer", &drop, headers).await.0, 403, "{headers:?}");
    }
    assert_eq!(post("reader", &drop, &[ours]).await.0, 403);
    assert_eq!(browse(&world, Some("writer"), &drop).await.0, 405);
    assert_eq!(records().await.len(), 3, "nothing has happened yet");

    assert_eq!(post("writer", &drop, &[ours]).await, (303, "/status/quarantine?done=dropped".to_owned()));
    assert_eq!(post("writer", &drop, &[ours]).await.0, 404);
    let origin = format!("http://{host}");
    let retry = format!("/status/quarantine/{}/retry", id(readable).await);
    let taken = (303, "/status/quarantine?done=taken-in".to_owned());
    assert_eq!(post("writer", &retry, &[("origin", &origin)]).await, taken);
    let retry = format!("/status/quarantine/{}/retry", id("<i>no row</i>").await);
    let stays = (303, "/status/quarantine?done=stays".to_owned());
    assert_eq!(post("writer", &retry, &[ours]).await, stays);
    assert_eq!(records().await.len(), 1);
    assert!(page(&world, &shelf()).await.contains("<bdi>192.0.2.1</bdi>"));
    assert!(page(&world, "/status/quarantine?done=taken-in").await.contains("The record was taken in."));
    world.stop().await;
}

/// The name of the record with this text.
async fn records_of(world: &World, text: &str) -> String {
    let records = world.storage.quarantined(&Chosen::default(), 10).await.unwrap();
    records.iter().find(|record| record.quarantined.record == text.as_bytes()).unwrap().id.to_string()
}

async fn the_overview_says_how_the_feeds_do(backend: Backend) {
    let world = World::start_with(backend, |config| config.feeds = vec![FeedSettings::default()]).await;
    let name = FeedSettings::default().name;
    let overview = async || page(&world, "/status").await;
    assert!(overview().await.contains("Not read to its end yet"));

    let now = world.clock.now();
    let quota = Quota { limit: 10_000, remaining: 9_999, reset: now };
    let good = FeedHealth {
        last_attempt: now,
        last_success: Some(now),
        quota: Some(quota),
        ..FeedHealth::default()
    };
    world.storage.write_feed_health(&name, &good).await.unwrap();
    let text = overview().await;
    assert!(text.contains("Up to date") && text.contains("9,999 of 10,000"), "{text}");
    assert!(text.contains("<dt>Gaps</dt><dd>none</dd>"), "{text}");

    let hour = chrono::TimeDelta::hours(1);
    let gap = Gap { from: now - hour * 5, until: now - hour * 2, reason: GapReason::LookBack, found: now };
    let progress = Progress { began: now, covered_from: now - hour * 5, place: now };
    let write = FeedWrite { gaps: vec![gap], progress: Some(progress), ..FeedWrite::new(&name) };
    let dating = Dating { clock: world.clock.clone(), allowance: std::time::Duration::ZERO };
    world.storage.write_feed(&collection(), write, &dating).await.unwrap();
    let failing = FeedHealth { failure: Some("the answer is `<html>`".to_owned()), ..good };
    world.storage.write_feed_health(&name, &failing).await.unwrap();
    let text = overview().await;
    assert!(
        text.contains("The last poll failed") && text.contains("the answer is `&#60;html&#62;`"),
        "{text}"
    );
    assert!(text.contains("1 gap of 3 hours") && text.contains("does not look back that far"), "{text}");

    world.clock.advance(std::time::Duration::from_secs(2 * 3600));
    let text = overview().await;
    assert!(
        text.contains("<p class=\"state bad\">Stale: what is newer is missing</p>")
            && text.contains("2 hours ago"),
        "{text}"
    );
    world.stop().await;
}
