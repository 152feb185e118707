//! Those who ask or fail too often are told to wait (RFC 6585, section 4).

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use taxii_server::config::Config;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::backend::{Backend, on_both};
use super::world::{MEDIA_TYPE, OBJECTS, PASSWORD, World};

fn discovery(world: &World, password: &str) -> RequestBuilder {
    world.client.get(format!("{}/taxii2/", world.url)).basic_auth("reader", Some(password))
}

/// That the answer is a TAXII error which says how long to wait.
async fn must_wait(response: Response, seconds: &str) {
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], seconds);
    assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert_eq!((&body["http_status"], &body["error_code"]), (&"429".into(), &"too_many_requests".into()));
}

#[tokio::test]
async fn item_33_failed_logins_are_throttled() {
    let world = World::start_with(Backend::Sqlite, |config| config.max_login_failures = 2).await;
    for _ in 0..2 {
        assert_eq!(discovery(&world, "wrong").send().await.unwrap().status(), 401);
    }
    must_wait(discovery(&world, "wrong").send().await.unwrap(), "30").await;
    // From another address it is the name that waits; the header is not believed, since nobody is trusted.
    let elsewhere = discovery(&world, "wrong").header("x-forwarded-for", "192.0.2.1");
    must_wait(elsewhere.send().await.unwrap(), "30").await;
    world.clock.advance(Duration::from_secs(30));
    assert_eq!(discovery(&world, "wrong").send().await.unwrap().status(), 401);
    world.stop().await;
}

on_both!(item_33_right_password_is_let_in_whoever_else_fails);

async fn item_33_right_password_is_let_in_whoever_else_fails(backend: Backend) {
    let change = |config: &mut Config| {
        config.max_login_failures = 2;
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    };
    let place = Arc::new(backend.place().await);
    let world = World::start_on(Arc::clone(&place), change).await;
    let login = async |world: &World, network: &str, user: &str, password: &str| {
        let request = world.client.get(format!("{}/taxii2/", world.url)).basic_auth(user, Some(password));
        request.header("x-forwarded-for", network).send().await.unwrap().status().as_u16()
    };
    let (home, proxy, attacker) = ("192.0.2.1", "198.51.100.1", "203.0.113.1");
    assert_eq!(login(&world, home, "reader", PASSWORD).await, 200);
    world.stop().await;

    // A start later, and at the same time at another server of the store.
    let world = World::start_on(Arc::clone(&place), change).await;
    let other = World::start_on(place, change).await;
    for world in [&world, &other] {
        for _ in 0..3 {
            login(world, attacker, "reader", "wrong").await;
            login(world, home, "absent", "wrong").await;
            login(world, proxy, "absent", "wrong").await;
        }
        assert_eq!(login(world, attacker, "reader", "wrong").await, 429);
        assert_eq!(login(world, home, "absent", "wrong").await, 429);
        for (network, user) in [(home, "reader"), (proxy, "writer"), (proxy, "reader"), (attacker, "writer")]
        {
            assert_eq!(login(world, network, user, PASSWORD).await, 200, "{user} from {network}");
        }
        assert_eq!(login(world, attacker, "absent", PASSWORD).await, 429, "a password of another account");
        // What was written down tells the pair that is known from the others: its own failures count alone.
        assert_eq!(login(world, home, "reader", "wrong").await, 401);
    }
    let uses = world.storage.uses("reader").await.unwrap();
    assert!(uses.iter().any(|used| used.network.to_string() == home), "{uses:?}");
    other.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn item_33_behind_a_trusted_proxy_clients_are_told_apart() {
    let world = World::start_with(Backend::Sqlite, |config| {
        config.max_login_failures = 2;
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let from = |address: &str, user: &str| {
        let request = world.client.get(format!("{}/taxii2/", world.url)).basic_auth(user, Some("wrong"));
        request.header("x-forwarded-for", address)
    };
    for user in ["a", "b"] {
        assert_eq!(from("192.0.2.1", user).send().await.unwrap().status(), 401);
    }
    must_wait(from("192.0.2.1", "c").send().await.unwrap(), "30").await;
    assert_eq!(from("192.0.2.2", "c").send().await.unwrap().status(), 401);
    world.stop().await;
}

#[tokio::test]
async fn item_33_an_account_has_a_rate() {
    let world = World::start_with(Backend::Sqlite, |config| config.max_requests_per_minute = 3).await;
    for _ in 0..3 {
        assert_eq!(discovery(&world, PASSWORD).send().await.unwrap().status(), 200);
    }
    must_wait(discovery(&world, PASSWORD).send().await.unwrap(), "20").await;
    world.clock.advance(Duration::from_secs(20));
    assert_eq!(discovery(&world, PASSWORD).send().await.unwrap().status(), 200);
    must_wait(discovery(&world, PASSWORD).send().await.unwrap(), "20").await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn item_33_an_account_has_places_for_requests() {
    let world = World::start_with(Backend::Sqlite, |config| config.max_account_requests = 1).await;
    let status = async |user: &str| {
        let request = world.request_of(user, Method::GET, "/taxii2/");
        request.send().await.unwrap().status().as_u16()
    };
    let address = world.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let authorization = World::authorization("writer");
    let head = format!(
        "POST {OBJECTS} HTTP/1.1\r\nhost: x\r\nauthorization: {authorization}\r\naccept: {MEDIA_TYPE}\r\n\
         content-type: {MEDIA_TYPE}\r\ncontent-length: 10\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The request has its place as soon as its head was read.
    while status("writer").await == 200 {
        sleep(Duration::from_millis(5)).await;
    }
    must_wait(world.request_of("writer", Method::GET, "/taxii2/").send().await.unwrap(), "1").await;
    assert_eq!(status("reader").await, 200);
    drop(stream);
    while status("writer").await == 429 {
        sleep(Duration::from_millis(5)).await;
    }
    world.stop().await;
}

/// Whoever measures how long failures take must not learn which names there are.
#[tokio::test]
async fn item_17_a_wrong_name_takes_as_long_as_a_wrong_password() {
    let world = World::start_with(Backend::Sqlite, |config| config.max_login_failures = 0).await;
    let attempt = async |user: &str, number: usize| {
        let request = world.client.get(format!("{}/taxii2/", world.url));
        let start = std::time::Instant::now();
        let response = request.basic_auth(user, Some(format!("wrong {number}"))).send().await.unwrap();
        assert_eq!(response.status(), 401);
        start.elapsed()
    };
    // In turns that change about, so that both meet the same load of the machine and the same threads.
    let (mut there, mut not_there) = (Vec::new(), Vec::new());
    for number in 0..15 {
        if number % 2 == 0 {
            there.push(attempt("reader", number).await);
            not_there.push(attempt("nobody", number).await);
        } else {
            not_there.push(attempt("nobody", number).await);
            there.push(attempt("reader", number).await);
        }
    }
    there.sort_unstable();
    not_there.sort_unstable();
    let (there, not_there) = (there[7], not_there[7]);
    let ratio = there.as_secs_f64() / not_there.as_secs_f64();
    assert!((0.5..2.0).contains(&ratio), "{there:?} against {not_there:?}");
    world.stop().await;
}
