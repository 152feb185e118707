//! Pages that are made once: they are never old, and a client that has one is told so (TAXII 2.1, section 3; RFC 9110,
//! sections 8.8.3, 12.5.3 and 13.1.2).

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use flate2::read::GzDecoder;
use reqwest::{Client, Method, Response};
use serde_json::Value;
use taxii_server::config::Config;
use taxii_server::storage::feed::FeedWrite;
use taxii_server::storage::{Access, Added, DateAdded, Dating, Grants, NewSecret, Scope, SecretKind};

use super::backend::{Backend, on_both};
use super::posting::{MODIFIED, post, tool_id, tools};
use super::world::{OBJECTS, PASSWORD, World, collection, indicator, object};

on_both!(
    who_has_a_page_is_told_that_it_still_holds,
    a_page_is_served_again_until_something_is_committed,
    a_page_is_never_older_than_the_last_commit,
    a_page_is_never_older_than_the_last_commit_of_another_server,
    two_servers_name_a_page_alike,
    each_encoding_is_a_page_of_its_own,
    a_page_is_for_those_only_who_may_read,
    all_pages_are_right_however_many_are_kept,
    many_at_once_get_the_same_page,
);

const MANIFEST: &str = "/socdefenders/collections/socdefenders/manifest/";

/// A world whose client sees the bytes as they come.
async fn start(backend: Backend, change: impl FnOnce(&mut Config)) -> World {
    let mut world = World::start_with(backend, change).await;
    world.client = Client::builder().no_gzip().build().unwrap();
    world
}

