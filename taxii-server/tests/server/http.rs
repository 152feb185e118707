//! The answers of the endpoints: statuses, headers, bodies.

use reqwest::{Method, Response};
use serde_json::json;
use taxii_server::auth::token;
use taxii_server::config::DEFAULT_COLLECTION;
use taxii_server::storage::{DateAdded, NewSecret, SecretKind};

use super::backend::{Backend, on_both};
use super::world::{OBJECTS, PASSWORD, World, address, body, indicator, object};

on_both!(
    every_answer_is_taxii,
    resources,
    objects_manifest_and_versions,
    empty_pages,
    who_is_let_in,
    tokens_in_every_place_where_clients_put_them,
    what_is_accepted,
    compression_and_head,
    the_limit_is_never_exceeded_and_the_server_has_its_own,
);

const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

async fn every_answer_is_taxii(backend: Backend) {
    let world = World::start(backend).await;
    world.add(&[indicator(1)]).await;
    let known = indicator(1).id;
    let paths = [
        ("GET", "/taxii2/".to_owned(), 200),
        ("GET", "/taxii2".to_owned(), 200),
        ("GET", "//taxii2//".to_owned(), 200),
        ("GET", "/socdefenders/".to_owned(), 200),
        ("GET", "/socdefenders/collections".to_owned(), 200),
        ("GET", "/socdefenders//collections/socdefenders/".to_owned(), 200),
        ("GET", format!("/socdefenders/collections/{DEFAULT_COLLECTION}/manifest/"), 200),
        ("GET", OBJECTS.to_owned(), 200),
        ("GET", format!("{OBJECTS}{known}/"), 200),
        ("GET", format!("{OBJECTS}{known}/versions/"), 200),
        ("GET", format!("{OBJECTS}{}/", indicator(2).id), 404),
        ("GET", format!("{OBJECTS}{}/versions/", indicator(2).id), 404),
        ("GET", format!("{OBJECTS}nonsense/"), 404),
        ("GET", format!("{OBJECTS}%ff/"), 404),
        ("GET", "/socdefenders/collections/none/objects/".to_owned(), 404),
        ("GET", "/socdefenders/status/2d086da7-4bdc-4f91-900e-d77486753710/".to_owned(), 404),
        ("GET", "/".to_owned(), 404),
        ("GET", "/elsewhere/".to_owned(), 404),
        ("GET", "/taxii2/elsewhere/".to_owned(), 404),
        ("GET", format!("{OBJECTS}?limit=0"), 400),
        ("GET", format!("{OBJECTS}?next=garbage"), 400),
        ("POST", OBJECTS.to_owned(), 403),
        ("DELETE", format!("{OBJECTS}{known}/"), 403),
        ("POST", "/socdefenders/collections/none/objects/".to_owned(), 404),
        ("PUT", OBJECTS.to_owned(), 405),
        ("POST", "/taxii2/".to_owned(), 405),
        ("OPTIONS", "/socdefenders/collections/".to_owned(), 405),
    ];
    for (method, path, status) in paths {
        let method: Method = method.parse().unwrap();
        let response = world.request(method.clone(), &path).send().await.unwrap();
        assert_eq!(response.status(), status, "{method} {path}");
        assert_eq!(header(&response, "content-type"), Some(MEDIA_TYPE), "{method} {path}");
        assert_eq!(header(&response, "allow").is_some(), status == 405, "{method} {path}");
        let body = body(response).await;
        if status != 200 {
            assert_eq!(body["http_status"], status.to_string(), "{method} {path}");
            assert!(body["title"].is_string());
        }
    }
    world.stop().await;
}

async fn resources(backend: Backend) {
    let world = World::start_with(backend, |config| {
        config.public_url = Some("https://taxii.example.com/".to_owned())
    })
    .await;
    let root = "https://taxii.example.com/socdefenders/";
    let discovery = world.json("/taxii2/").await;
    assert_eq!(discovery, json!({"title": "SOC Defenders bridge", "default": root, "api_roots": [root]}));
    let api_root = world.json("/socdefenders/").await;
    assert_eq!(api_root["versions"], json!([MEDIA_TYPE]));
    assert_eq!(api_root["max_content_length"], 104_857_600);
    let collections = world.json("/socdefenders/collections/").await;
    let collection = world.json("/socdefenders/collections/socdefenders/").await;
    assert_eq!(collections, json!({"collections": [collection]}));
    assert_eq!(collection["id"], DEFAULT_COLLECTION.to_string());
    assert_eq!((&collection["can_read"], &collection["can_write"]), (&json!(true), &json!(false)));
    world.stop().await;

    let world = World::start(backend).await;
    assert_eq!(world.json("/taxii2/").await["default"], "/socdefenders/");
    world.stop().await;
}

