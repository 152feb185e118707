//! The outlets of a collection beside TAXII: a bundle, JSON Lines, block lists.

use std::sync::Arc;

use futures_util::TryStreamExt;
use reqwest::Method;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use taxii_server::feed::FeedSettings;
use taxii_server::ingest::{AllowAction, AllowListSettings, IocType};
use taxii_server::outlet::{BlockListSettings, Guard, Outlet, Selection};
use taxii_server::storage::feed::FeedWrite;
use taxii_server::storage::supervision::{FeedHealth, Progress, Spent};
use taxii_server::storage::{Dating, NewObject};

use super::backend::{Backend, on_both};
use super::world::{World, collection, indicator};

on_both!(
    lists_do_no_harm,
    lists_are_selected_and_cut,
    list_is_refused_until_the_feed_was_read,
    each_form_has_the_last_versions,
    hostile_values_stay_out_of_lists,
    what_has_ended_is_not_listed,
    a_large_collection_is_written_in_small_parts,
    exports_follow_the_rights,
    who_has_the_whole_collection_is_told_so,
);

const EXPORT: &str = "/socdefenders/collections/socdefenders/export";

/// Version `modified` of the indicator with this number.
fn pattern(number: u32, pattern: &str, more: &Value) -> NewObject {
    let id = format!("indicator--{number:08x}-0000-4000-8000-000000000000");
    let modified = more["modified"].as_str().unwrap_or("2025-06-01T00:00:00.000Z");
    let mut body = json!({
        "type": "indicator", "spec_version": "2.1", "id": id, "modified": modified, "pattern": pattern,
        "pattern_type": "stix", "valid_from": "2025-06-01T00:00:00Z"
    });
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    NewObject {
        id: id.parse().unwrap(),
        spec_version: "2.1".to_owned(),
        version: Some(modified.parse().unwrap()),
        // Laid out over several lines, as somebody may have posted it.
        body: RawValue::from_string(serde_json::to_string_pretty(&body).unwrap()).unwrap(),
    }
}

async fn text(world: &World, form: &str) -> String {
    let response = world.client.get(format!("{}{EXPORT}/{form}", world.url));
    let response = response.header("authorization", World::authorization("reader")).send().await.unwrap();
    assert_eq!(response.status(), 200, "{form}");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    response.text().await.unwrap()
}

async fn each_form_has_the_last_versions(backend: Backend) {
    let world = World::start(backend).await;
    let empty: Value = serde_json::from_str(&text(&world, "bundle.json").await).unwrap();
    assert_eq!((&empty["type"], empty.get("objects")), (&json!("bundle"), None));
    assert_eq!(text(&world, "objects.jsonl").await, "");
    assert_eq!(text(&world, "ipv4.csv").await, "value,valid_from,valid_until,confidence,id\r\n");

    let second = json!({"modified": "2025-06-02T00:00:00.000Z", "confidence": 85});
    world
        .add(&[
            pattern(1, "[ipv4-addr:value = '192.0.2.1']", &Value::Null),
            pattern(2, "[domain-name:value = 'E.example']", &Value::Null),
        ])
        .await;
    world.add(&[pattern(1, "[ipv4-addr:value = '192.0.2.9']", &second)]).await;

    let bundle: Value = serde_json::from_str(&text(&world, "bundle.json").await).unwrap();
    let objects = bundle["objects"].as_array().unwrap();
    assert_eq!(objects.len(), 2);
    assert_eq!(objects[1]["pattern"], "[ipv4-addr:value = '192.0.2.9']");
    let lines = text(&world, "objects.jsonl").await;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&lines, objects);
    assert_eq!(text(&world, "ipv4.txt").await, "192.0.2.9\n");
    assert_eq!(text(&world, "domain.txt").await, "e.example\n");
    assert_eq!(text(&world, "ipv6.txt").await, "");
    let row = "192.0.2.9,2025-06-01T00:00:00Z,,85,indicator--00000001-0000-4000-8000-000000000000";
    assert_eq!(text(&world, "ipv4.csv").await.lines().last(), Some(row));
    world.stop().await;
}