async fn send(world: &World, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = world.request(method, path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap()
}

async fn get(world: &World, path: &str, headers: &[(&str, &str)]) -> Response {
    send(world, Method::GET, path, headers).await
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

fn tag(response: &Response) -> String {
    header(response, "etag").unwrap().to_owned()
}

async fn ids(world: &World) -> Vec<String> {
    let page = world.json(OBJECTS).await;
    let objects = page["objects"].as_array().into_iter().flatten();
    objects.map(|object| object["id"].as_str().unwrap().to_owned()).collect()
}

async fn delete(world: &World, number: usize) {
    let path = format!("{OBJECTS}{}/", tool_id(number));
    assert_eq!(world.request_of("writer", Method::DELETE, &path).send().await.unwrap().status(), 200);
}

async fn who_has_a_page_is_told_that_it_still_holds(backend: Backend) {
    let world = start(backend, |_| {}).await;
    world.add(&[indicator(1), indicator(2)]).await;
    let object = format!("{OBJECTS}indicator--00000001-0000-4000-8000-000000000000/");
    let versions = format!("{object}versions/");
    let nothing = format!("{OBJECTS}?added_after=2030-01-01T00:00:00Z");
    for path in [OBJECTS, MANIFEST, &object, &versions, &nothing] {
        let full = get(&world, path, &[]).await;
        let tag = tag(&full);
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 20, "{tag} is strong");
        let kept = [
            "content-type",
            "etag",
            "vary",
            "cache-control",
            "x-taxii-date-added-first",
            "x-taxii-date-added-last",
        ];
        assert!(kept.iter().all(|name| header(&full, name).is_some()), "{path}: {:?}", full.headers());
        let weak = format!("W/{tag}");
        let list = format!("\"other\", {weak} , \"third\"");
        for method in [Method::GET, Method::HEAD] {
            for known in [tag.as_str(), &weak, &list, "*"] {
                let answer = send(&world, method.clone(), path, &[("if-none-match", known)]).await;
                assert_eq!(answer.status(), 304, "{path} {known}");
                for name in kept {
                    assert_eq!(header(&answer, name), header(&full, name), "{path} {name}");
                }
                assert!(header(&answer, "date").is_some() && header(&answer, "content-encoding").is_none());
                assert!(answer.bytes().await.unwrap().is_empty());
            }
            for unknown in ["\"other\"", "", "nonsense", &tag[1..tag.len() - 1], "\"*\""] {
                let answer = send(&world, method.clone(), path, &[("if-none-match", unknown)]).await;
                assert_eq!(answer.status(), 200, "{path} {unknown}");
            }
        }
        let head = send(&world, Method::HEAD, path, &[]).await;
        for name in kept.into_iter().chain(["content-length"]) {
            assert_eq!(header(&head, name), header(&full, name), "{path} {name}");
        }
        assert!(head.bytes().await.unwrap().is_empty());
        assert!(!full.bytes().await.unwrap().is_empty());
    }
    // What is not there, or not understood, is said as ever.
    for (path, status) in
        [(format!("{OBJECTS}indicator--nothing/"), 404), (format!("{OBJECTS}?limit=0"), 400)]
    {
        let answer = get(&world, &path, &[("if-none-match", "*")]).await;
        assert_eq!(answer.status(), status);
        assert_eq!(header(&answer, "etag"), None);
    }
    world.stop().await;
}

async fn a_page_is_served_again_until_something_is_committed(backend: Backend) {
    for (bytes, expected) in [(1 << 20, 3), (0, 0)] {
        let world = start(backend, |config| config.page_cache = bytes).await;
        world.add(&[indicator(0), indicator(1), indicator(2)]).await;
        assert_eq!(ids(&world).await.len(), 3);
        // Behind the back of everybody, so that only what was kept can be served.
        world.place.execute("DELETE FROM object").await;
        assert_eq!(ids(&world).await.len(), expected);
        world.add(&[indicator(3)]).await;
        assert_eq!(ids(&world).await.len(), 1);
        world.stop().await;
    }
}

/// Each of these changes a page that was served just before.
async fn a_page_is_never_older_than_the_last_commit(backend: Backend) {
    let world = start(backend, |_| {}).await;
    changes_are_seen(&world, &world).await;
    world.stop().await;
}

async fn a_page_is_never_older_than_the_last_commit_of_another_server(backend: Backend) {
    let world = start(backend, |_| {}).await;
    let other = World::start_on(Arc::clone(&world.place), |_| {}).await;
    changes_are_seen(&other, &world).await;
    world.stop().await;
    other.stop().await;
}

async fn changes_are_seen(writer: &World, reader: &World) {
    let dating = Dating { clock: writer.clock.clone(), allowance: Duration::ZERO };
    let polled = async |number, modified: &str| {
        let objects = vec![object("tool", number, modified)];
        let write = FeedWrite { objects, ..FeedWrite::new("feed") };
        writer.storage.write_feed(&collection(), write, &dating).await.unwrap();
    };
    assert!(ids(reader).await.is_empty());
    for count in 1..=20 {
        post(writer, &tools(count - 1..count)).await;
        assert_eq!(ids(reader).await.len(), count, "POST");
    }
    let tag_before = tag(&get(reader, OBJECTS, &[]).await);
    post(writer, &tools(0..20)).await;
    assert_eq!(tag(&get(reader, OBJECTS, &[]).await), tag_before, "what was there already changes nothing");

    // One that has no other version, and one whose earlier version comes to light.
    delete(writer, 7).await;
    assert_eq!(ids(reader).await.len(), 19, "DELETE");
    let new = "2025-07-01T00:00:00.000Z";
    polled(3, new).await;
    assert_eq!(ids(reader).await.last(), Some(&tool_id(3)), "a poll");
    let path = format!("{OBJECTS}{}/?match[version]=last", tool_id(3));
    assert_eq!(writer.request_of("writer", Method::DELETE, &path).send().await.unwrap().status(), 200);
    let page = reader.json(&format!("{OBJECTS}{}/", tool_id(3))).await;
    assert_eq!(page["objects"][0]["modified"], MODIFIED, "DELETE of a version");

    polled(7, MODIFIED).await;
    assert_eq!(ids(reader).await.len(), 19, "deleted");
    writer.storage.lift_tombstones(&collection(), &tool_id(7).parse().unwrap()).await.unwrap();
    polled(7, MODIFIED).await;
    assert_eq!(ids(reader).await.len(), 20, "restored, and polled again");

    // A large envelope is worked off beside the requests.
    let status = post(writer, &tools(100..400)).await;
    while writer.storage.waiting_part().await.unwrap().is_some() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(ids(reader).await.len(), 320, "{status}");
}

async fn two_servers_name_a_page_alike(backend: Backend) {
    let one = start(backend, |_| {}).await;
    let mut other = World::start_on(Arc::clone(&one.place), |config| config.page_cache = 0).await;
    other.client = one.client.clone();
    one.add(&(0..50).map(indicator).collect::<Vec<_>>()).await;
    for path in [OBJECTS.to_owned(), format!("{OBJECTS}?limit=7"), MANIFEST.to_owned()] {
        for encoding in ["identity", "gzip", "zstd"] {
            let headers = [("accept-encoding", encoding)];
            let known = tag(&get(&one, &path, &headers).await);
            let answer =
                get(&other, &path, &[("accept-encoding", encoding), ("if-none-match", &known)]).await;
            assert_eq!(answer.status(), 304, "{path} {encoding}");
        }
    }
    // A page that is full stays what it is when more is added behind it.
    let first = tag(&get(&one, &format!("{OBJECTS}?limit=7"), &[]).await);
    one.add(&[indicator(99)]).await;
    let answer = get(&one, &format!("{OBJECTS}?limit=7"), &[("if-none-match", &first)]).await;
    assert_eq!(answer.status(), 304);
    one.stop().await;
    other.stop().await;
}

async fn each_encoding_is_a_page_of_its_own(backend: Backend) {
    let world = start(backend, |_| {}).await;
    world.add(&(0..50).map(indicator).collect::<Vec<_>>()).await;
    for path in [OBJECTS, MANIFEST] {
        let mut tags = Vec::new();
        let plain = get(&world, path, &[]).await.bytes().await.unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&plain).unwrap()["objects"].as_array().unwrap().len(), 50);
        let cases = [
            ("identity", None),
            ("gzip", Some("gzip")),
            ("zstd", Some("zstd")),
            ("gzip, deflate, br, zstd", Some("zstd")),
            ("zstd;q=0.1, gzip;q=0.2, identity;q=0", Some("gzip")),
            ("gzip;q=0.1, identity", None),
            ("deflate", None),
        ];
        for (accepted, expected) in cases {
            // The second time from memory.
            for _ in 0..2 {
                let answer = get(&world, path, &[("accept-encoding", accepted)]).await;
                assert_eq!(header(&answer, "content-encoding"), expected, "{accepted}");
                assert_eq!(header(&answer, "vary"), Some("Accept-Encoding"));
                assert_eq!(header(&answer, "content-type"), Some("application/taxii+json;version=2.1"));
                tags.push((tag(&answer), expected));
                let head = send(&world, Method::HEAD, path, &[("accept-encoding", accepted)]).await;
                for name in ["content-encoding", "content-length", "etag", "vary"] {
                    assert_eq!(header(&head, name), header(&answer, name), "{name}");
                }
                let body = answer.bytes().await.unwrap();
                assert_eq!(decoded(&body, expected), plain, "{accepted}");
                assert!(expected.is_none() || body.len() * 2 < plain.len());
            }
        }
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), 3, "one for each encoding: {tags:?}");
        let refused = get(&world, path, &[("accept-encoding", "br, identity;q=0")]).await;
        assert_eq!(refused.status(), 406);
        // What is of one encoding is not what a client has that takes another.
        let gzip = tags.iter().find(|(_, encoding)| *encoding == Some("gzip")).unwrap();
        let answer = get(&world, path, &[("accept-encoding", "zstd"), ("if-none-match", &gzip.0)]).await;
        assert_eq!(answer.status(), 200);
    }
    // What is short is not worth it.
    let short = get(&world, &format!("{OBJECTS}?limit=1"), &[("accept-encoding", "gzip")]).await;
    assert_eq!(header(&short, "content-encoding"), None);
    world.stop().await;
}