async fn objects_manifest_and_versions(backend: Backend) {
    let world = World::start(backend).await;
    let (old, new) = ("2025-01-01T00:00:00.000Z", "2025-02-01T00:00:00Z");
    world.add(&[object("malware", 1, new), object("malware", 1, old), address("198.51.100.3")]).await;
    let date = |millis: u32| format!("2026-01-01T00:00:02.{millis:03}000Z");

    let response = world.get(OBJECTS).await;
    assert_eq!(header(&response, "x-taxii-date-added-first"), Some(&*date(0)));
    assert_eq!(header(&response, "x-taxii-date-added-last"), Some(&*date(2)));
    let text = String::from_utf8(response.bytes().await.unwrap().to_vec()).unwrap();
    let (malware, address) = (object("malware", 1, new).body, address("198.51.100.3").body);
    assert_eq!(text, format!(r#"{{"objects":[{malware},{address}]}}"#), "the bytes that were stored");

    let record = |id: &str, version: &str, millis| {
        json!({
            "id": id, "date_added": date(millis), "version": version,
            "media_type": "application/stix+json;version=2.1",
        })
    };
    let malware = object("malware", 1, new).id.to_string();
    let ipv4 = "ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd";
    let manifest = world.json("/socdefenders/collections/socdefenders/manifest/?match[version]=all").await;
    let records = [record(&malware, new, 0), record(&malware, old, 1), record(ipv4, &date(2), 2)];
    assert_eq!(manifest, json!({"objects": records}));

    assert_eq!(world.json(&format!("{OBJECTS}{malware}/versions/")).await, json!({"versions": [new, old]}));
    let page = world.json(&format!("{OBJECTS}{malware}/versions/?limit=1")).await;
    assert_eq!((&page["more"], &page["versions"]), (&json!(true), &json!([new])));
    let rest =
        world.json(&format!("{OBJECTS}{malware}/versions/?next={}", page["next"].as_str().unwrap())).await;
    assert_eq!(rest, json!({"versions": [old]}));

    let found = world.json(&format!("{OBJECTS}{malware}/?match[version]=2025-01-01T00:00:00Z")).await;
    assert_eq!(found["objects"][0]["modified"], old);
    let filtered = world.json(&format!("{OBJECTS}{malware}/?match[version]=2000-01-01T00:00:00Z")).await;
    assert_eq!(filtered, json!({}), "known but filtered away");
    world.stop().await;
}

async fn empty_pages(backend: Backend) {
    let world = World::start(backend).await;
    let response = world.get(OBJECTS).await;
    assert_eq!(header(&response, "x-taxii-date-added-last"), None);
    assert_eq!(body(response).await, json!({}));
    let response = world.get(&format!("{OBJECTS}?added_after=2027-01-01T00:00:00Z")).await;
    assert_eq!(header(&response, "x-taxii-date-added-first"), Some("2027-01-01T00:00:00.000000Z"));
    assert_eq!(header(&response, "x-taxii-date-added-last"), Some("2027-01-01T00:00:00.000000Z"));
    assert_eq!(world.json("/socdefenders/collections/socdefenders/manifest/").await, json!({}));
    world.stop().await;

    let world = World::start_with(backend, |config| config.empty_lists = true).await;
    assert_eq!(world.json(OBJECTS).await, json!({"objects": []}));
    world.stop().await;
}

async fn who_is_let_in(backend: Backend) {
    let world = World::start(backend).await;
    let url = format!("{}/taxii2/", world.url);
    let statuses = [
        (None, 401),
        (Some("Basic cmVhZGVyOmNvcnJlY3QgaG9yc2U="), 200),
        (Some("basic cmVhZGVyOmNvcnJlY3QgaG9yc2U="), 200),
        (Some("Basic cmVhZGVyOndyb25n"), 401),
        (Some("Basic bm9ib2R5OmNvcnJlY3QgaG9yc2U="), 401),
        (Some("Bearer nonsense"), 401),
        (Some("Digest nonsense"), 401),
        (Some(""), 401),
    ];
    let mut refusals = Vec::new();
    for (authorization, status) in statuses {
        let mut request = world.client.get(&url);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{authorization:?}");
        if status == 401 {
            let challenges: Vec<_> = response.headers().get_all("www-authenticate").iter().cloned().collect();
            assert_eq!(challenges.len(), 2);
            refusals.push((challenges, body(response).await));
        }
    }
    assert!(refusals.iter().all(|refusal| *refusal == refusals[0]), "all refusals are alike");
    for path in ["/healthz", "/readyz"] {
        assert_eq!(world.client.get(format!("{}{path}", world.url)).send().await.unwrap().status(), 200);
    }
    world.stop().await;

    let world = World::start_with(backend, |config| config.anonymous = true).await;
    let url = format!("{}{OBJECTS}", world.url);
    assert_eq!(world.client.get(&url).send().await.unwrap().status(), 200);
    assert_eq!(world.client.post(&url).send().await.unwrap().status(), 403);
    let wrong = world.client.get(&url).basic_auth("reader", Some("wrong"));
    assert_eq!(wrong.send().await.unwrap().status(), 401);
    world.stop().await;
}

async fn tokens_in_every_place_where_clients_put_them(backend: Backend) {
    let world =
        World::start_with(backend, |config| config.api_key_header = Some("X-API-Key".to_owned())).await;
    let secret = token::generate();
    let date = DateAdded::from_millis(0);
    let stored = NewSecret::new(SecretKind::Token, token::hash(&secret));
    assert!(world.storage.add_secret("reader", &stored, date).await.unwrap().is_some());
    let request = || world.client.get(format!("{}/taxii2/", world.url));
    let requests = [
        (request().bearer_auth(&secret), 200),
        (request().header("authorization", format!("Token {secret}")), 200),
        (request().basic_auth("whoever", Some(&secret)), 200),
        (request().header("x-api-key", &secret), 200),
        (request().header("x-api-key", "wrong"), 401),
        (request().header("x-api-key", &secret).bearer_auth("wrong"), 401),
    ];
    for (number, (request, status)) in requests.into_iter().enumerate() {
        assert_eq!(request.send().await.unwrap().status(), status, "request {number}");
    }
    world.stop().await;
}

async fn what_is_accepted(backend: Backend) {
    let world = World::start(backend).await;
    for (accept, status) in [
        ("application/taxii+json", 200),
        ("*/*", 200),
        ("application/vnd.oasis.taxii+json; version=2.0", 406),
    ] {
        let request = world.client.get(format!("{}/taxii2/", world.url)).basic_auth("reader", Some(PASSWORD));
        let response = request.header("accept", accept).send().await.unwrap();
        assert_eq!(response.status(), status, "{accept}");
        assert_eq!(header(&response, "content-type"), Some(MEDIA_TYPE));
    }
    // No encoding that we have is acceptable: also refused in TAXII's words.
    let request = world.request(Method::GET, "/taxii2/").header("accept-encoding", "identity;q=0, br");
    let response = request.send().await.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "content-type")), (406, Some(MEDIA_TYPE)));
    world.stop().await;
}

async fn compression_and_head(backend: Backend) {
    let world = World::start(backend).await;
    let objects: Vec<_> = (0..100).map(indicator).collect();
    world.add(&objects).await;
    // The client undoes gzip and then drops these headers.
    let response = world.get(OBJECTS).await;
    assert_eq!(response.content_length(), None);
    assert_eq!(body(response).await["objects"].as_array().unwrap().len(), 100);
    let response = world.request(Method::HEAD, OBJECTS).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "x-taxii-date-added-first"), Some("2026-01-01T00:00:02.000000Z"));
    assert!(response.bytes().await.unwrap().is_empty());
    world.stop().await;
}

async fn the_limit_is_never_exceeded_and_the_server_has_its_own(backend: Backend) {
    let world = World::start_with(backend, |config| config.max_page = 10.try_into().unwrap()).await;
    let objects: Vec<_> = (0..25).map(indicator).collect();
    world.add(&objects).await;
    for (limit, expected) in [("", 10), ("?limit=3", 3), ("?limit=5000", 10)] {
        let page = world.json(&format!("{OBJECTS}{limit}")).await;
        assert_eq!(page["objects"].as_array().unwrap().len(), expected);
        assert_eq!(page["more"], true);
    }
    world.stop().await;
}