async fn hostile_values_stay_out_of_lists(backend: Backend) {
    let world = World::start(backend).await;
    let hostile = [
        r"[ipv4-addr:value = '192.0.2.66\n0.0.0.0/0']".replace(r"\n", "\n"),
        "[ipv4-addr:value = '0.0.0.0/0']".to_owned(),
        "[domain-name:value = 'a.example # comment']".to_owned(),
        "[domain-name:value = '=cmd|calc!A0.example']".to_owned(),
        "[url:value = 'http://e.example/\u{0}\u{8}']".to_owned(),
        "[url:value = 'http://e.example/\r\nhttp://good.example/']".to_owned(),
        "[url:value = '=HYPERLINK(\"http://e.example\")']".to_owned(),
        "[email-addr:value = '=1+1@e.example']".to_owned(),
        "[url:value = 'http://e.example/\"a\",b']".to_owned(),
        "[email-addr:value = '#a@e.example']".to_owned(),
        "[file:hashes.MD5 = 'not a hash']".to_owned(),
    ];
    let numbered = (1..).zip(&hostile);
    world.add(&numbered.map(|(number, text)| pattern(number, text, &Value::Null)).collect::<Vec<_>>()).await;
    for listed in IocType::in_patterns() {
        let list = text(&world, &format!("{}.txt", listed.name())).await;
        let expected = match listed {
            IocType::Url => "http://e.example/\"a\",b\n",
            IocType::Email => "=1+1@e.example\n",
            _ => "",
        };
        assert_eq!(list, expected, "{}", listed.name());
    }
    assert!(text(&world, "email.csv").await.contains("\r\n\"'=1+1@e.example\","));
    assert!(text(&world, "url.csv").await.contains("\r\n\"http://e.example/\"\"a\"\",b\","));
    assert_eq!(text(&world, "objects.jsonl").await.lines().count(), hostile.len());
    world.stop().await;
}

async fn what_has_ended_is_not_listed(backend: Backend) {
    let world = World::start(backend).await;
    let cases = [
        json!({"valid_until": "2026-01-01T00:00:10Z"}),
        json!({"valid_until": "2025-12-31T23:59:59Z"}),
        json!({"revoked": true}),
        json!({"valid_from": "2026-01-01T00:00:05Z"}),
    ];
    let indicators: Vec<_> = (1..)
        .zip(&cases)
        .map(|(number, more)| pattern(number, &format!("[ipv4-addr:value = '192.0.2.{number}']"), more))
        .collect();
    world.add(&indicators).await;
    assert_eq!(text(&world, "ipv4.txt").await, "192.0.2.1\n");
    world.clock.advance(std::time::Duration::from_secs(5));
    assert_eq!(text(&world, "ipv4.txt").await, "192.0.2.1\n192.0.2.4\n");
    world.clock.advance(std::time::Duration::from_secs(5));
    assert_eq!(text(&world, "ipv4.txt").await, "192.0.2.4\n");
    world.stop().await;
}

/// The long form takes 100,000 objects.
async fn a_large_collection_is_written_in_small_parts(backend: Backend) {
    let guard = Guard::new(BlockListSettings::default(), &[], std::sync::Arc::default());
    let world = World::start(backend).await;
    let count: u32 = if std::env::var_os("TESTS_LONG").is_some() { 100_000 } else { 3_000 };
    let padding = json!({"description": "x".repeat(1000)});
    for batch in (0..count).collect::<Vec<_>>().chunks(5_000) {
        let address = |number: u32| std::net::Ipv4Addr::from(0x0b00_0000 + number);
        let of =
            |number: &u32| pattern(*number, &format!("[ipv4-addr:value = '{}']", address(*number)), &padding);
        world.add(&batch.iter().map(of).collect::<Vec<_>>()).await;
    }
    for (outlet, expected) in [
        (Outlet::Bundle, count + 2),
        (Outlet::Lines, count),
        (Outlet::BlockList(IocType::Ipv4), count),
        (Outlet::Table(IocType::Ipv4), count + 1),
        (Outlet::BlockList(IocType::Ipv6), 0),
    ] {
        let now = world.clock.now();
        let parts: Vec<_> = outlet
            .read(world.storage.clone(), collection(), Selection::default(), &guard, now, Arc::default())
            .try_collect()
            .await
            .unwrap();
        let largest = parts.iter().map(|part| part.len()).max().unwrap();
        assert!(largest <= (1 << 20) + 5_000, "{outlet}: {largest} bytes at once");
        let lines = parts.iter().flat_map(|part| part.iter()).filter(|byte| **byte == b'\n').count();
        if outlet == Outlet::Bundle {
            let bundle: Value = serde_json::from_slice(&parts.concat()).unwrap();
            assert_eq!(bundle["objects"].as_array().unwrap().len(), count as usize);
        } else {
            assert_eq!(lines, expected as usize, "{outlet}");
        }
    }
    // The same over HTTP.
    assert_eq!(text(&world, "ipv4.txt").await.lines().count(), count as usize);
    world.stop().await;
}

