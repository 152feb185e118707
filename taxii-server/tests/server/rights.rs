//! What callers see and may do, by their rights (TAXII 2.1, sections 3.1 and 5).

use reqwest::{Client, Method};
use serde_json::{Value, json};
use taxii_server::auth::token;
use taxii_server::config::{AnonymousAccess, CollectionSettings, DEFAULT_COLLECTION};
use taxii_server::storage::{Access, DateAdded, Grants, NewSecret, Scope, SecretKind};

use super::backend::{Backend, on_both};
use super::world::World;

on_both!(
    item_34_rights_decide_between_200_403_and_404,
    item_47_can_read_and_can_write_are_those_of_the_caller,
    item_17_what_is_hidden_and_what_is_not_there_are_alike,
    item_05_anonymous_access_is_a_setting_of_each_collection,
    item_34_rights_that_change_hold_from_the_next_request_on,
);

const ROOT: &str = "/socdefenders/collections";
const HIDDEN: &str = "d5fa3d52-6eb1-4f6b-8cf3-6f2f9a2d8c34";
const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";

/// A server with a second collection, which `anonymous` may do this with.
async fn start(backend: Backend, anonymous: Option<AnonymousAccess>) -> World {
    World::start_with(backend, |config| {
        config.collections.push(CollectionSettings {
            id: HIDDEN.parse().unwrap(),
            title: "Second".to_owned(),
            alias: Some("second".to_owned()),
            anonymous,
            ..CollectionSettings::default()
        });
    })
    .await
}

/// Somebody with these rights to the first collection.
async fn somebody(world: &World, name: &str, access: Access) -> String {
    let grants = Grants::from_iter([(Scope::Collection(DEFAULT_COLLECTION.into()), access)]);
    let (secret, date) = (token::generate(), DateAdded::from_millis(0));
    assert!(world.storage.add_account(name, &grants, date).await.unwrap());
    let stored = NewSecret::new(SecretKind::Token, token::hash(&secret));
    world.storage.add_secret(name, &stored, date).await.unwrap().unwrap();
    secret
}

async fn ask(world: &World, token: Option<&str>, method: Method, path: &str) -> (u16, Value) {
    let request = Client::new().request(method, format!("{}{path}", world.url)).header("accept", MEDIA_TYPE);
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], MEDIA_TYPE, "{path}");
    let challenged = response.headers().contains_key("www-authenticate");
    let status = response.status().as_u16();
    assert_eq!(challenged, status == 401, "{path}");
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
}

async fn item_34_rights_decide_between_200_403_and_404(backend: Backend) {
    let world = start(backend, None).await;
    let objects = format!("{ROOT}/socdefenders/objects/");
    let object = format!("{objects}indicator--0bdd5a5d-66f0-4f2c-8a1c-2a6e9b1b5a52/");
    // What the first collection, its objects, a POST and a DELETE give; the object of the DELETE does not exist.
    let cases =
        [(Access::NONE, 404, 404, 404), (Access::READ, 200, 200, 403), (Access::WRITE, 200, 403, 403)];
    for (number, (access, collection, read, delete)) in cases.into_iter().enumerate() {
        let token = somebody(&world, &format!("somebody {number}"), access).await;
        let status = async |method, path: &str| ask(&world, Some(&token), method, path).await.0;
        assert_eq!(status(Method::GET, &format!("{ROOT}/socdefenders/")).await, collection, "{access}");
        for end in ["objects/", "manifest/"] {
            let path = format!("{ROOT}/{DEFAULT_COLLECTION}/{end}");
            assert_eq!(status(Method::GET, &path).await, read, "{access}: {path}");
        }
        for path in [object.clone(), format!("{object}versions/")] {
            assert_eq!(status(Method::GET, &path).await, if read == 200 { 404 } else { read }, "{access}");
        }
        assert_eq!(status(Method::DELETE, &object).await, delete, "{access}");
        if !access.write {
            assert_eq!(status(Method::POST, &objects).await, delete, "{access}");
        }
    }
    world.stop().await;
}