fn decoded(body: &[u8], encoding: Option<&str>) -> Vec<u8> {
    match encoding {
        None => body.to_owned(),
        Some("gzip") => {
            let mut text = Vec::new();
            GzDecoder::new(body).read_to_end(&mut text).unwrap();
            text
        }
        _ => zstd::bulk::decompress(body, 1 << 20).unwrap(),
    }
}

async fn a_page_is_for_those_only_who_may_read(backend: Backend) {
    let world = start(backend, |_| {}).await;
    world.add(&[indicator(1)]).await;
    let known = tag(&get(&world, OBJECTS, &[]).await);
    let cases = [("nobody", Access::NONE, 404), ("mute", Access::WRITE, 403), ("second", Access::READ, 304)];
    for (name, access, expected) in cases {
        let grants = Grants::from_iter([(Scope::Collection(collection()), access)]);
        let date = DateAdded::from_millis(0);
        world.storage.add_account(name, &grants, date).await.unwrap();
        let hash = taxii_server::auth::password::hash(PASSWORD).unwrap();
        world.storage.add_secret(name, &NewSecret::new(SecretKind::Password, hash), date).await.unwrap();
        let request = world.request_of(name, Method::GET, OBJECTS).header("if-none-match", &known);
        assert_eq!(request.send().await.unwrap().status(), expected, "{name}");
    }
    world.storage.revoke("reader", Scope::Everywhere, Access::READ).await.unwrap();
    assert_eq!(get(&world, OBJECTS, &[("if-none-match", &known)]).await.status(), 404);
    world.stop().await;
}

/// With room for a few pages at a time, and for none.
async fn all_pages_are_right_however_many_are_kept(backend: Backend) {
    for bytes in [20_000, 1000, 0] {
        let world = start(backend, |config| config.page_cache = bytes).await;
        let added = world.add(&(0..60).map(indicator).collect::<Vec<_>>()).await;
        for _ in 0..2 {
            for (start, added) in added.iter().enumerate() {
                let Added::New { date_added } = added else { panic!("{added:?}") };
                let page = world.json(&format!("{OBJECTS}?added_after={}", date_added.timestamp())).await;
                assert_eq!(page["objects"].as_array().map_or(0, Vec::len), 59 - start);
            }
        }
        world.stop().await;
    }
}

async fn many_at_once_get_the_same_page(backend: Backend) {
    let world = start(backend, |_| {}).await;
    for round in 0..5 {
        let objects: Vec<_> = (round * 40..round * 40 + 40).map(indicator).collect();
        world.add(&objects).await;
        let asked = (0..24).map(|index| {
            let encoding = ["identity", "gzip", "zstd"][index % 3];
            let world = &world;
            async move {
                let answer = get(world, OBJECTS, &[("accept-encoding", encoding)]).await;
                let encoding = header(&answer, "content-encoding").map(str::to_owned);
                decoded(&answer.bytes().await.unwrap(), encoding.as_deref())
            }
        });
        let pages = futures_util::future::join_all(asked).await;
        assert!(pages.iter().all(|page| *page == pages[0]));
        let page: Value = serde_json::from_slice(&pages[0]).unwrap();
        assert_eq!(page["objects"].as_array().unwrap().len(), (round as usize + 1) * 40);
    }
    world.stop().await;
}