async fn exports_follow_the_rights(backend: Backend) {
    let world = World::start(backend).await;
    world.add(&[indicator(1)]).await;
    let path = format!("{EXPORT}/ipv4.txt");
    let nobody = world.client.get(format!("{}{path}", world.url)).send().await.unwrap();
    assert_eq!(nobody.status(), 401);
    assert_eq!(nobody.headers()["content-type"], "application/taxii+json;version=2.1");
    assert_eq!(world.request(Method::POST, &path).send().await.unwrap().status(), 405);
    let head = world.request(Method::HEAD, &path).send().await.unwrap();
    assert_eq!(head.headers()["content-type"], "text/plain; charset=utf-8");
    for (path, status) in [
        ("/socdefenders/collections/nothing/export/ipv4.txt", 404),
        ("/socdefenders/collections/socdefenders/export/ipv4.exe", 404),
        ("/socdefenders/collections/socdefenders/export/", 404),
        ("/socdefenders/collections/socdefenders/export/../objects/", 200),
        ("/socdefenders/collections/943b1240-00c1-4707-802e-594f4d1104a6/export/sha256.csv/", 200),
    ] {
        assert_eq!(world.get(path).await.status(), status, "{path}");
    }
    // A browser is not told that it should accept TAXII.
    let firewall = world.request(Method::GET, &path).header("accept", "text/html");
    assert_eq!(firewall.send().await.unwrap().status(), 200);
    let bundle = world.get(&format!("{EXPORT}/bundle.json")).await;
    let disposition = bundle.headers()["content-disposition"].to_str().unwrap();
    assert_eq!(disposition, "attachment; filename=\"943b1240-00c1-4707-802e-594f4d1104a6-bundle.json\"");
    world.stop().await;
}

async fn who_has_the_whole_collection_is_told_so(backend: Backend) {
    let world = World::start(backend).await;
    world.add(&[indicator(1)]).await;
    for form in ["bundle.json", "objects.jsonl"] {
        let path = format!("{EXPORT}/{form}");
        let tag = world.get(&path).await.headers()["etag"].to_str().unwrap().to_owned();
        let again = async || {
            let request = world.request(Method::GET, &path).header("if-none-match", &tag);
            request.send().await.unwrap().status().as_u16()
        };
        assert_eq!(again().await, 304, "{form}");
        world.add(&[indicator(if form == "bundle.json" { 2 } else { 3 })]).await;
        assert_eq!(again().await, 200, "{form}");
    }
    assert!(world.get(&format!("{EXPORT}/ipv4.txt")).await.headers().get("etag").is_none());
    world.stop().await;
}