async fn item_47_can_read_and_can_write_are_those_of_the_caller(backend: Backend) {
    let world = start(backend, None).await;
    for (number, access) in [Access::READ, Access::WRITE, Access::BOTH].into_iter().enumerate() {
        let token = somebody(&world, &format!("somebody {number}"), access).await;
        let (_, collection) =
            ask(&world, Some(&token), Method::GET, &format!("{ROOT}/{DEFAULT_COLLECTION}/")).await;
        assert_eq!(
            (&collection["can_read"], &collection["can_write"]),
            (&json!(access.read), &json!(access.write))
        );
        // The other collection is not there at all.
        let (_, listed) = ask(&world, Some(&token), Method::GET, &format!("{ROOT}/")).await;
        assert_eq!(listed, json!({"collections": [collection]}));
    }
    world.stop().await;
}

async fn item_17_what_is_hidden_and_what_is_not_there_are_alike(backend: Backend) {
    let world = start(backend, None).await;
    let token = somebody(&world, "somebody", Access::READ).await;
    for (method, end) in [(Method::GET, ""), (Method::GET, "objects/"), (Method::POST, "objects/")] {
        let answer = async |name: &str| {
            ask(&world, Some(&token), method.clone(), &format!("{ROOT}/{name}/{end}")).await
        };
        let (status, hidden) = answer("second").await;
        assert_eq!(status, 404);
        assert_eq!(answer(HIDDEN).await.1, hidden);
        assert_eq!(answer("3f6a8f0e-6d2b-4f0e-9c55-6a3b5a0f7d11").await.1, hidden);
    }
    world.stop().await;
}

async fn item_05_anonymous_access_is_a_setting_of_each_collection(backend: Backend) {
    let world = start(backend, Some(AnonymousAccess::Read)).await;
    let status = async |method, path: &str| ask(&world, None, method, path).await.0;
    assert_eq!(status(Method::GET, "/taxii2/").await, 200);
    assert_eq!(status(Method::GET, &format!("{ROOT}/second/objects/")).await, 200);
    assert_eq!(status(Method::POST, &format!("{ROOT}/second/objects/")).await, 403);
    // An account may help, and whether the collection is there is not said.
    assert_eq!(status(Method::GET, &format!("{ROOT}/socdefenders/objects/")).await, 401);
    assert_eq!(status(Method::GET, &format!("{ROOT}/nothing/objects/")).await, 401);
    let (_, listed) = ask(&world, None, Method::GET, &format!("{ROOT}/")).await;
    assert_eq!(listed["collections"].as_array().unwrap().len(), 1);
    assert_eq!(listed["collections"][0]["can_write"], false);
    world.stop().await;

    let world = start(backend, Some(AnonymousAccess::Write)).await;
    let (_, second) = ask(&world, None, Method::GET, &format!("{ROOT}/second/")).await;
    assert_eq!((&second["can_read"], &second["can_write"]), (&json!(true), &json!(true)));
    world.stop().await;
}

async fn item_34_rights_that_change_hold_from_the_next_request_on(backend: Backend) {
    let world = start(backend, None).await;
    let token = somebody(&world, "somebody", Access::READ).await;
    let objects = format!("{ROOT}/socdefenders/objects/");
    let status = async || ask(&world, Some(&token), Method::GET, &objects).await.0;
    assert_eq!(status().await, 200);
    assert!(
        world
            .storage
            .revoke("somebody", Scope::Collection(DEFAULT_COLLECTION.into()), Access::READ)
            .await
            .unwrap()
    );
    assert_eq!(status().await, 404);
    assert!(world.storage.grant("somebody", Scope::Everywhere, Access::READ).await.unwrap());
    assert_eq!(status().await, 200);
    let account = world.storage.account("somebody").await.unwrap().unwrap();
    assert!(world.storage.remove_secret("somebody", account.secrets[0].number).await.unwrap());
    assert_eq!(status().await, 401);
    world.stop().await;
}
