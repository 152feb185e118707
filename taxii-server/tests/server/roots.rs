//! Several API roots (TAXII 2.1, sections 4.1 and 4.2).

use reqwest::Method;
use serde_json::json;
use taxii_server::config::{ApiRootSettings, ApiRoots, CollectionSettings, DEFAULT_COLLECTION};
use taxii_server::storage::{Access, Scope};

use super::backend::{Backend, on_both};
use super::world::World;

on_both!(
    item_02_each_api_root_has_its_own_title_and_collections,
    item_22_a_collection_of_another_api_root_is_not_there,
    item_36_discovery_lists_the_api_roots_that_the_caller_may_see,
);

const PARTNERS: &str = "d5fa3d52-6eb1-4f6b-8cf3-6f2f9a2d8c34";

/// Two API roots whose collections have the same title and alias.
async fn start(backend: Backend) -> World {
    World::start_with(backend, |config| {
        let root = |path: &str, id: uuid::Uuid| ApiRootSettings {
            path: path.to_owned(),
            title: format!("The {path}"),
            description: None,
            collections: vec![CollectionSettings { id, ..CollectionSettings::default() }],
        };
        config.collections.clear();
        config.api_root = ApiRoots::Several(vec![
            root("internal", DEFAULT_COLLECTION),
            root("partners", PARTNERS.parse().unwrap()),
        ]);
        assert_eq!(config.check(), Ok(()));
    })
    .await
}

async fn item_02_each_api_root_has_its_own_title_and_collections(backend: Backend) {
    let world = start(backend).await;
    let discovery = world.json("/taxii2/").await;
    assert_eq!(discovery["api_roots"], json!(["/internal/", "/partners/"]));
    assert_eq!(discovery["default"], "/internal/");
    for (path, id) in [("internal", DEFAULT_COLLECTION.to_string()), ("partners", PARTNERS.to_owned())] {
        assert_eq!(world.json(&format!("/{path}/")).await["title"], format!("The {path}"));
        let collections = world.json(&format!("/{path}/collections/")).await;
        assert_eq!(collections["collections"].as_array().unwrap().len(), 1);
        assert_eq!(collections["collections"][0]["id"], id);
        // The alias leads to the collection of this root.
        assert_eq!(world.json(&format!("/{path}/collections/socdefenders/")).await["id"], id);
    }
    assert_eq!(world.get("/socdefenders/").await.status(), 404);
    world.stop().await;
}

async fn item_22_a_collection_of_another_api_root_is_not_there(backend: Backend) {
    let world = start(backend).await;
    for end in ["", "objects/", "manifest/"] {
        let there = format!("/partners/collections/{PARTNERS}/{end}");
        assert_eq!(world.get(&there).await.status(), 200, "{there}");
        let not_there = format!("/internal/collections/{PARTNERS}/{end}");
        assert_eq!(world.get(&not_there).await.status(), 404, "{not_there}");
    }
    world.stop().await;
}

async fn item_36_discovery_lists_the_api_roots_that_the_caller_may_see(backend: Backend) {
    let world = start(backend).await;
    let partners = Scope::Collection(PARTNERS.parse::<uuid::Uuid>().unwrap().into());
    world.add_account("partner", partners, Access::READ).await;
    let get = async |path: &str| {
        let response = world.request_of("partner", Method::GET, path).send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_slice::<serde_json::Value>(&response.bytes().await.unwrap()).unwrap())
    };
    let (_, discovery) = get("/taxii2/").await;
    assert_eq!(
        (&discovery["default"], &discovery["api_roots"]),
        (&json!("/partners/"), &json!(["/partners/"]))
    );
    for (path, status) in [
        ("/partners/", 200),
        ("/partners/collections/", 200),
        ("/internal/", 404),
        ("/internal/collections/", 404),
        ("/internal/collections/socdefenders/", 404),
    ] {
        assert_eq!(get(path).await.0, status, "{path}");
    }
    // Without any right there is nothing to see.
    assert!(world.storage.revoke("partner", partners, Access::READ).await.unwrap());
    assert_eq!(get("/taxii2/").await.1, json!({"title": "SOC Defenders bridge"}));
    world.stop().await;
}