/// What a hostile feed or writer would put into the lists of others.
async fn lists_do_no_harm(backend: Backend) {
    let folder = tempfile::tempdir().unwrap();
    let list = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        AllowListSettings { file, action: AllowAction::Drop }
    };
    let lists = vec![
        list("dns.json", r#"{"name": "DNS", "type": "cidr", "list": ["8.8.8.8/32"]}"#),
        list("own.json", r#"{"name": "Own", "type": "hostname", "list": ["mycorp.example"]}"#),
        list("more.json", r#"{"name": "More", "type": "string", "list": ["9.9.9.9", "b.example"]}"#),
    ];
    let world = World::start_with(backend, |config| config.allow_lists = lists).await;
    let hostile = [
        "[ipv4-addr:value = '8.8.8.8']",
        "[ipv4-addr:value IN ('8.8.8.8', '192.0.2.1')]",
        "[ipv4-addr:value = '192.0.2.2' OR ipv4-addr:value = '8.8.8.8']",
        "[ipv4-addr:value = '192.0.2.3'] OR [ipv4-addr:value = '8.8.8.8']",
        "[ipv4-addr:value ISSUBSET '8.8.8.8/32']",
        "[ipv4-addr:value ISSUBSET '8.8.8.0/24']",
        "[ipv4-addr:value = '8.0.0.0/8']",
        "[ipv4-addr:value = '9.9.9.0/24']",
        "[ipv4-addr:value ISSUBSET '8.0.0.0/5']",
        "[ipv4-addr:value ISSUBSET '0.0.0.0/1']",
        "[ipv4-addr:value ISSUBSET '128.0.0.0/1']",
        "[ipv4-addr:value = '10.0.0.0/8']",
        "[ipv4-addr:value = '127.0.0.1']",
        "[ipv4-addr:value = '169.254.169.254']",
        "[ipv4-addr:value = '255.255.255.255']",
        "[ipv6-addr:value ISSUBSET '::/1']",
        "[ipv6-addr:value ISSUBSET '8000::/1']",
        "[ipv6-addr:value ISSUBSET '2000::/3']",
        "[ipv6-addr:value = 'fe80::/10']",
        "[ipv6-addr:value = '::ffff:8.8.8.8']",
        "[domain-name:value IN ('mycorp.example', 'x.example')]",
        "[domain-name:value = 'WWW.MyCorp.example.']",
        "[domain-name:value = 'b.example']",
        "[domain-name:value = 'co.uk']",
        "[domain-name:value = 'github.io']",
        "[url:value = 'http://*/']",
        "[url:value = 'http://*.com/']",
        "[url:value = 'http://.*/']",
        "[url:value = 'javascript://x/%0aalert(1)']",
        "[url:value = 'data://x/y']",
        "[url:value = 'http://8.8.8.8/a']",
        "[url:value = 'https://mycorp.example/a']",
    ];
    let numbered = (1..).zip(hostile);
    world.add(&numbered.map(|(number, text)| pattern(number, text, &Value::Null)).collect::<Vec<_>>()).await;
    for (form, expected) in [
        ("ipv4.txt", "192.0.2.1\n192.0.2.2\n192.0.2.3\n"),
        ("ipv6.txt", ""),
        ("domain.txt", "x.example\n"),
        ("url.txt", ""),
    ] {
        assert_eq!(text(&world, form).await, expected, "{form}");
    }
    world.stop().await;
}

async fn lists_are_selected_and_cut(backend: Backend) {
    let world = World::start(backend).await;
    for number in 0..40 {
        let confidence = if number % 2 == 0 { 90 } else { 10 };
        let pattern_text = format!("[ipv4-addr:value = '192.0.2.{}']", number % 20);
        world.add(&[pattern(number + 1, &pattern_text, &json!({"confidence": confidence}))]).await;
    }
    world
        .add(&[pattern(
            99,
            "[url:value = 'https://e.example/a?b=c'] OR [url:value = 'http://f.example']",
            &Value::Null,
        )])
        .await;
    let lines = async |form: &str| text(&world, form).await.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines("ipv4.txt").await.len(), 20, "each value once");
    assert_eq!(
        lines("ipv4.txt?limit=3").await,
        ["192.0.2.19", "192.0.2.18", "192.0.2.17"],
        "the newest first"
    );
    assert_eq!(lines("ipv4.txt?limit=3&confidence>=80").await, ["192.0.2.18", "192.0.2.16", "192.0.2.14"]);
    assert_eq!(lines("ipv4.csv?limit=2").await.len(), 3);
    assert_eq!(lines("ipv4.txt?confidence=80").await.len(), 10);
    assert_eq!(lines("url.txt?format=pan-os").await, ["e.example/a?b=c", "f.example/"]);
    assert_eq!(lines("objects.jsonl?confidence=80").await.len(), 20);
    assert_eq!(lines("objects.jsonl?type=malware").await.len(), 0);
    for form in ["ipv4.txt?scheme=strip", "ipv4.txt?limit=0", "bundle.json?limit=1"] {
        let response =
            world.request_of("reader", Method::GET, &format!("{EXPORT}/{form}")).send().await.unwrap();
        assert_eq!(response.status(), 400, "{form}");
    }
    world.stop().await;
}

async fn list_is_refused_until_the_feed_was_read(backend: Backend) {
    let world = World::start_with(backend, |config| {
        let mut feed = FeedSettings::default();
        feed.name = "one".to_owned();
        config.feeds = vec![feed];
    })
    .await;
    for form in ["ipv4.txt", "ipv4.csv", "bundle.json", "objects.jsonl"] {
        let response =
            world.request_of("reader", Method::GET, &format!("{EXPORT}/{form}")).send().await.unwrap();
        assert_eq!(response.status(), 503, "{form}");
        assert!(response.headers().contains_key("retry-after"));
    }
    let now = world.clock.now();
    let health = FeedHealth {
        last_attempt: now,
        last_success: Some(now),
        last_news: None,
        failure: None,
        server_time: Some(now),
        quota: None,
        spent: Spent::default(),
    };
    world.storage.write_feed_health("one", &health).await.unwrap();
    let write = FeedWrite {
        progress: Some(Progress { began: now, covered_from: now, place: now }),
        ..FeedWrite::new("one")
    };
    let dating = Dating { clock: world.clock.clone(), allowance: std::time::Duration::ZERO };
    world.storage.write_feed(&collection(), write, &dating).await.unwrap();
    assert_eq!(text(&world, "ipv4.txt").await, "", "an empty list is a list now");
    world.stop().await;
}
