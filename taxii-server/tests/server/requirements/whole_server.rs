//! What holds for the server as a whole (sections 1.6, 2, 7 and 8).

use reqwest::Method;
use serde_json::Value;
use taxii_server::auth::token;
use taxii_server::config::{AnonymousAccess, CollectionSettings};
use taxii_server::storage::{DateAdded, NewSecret, SecretKind};

use super::exchange::exchanges;
use super::library::library;
use crate::backend::{Backend, on_both};
use crate::hardening::raw;
use crate::world::{OBJECTS, World, body};

exchanges!(
    item_01_discovery_is_at_taxii2_at_the_root_of_the_host,
    item_03_no_endpoint_is_missing_for_who_may_only_read,
    item_05_basic_authentication_and_the_same_refusal_for_all_else,
    item_06_a_401_carries_a_challenge_for_each_scheme,
    item_15_what_the_caller_may_not_know_of_is_left_out,
    item_16_next_opens_nothing_that_the_request_may_not_see,
    item_17_what_is_hidden_and_what_is_not_there_are_alike,
);
on_both!(
    item_05_anonymous_access_is_a_setting_of_each_collection,
    item_05_anonymous_access_does_not_excuse_a_wrong_password,
    item_08_no_user_agent_is_needed,
    consequence_i_tokens_in_every_place_where_clients_put_them,
);

async fn item_05_anonymous_access_is_a_setting_of_each_collection(backend: Backend) {
    let collections = "/socdefenders/collections";
    for (anonymous, may_write) in [(AnonymousAccess::Read, false), (AnonymousAccess::Write, true)] {
        let world = World::start_with(backend, |config| {
            config.collections.push(CollectionSettings {
                id: "d5fa3d52-6eb1-4f6b-8cf3-6f2f9a2d8c34".parse().unwrap(),
                title: "Second".to_owned(),
                alias: Some("second".to_owned()),
                anonymous: Some(anonymous),
                ..CollectionSettings::default()
            });
        })
        .await;
        let ask = async |method, path: &str| {
            let response = world.client.request(method, format!("{}{path}", world.url)).send().await.unwrap();
            (response.status().as_u16(), body(response).await)
        };
        assert_eq!(ask(Method::GET, "/taxii2/").await.0, 200);
        assert_eq!(ask(Method::GET, &format!("{collections}/second/objects/")).await.0, 200);
        let post = ask(Method::POST, &format!("{collections}/second/objects/")).await;
        assert_eq!(post.0, if may_write { 415 } else { 403 });
        // An account may help, and whether the collection is there is not said.
        assert_eq!(ask(Method::GET, OBJECTS).await.0, 401);
        assert_eq!(ask(Method::GET, &format!("{collections}/nothing/objects/")).await.0, 401);
        let (_, listed) = ask(Method::GET, &format!("{collections}/")).await;
        let rights: Vec<_> = listed["collections"].as_array().unwrap().iter().map(rights).collect();
        assert_eq!(rights, [(true, may_write)]);
        world.stop().await;
    }
}

fn rights(collection: &Value) -> (bool, bool) {
    (collection["can_read"].as_bool().unwrap(), collection["can_write"].as_bool().unwrap())
}

async fn item_05_anonymous_access_does_not_excuse_a_wrong_password(backend: Backend) {
    let world = World::start_with(backend, |config| config.anonymous = true).await;
    let url = format!("{}{OBJECTS}", world.url);
    assert_eq!(world.client.get(&url).send().await.unwrap().status(), 200);
    assert_eq!(world.client.post(&url).send().await.unwrap().status(), 403);
    let wrong = world.client.get(&url).basic_auth("reader", Some("wrong"));
    assert_eq!(wrong.send().await.unwrap().status(), 401);
    world.stop().await;
}

async fn item_08_no_user_agent_is_needed(backend: Backend) {
    let authorization = World::authorization("reader");
    let request = format!(
        "GET /taxii2/ HTTP/1.1\r\nhost: x\r\nauthorization: {authorization}\r\nconnection: close\r\n\r\n"
    );
    let (status, _, discovery) = raw(&library(backend), request.as_bytes()).await;
    assert_eq!((status, discovery["default"].as_str()), (200, Some("/socdefenders/")));
}

async fn consequence_i_tokens_in_every_place_where_clients_put_them(backend: Backend) {
    let world =
        World::start_with(backend, |config| config.api_key_header = Some("X-API-Key".to_owned())).await;
    let secret = token::generate();
    let stored = NewSecret::new(SecretKind::Token, token::hash(&secret));
    let added = world.storage.add_secret("reader", &stored, DateAdded::from_millis(0)).await;
    assert!(added.unwrap().is_some());
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
