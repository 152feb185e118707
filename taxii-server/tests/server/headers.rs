//! Headers that every answer has.

use reqwest::Method;

use super::backend::Backend;
use super::tls::Authority;
use super::world::{OBJECTS, World, indicator};

/// Nobody keeps what depends on the caller, unless it has an `ETag` by which it is asked for again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_is_kept_by_others() {
    let world = World::start_with(Backend::Sqlite, |config| {
        config.admin_listen = Some("127.0.0.1:0".parse().unwrap());
    })
    .await;
    world.add(&[indicator(1)]).await;
    let admin = format!("http://{}", world.admin_address().unwrap());
    let id = "indicator--00000001-0000-4000-8000-000000000000";
    let collection = "/socdefenders/collections/socdefenders";
    let uuid = "943b1240-00c1-4707-802e-594f4d1104a6";
    let taxii = [
        ("/".to_owned(), 404),
        ("/nowhere/".to_owned(), 404),
        ("/healthz".to_owned(), 404),
        ("/taxii2/".to_owned(), 200),
        ("/socdefenders/".to_owned(), 200),
        ("/socdefenders/status/x/".to_owned(), 404),
        ("/socdefenders/collections/".to_owned(), 200),
        (format!("{collection}/"), 200),
        (format!("{collection}/manifest/"), 200),
        (OBJECTS.to_owned(), 200),
        (format!("{OBJECTS}?limit=x"), 400),
        (format!("{OBJECTS}?added_after=2030-01-01T00:00:00Z"), 200),
        (format!("{OBJECTS}{id}/"), 200),
        (format!("{OBJECTS}{id}/versions/"), 200),
        (format!("{OBJECTS}{}/", id.replace('1', "2")), 404),
        (format!("{collection}/export/bundle.json"), 200),
        (format!("{collection}/export/objects.jsonl"), 200),
        (format!("{collection}/export/ipv4.txt"), 200),
        (format!("{collection}/export/domain.csv"), 200),
        (format!("{collection}/export/nonsense"), 404),
    ];
    let pages = [
        "/",
        "/status",
        "/status/login",
        "/status/connect",
        "/status/search",
        "/status/search?value=192.0.2.1",
        "/status/quarantine",
        &format!("/status/collections/{uuid}"),
        &format!("/status/collections/{uuid}/objects/{id}"),
        "/status/nowhere",
    ]
    .map(str::to_owned);
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let check = async |method: Method, url: String, accept: &str, status: Option<u16>| {
        let request = client.request(method, &url).header("accept", accept);
        let response = request.header("authorization", World::authorization("reader")).send().await.unwrap();
        let (found, headers) = (response.status().as_u16(), response.headers());
        assert!(status.is_none_or(|status| status == found), "{url}: {found}");
        let kept = headers.get("cache-control").map(|value| value.to_str().unwrap().to_owned());
        let kept = kept.unwrap_or_else(|| panic!("no rule at {url}"));
        match headers.contains_key("etag") {
            true => assert_eq!(kept, "private, no-cache", "{url}"),
            false => assert!(kept.contains("no-store"), "{url}: {kept}"),
        }
        assert!(!headers.contains_key("strict-transport-security"), "{url}: this is not HTTPS");
    };
    for (path, status) in taxii {
        check(Method::GET, format!("{}{path}", world.url), "*/*", Some(status)).await;
        check(Method::HEAD, format!("{}{path}", world.url), "*/*", Some(status)).await;
        check(Method::PUT, format!("{}{path}", world.url), "*/*", None).await;
    }
    for path in pages {
        check(Method::GET, format!("{}{path}", world.url), "text/html", None).await;
    }
    for path in ["/healthz", "/readyz", "/metrics", "/nowhere"] {
        check(Method::GET, format!("{admin}{path}"), "*/*", None).await;
    }
    // The look of the pages is the same for everybody.
    let style = client.get(format!("{}/status/style.css", world.url)).send().await.unwrap();
    assert_eq!(style.headers()["cache-control"], "max-age=300");
    // Somebody without credentials.
    let refused = client.get(format!("{}/taxii2/", world.url)).send().await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["cache-control"]),
        (401, &"private, no-store".parse().unwrap())
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browsers_are_told_to_stay_with_https() {
    for hsts in [true, false] {
        let authority = Authority::new();
        let world = authority.world_with(Backend::Sqlite, |config| config.hsts = hsts).await;
        let client = authority.client().build().unwrap();
        for path in ["/taxii2/", "/status", "/favicon.ico"] {
            let url = format!("{}{path}", world.url.replace("127.0.0.1", "localhost"));
            let response = client.get(url).send().await.unwrap();
            let told = response.headers().get("strict-transport-security");
            assert_eq!(
                told.map(|value| value.to_str().unwrap()),
                hsts.then_some("max-age=31536000"),
                "{path}"
            );
        }
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handshakes_that_fail_are_counted() {
    let authority = Authority::new();
    let world = authority
        .world_with(Backend::Sqlite, |config| config.admin_listen = Some("127.0.0.1:0".parse().unwrap()))
        .await;
    // A client that does not trust the authority, and one that speaks plain HTTP.
    let url = world.url.replace("127.0.0.1", "localhost");
    assert!(reqwest::get(format!("{url}/taxii2/")).await.is_err());
    assert!(reqwest::get(format!("{}/taxii2/", url.replace("https", "http"))).await.is_err());
    let metrics = format!("http://{}/metrics", world.admin_address().unwrap());
    let mut text = String::new();
    for _ in 0..100 {
        text = reqwest::get(&metrics).await.unwrap().text().await.unwrap();
        if text.contains("\ntaxii_tls_handshake_failures_total 2\n") {
            return world.stop().await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{text}");
}
