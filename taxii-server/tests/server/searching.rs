//! Objects are found by what they match or name.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use reqwest::Method;
use serde_json::json;
use serde_json::value::RawValue;
use taxii_server::search::{Findings, How, Search};
use taxii_server::storage::deletion::Doomed;
use taxii_server::storage::{NewObject, Query};

use super::backend::{Backend, on_both};
use super::world::{World, collection, indicator, object};

on_both!(
    values_lead_to_the_indicators_that_match_them,
    only_last_versions_are_found,
    pages_of_searches,
    many_wildcards_are_tried_up_to_a_bound,
);

const HASH: &str = "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789";

fn pattern(number: u32, pattern: &str) -> NewObject {
    let object = indicator(number);
    let mut body: serde_json::Value = serde_json::from_str(object.body.get()).unwrap();
    let more = json!({"pattern": pattern, "pattern_type": "stix", "valid_from": "2025-06-01T00:00:00Z"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    NewObject { body: RawValue::from_string(body.to_string()).unwrap(), ..object }
}

fn named(object_type: &str, number: u32, more: &str) -> NewObject {
    let object = object(object_type, number, "2025-06-01T00:00:00.000Z");
    let body = format!("{},{more}}}", object.body.get().strip_suffix('}').unwrap());
    NewObject { body: RawValue::from_string(body).unwrap(), ..object }
}

/// The numbers of the objects, by how they are found.
type Expected<'a> = &'a [(How, &'a [u32])];

/// A search whose index is complete.
async fn search(world: &World) -> Search {
    let search = Search::new(world.storage.clone(), vec![collection()], world.clock.clone());
    for _ in 0..1000 {
        // The server writes the same index.
        if !search.catch_up().await.unwrap() && !find(&search, "nothing").await.1 {
            return search;
        }
    }
    panic!("the index is never complete");
}

async fn found_by(search: &Search, text: &str) -> Findings {
    let admission = search.admit("somebody").await.unwrap();
    search.find(&collection(), text, &admission).await.unwrap()
}

/// The numbers of the objects that are found, by how they are; and whether the index lacks some.
async fn find(search: &Search, text: &str) -> (BTreeMap<How, Vec<u32>>, bool) {
    let findings = found_by(search, text).await;
    let mut found: BTreeMap<How, Vec<u32>> = BTreeMap::new();
    for one in &findings.found {
        let body: serde_json::Value = serde_json::from_slice(&one.object.body).unwrap();
        let digits = body["id"].as_str().unwrap().split("--").nth(1).unwrap();
        found.entry(one.how).or_default().push(u32::from_str_radix(&digits[..8], 16).unwrap());
    }
    found.values_mut().for_each(|numbers| numbers.sort_unstable());
    (found, findings.behind)
}

async fn values_lead_to_the_indicators_that_match_them(backend: Backend) {
    use How::{Contains, Matches, Names};
    let world = World::start(backend).await;
    world
        .add(&[
            pattern(1, "[ipv4-addr:value = '192.0.2.7']"),
            pattern(2, "[ipv4-addr:value = '192.0.2.0/24']"),
            pattern(3, "[ipv4-addr:value ISSUBSET '192.0.0.0/16']"),
            pattern(4, "[ipv4-addr:value = '192.0.2.7' AND ipv4-addr:x_port = 80]"),
            pattern(5, "[url:value LIKE 'http://evil.example/%']"),
            pattern(
                6,
                "[domain-name:value = 'evil.example' OR domain-name:value IN ('a.example', 'b.example')]",
            ),
            pattern(7, &format!("[file:hashes.'SHA-256' = '{HASH}']")),
            pattern(8, "[ipv6-addr:value = '2001:DB8::1']"),
            pattern(
                9,
                "[email-addr:value = 'joe@evil.example'] FOLLOWEDBY [domain-name:value = 'c.example']",
            ),
            pattern(10, "this is no pattern"),
            named("malware", 11, r#""name":"Emotet""#),
            named(
                "vulnerability",
                12,
                r#""external_references":[{"source_name":"cve","external_id":"CVE-2024-1"}]"#,
            ),
        ])
        .await;
    let search = search(&world).await;
    let cases: [(&str, Expected<'_>); 14] = [
        ("192.0.2.7", &[(Matches, &[1, 3]), (Contains, &[2]), (Names, &[4])]),
        (" 192.0.2.8\n", &[(Matches, &[3]), (Contains, &[2])]),
        ("192.0.3.1", &[(Matches, &[3])]),
        ("192.0.2.0/24", &[(Matches, &[2, 3])]),
        ("193.0.2.7", &[]),
        ("http://evil.example/x?y", &[(Matches, &[5])]),
        ("http://good.example/", &[]),
        ("Evil.example", &[(Matches, &[6])]),
        ("b.example", &[(Matches, &[6])]),
        ("c.example", &[(Names, &[9])]),
        (&HASH.to_lowercase(), &[(Matches, &[7])]),
        ("2001:db8:0::1", &[(Names, &[8])]),
        ("EMOTET", &[(Names, &[11])]),
        ("cve-2024-1", &[(Names, &[12])]),
    ];
    for (text, expected) in cases {
        let expected = expected.iter().map(|(how, numbers)| (*how, numbers.to_vec())).collect();
        assert_eq!(find(&search, text).await.0, expected, "{text}");
    }
    world.stop().await;
}

async fn only_last_versions_are_found(backend: Backend) {
    let world = World::start(backend).await;
    world
        .add(&[
            pattern(1, "[url:value = 'http://a.example/']"),
            pattern(2, "[url:value = 'http://a.example/']"),
        ])
        .await;
    let found = async |search: &Search| find(search, "http://a.example/").await.0;
    let index = search(&world).await;
    assert_eq!(found(&index).await[&How::Matches], [1, 2]);

    // A later version that names something else, and a deletion, which brings the version before back.
    world.add(&[object("indicator", 1, "2025-06-02T00:00:00.000Z")]).await;
    assert_eq!(found(&search(&world).await).await[&How::Matches], [2]);
    let dating = taxii_server::storage::Dating {
        clock: world.clock.clone(),
        allowance: std::time::Duration::from_secs(2),
    };
    let delete = async |number: u32, doomed: &Doomed| {
        let id = indicator(number).id;
        world.storage.delete_object(&collection(), &id, doomed, &dating).await.unwrap()
    };
    let last = Doomed::Versions { versions: taxii_server::storage::VersionFilter::LAST, spec_versions: None };
    assert_eq!(delete(1, &last).await, 1);
    assert_eq!(delete(2, &Doomed::Object).await, 1);
    assert_eq!(found(&search(&world).await).await[&How::Matches], [1]);
    world.stop().await;
}

async fn many_wildcards_are_tried_up_to_a_bound(backend: Backend) {
    let world = World::start(backend).await;
    let wild = |number| pattern(number, &format!("[url:value LIKE 'http://{number}.example/%']"));
    world.add(&(0..1010).map(wild).collect::<Vec<_>>()).await;
    let search = search(&world).await;
    let late = found_by(&search, "http://1009.example/x").await;
    assert_eq!((late.found.len(), late.untried), (1, true));
    let early = found_by(&search, "http://3.example/x").await;
    assert_eq!((early.found.len(), early.untried), (0, true));
    world.stop().await;
}

async fn pages_of_searches(backend: Backend) {
    let world = World::start(backend).await;
    let target = "indicator--00000001-0000-4000-8000-000000000000";
    let refers = format!(r#""relationship_type":"based-on","source_ref":"{target}","target_ref":"x--1""#);
    world.add(&[pattern(1, "[ipv4-addr:value = '192.0.2.7']"), named("relationship", 2, &refers)]).await;
    search(&world).await;
    let get = async |path: &str| {
        let request = world.request(Method::GET, path).header("accept", "text/html");
        request.send().await.unwrap().text().await.unwrap()
    };
    let text = get("/status/search?value=192.0.2.7").await;
    assert!(text.contains("Indicators that match") && text.contains(target), "{text}");
    assert!(!text.contains("Objects that name it"));
    assert!(get("/status/search?value=192.0.2.9").await.contains("Nothing here matches or names"));
    let hostile = get("/status/search?value=%22%3E%3Cscript%3E").await;
    assert!(
        hostile.contains("value=\"&#34;&#62;&#60;script&#62;\"") && !hostile.contains("<script"),
        "{hostile}"
    );
    // An identifier leads to its object, which says what refers to it.
    let text = get(&format!("/status/search?value={target}")).await;
    assert!(text.contains("Referred to by") && text.contains("indicator based-on x"), "{text}");
    world.stop().await;
}

/// Waits until the server has written its index. Nothing is searched for, which here would take long.
async fn indexed(world: &World) {
    for _ in 0..1000 {
        let mut query = Query::new(1, 1);
        query.after = Some(world.storage.mentions_until(&collection()).await.unwrap());
        if world.storage.objects(&collection(), &query).await.unwrap().rows.is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the index is never complete");
}

/// The clock of this server stands still, so only the test ends the time of the search.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn costly_patterns_end_a_search_and_block_nobody() {
    let world = World::start(Backend::Sqlite).await;
    let costly = |number| pattern(number, "[url:value MATCHES '^(\\\\w{14}){2}N$']");
    let cheap = pattern(2000, "[url:value LIKE 'http://a.example/%']");
    world.add(&(0..990).map(costly).chain([cheap]).collect::<Vec<_>>()).await;
    indexed(&world).await;
    let page = |name: &str| {
        let request = world.request_of(name, Method::GET, "/status/search?value=http://a.example/x");
        request.header("accept", "text/html")
    };
    // Of two at a time one is refused; the other one is under way.
    let mut searches: FuturesUnordered<_> = (0..2).map(|_| tokio::spawn(page("reader").send())).collect();
    let refused = searches.next().await.unwrap().unwrap().unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "1");
    let first = searches.into_iter().next().unwrap();
    for _ in 0..10 {
        let health = world.client.get(format!("{}/healthz", world.url)).send().await.unwrap();
        assert_eq!(health.status(), 200);
        assert_eq!(world.get("/taxii2/").await.status(), 200);
    }
    assert!(!first.is_finished(), "the patterns are not costly");
    world.clock.advance(std::time::Duration::from_secs(1));
    let text = first.await.unwrap().unwrap().text().await.unwrap();
    assert!(text.contains("were not tried"), "{text}");
    assert!(text.contains("indicator--000007d0-"), "the cheap pattern was tried first: {text}");
    world.stop().await;
}
