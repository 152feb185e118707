//! An API root that the caller has no right in is told apart from one that is not there by nothing at all.

use reqwest::Method;
use taxii_server::config::{
    AnonymousAccess, ApiRootSettings, ApiRoots, CollectionSettings, DEFAULT_COLLECTION,
};
use taxii_server::storage::{Access, Scope};

use super::backend::Backend;
use super::world::{MEDIA_TYPE, World};

const HIDDEN: &str = "d5fa3d52-6eb1-4f6b-8cf3-6f2f9a2d8c34";

/// A server with the API roots `open` and `hidden`, and an account that may read the first.
async fn start(anonymous: bool) -> World {
    let world = World::start_with(Backend::Sqlite, |config| {
        let root = |path: &str, id: uuid::Uuid, anonymous| ApiRootSettings {
            path: path.to_owned(),
            title: path.to_owned(),
            description: None,
            collections: vec![CollectionSettings { id, anonymous, ..CollectionSettings::default() }],
        };
        let access = anonymous.then_some(AnonymousAccess::Read);
        config.max_login_failures = 0;
        config.collections.clear();
        config.api_root = ApiRoots::Several(vec![
            root("open", DEFAULT_COLLECTION, access),
            root("hidden", HIDDEN.parse().unwrap(), None),
        ]);
        assert_eq!(config.check(), Ok(()));
    })
    .await;
    let open = Scope::Collection(DEFAULT_COLLECTION.into());
    world.add_account("guest", open, Access::BOTH).await;
    world
}

/// All of an answer but the time.
async fn answer(
    world: &World,
    caller: Option<&str>,
    method: &Method,
    path: &str,
    accept: &str,
) -> (u16, Vec<String>, String) {
    let mut request =
        world.client.request(method.clone(), format!("{}{path}", world.url)).header("accept", accept);
    request = match caller {
        None => request,
        Some("guest") => request.header("authorization", World::authorization("guest")),
        // Trying a token costs nothing.
        Some(unknown) => request.bearer_auth(unknown),
    };
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let headers = response.headers().iter().filter(|(name, _)| *name != "date");
    let mut headers: Vec<_> = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.sort();
    (status, headers, response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hidden_api_root_answers_as_one_that_is_not_there() {
    let ends = [
        String::new(),
        "/".to_owned(),
        "/collections/".to_owned(),
        format!("/collections/{HIDDEN}/"),
        format!("/collections/{HIDDEN}/objects/"),
        format!("/collections/{HIDDEN}/objects/indicator--{HIDDEN}/versions/"),
        format!("/collections/{HIDDEN}/export/ipv4.txt"),
        format!("/collections/{HIDDEN}/export/nonsense"),
        format!("/status/{HIDDEN}/"),
        "/nothing/at/all/".to_owned(),
        "//collections".to_owned(),
    ];
    for anonymous in [false, true] {
        let world = start(anonymous).await;
        for end in &ends {
            for method in
                [Method::GET, Method::HEAD, Method::POST, Method::DELETE, Method::OPTIONS, Method::PUT]
            {
                for accept in [MEDIA_TYPE, "text/html", "*/*"] {
                    for caller in [None, Some("guest"), Some("nobody")] {
                        let hidden = answer(&world, caller, &method, &format!("/hidden{end}"), accept).await;
                        let absent = answer(&world, caller, &method, &format!("/absent{end}"), accept).await;
                        assert_eq!(hidden, absent, "{method} {end} by {caller:?}, {accept}");
                        let expected = if caller == Some("guest") { 404 } else { 401 };
                        assert_eq!(hidden.0, expected, "{method} {end} by {caller:?}");
                    }
                }
            }
        }
        assert_eq!(answer(&world, Some("guest"), &Method::GET, "/open/", "*/*").await.0, 200);
        assert_eq!(
            answer(&world, None, &Method::GET, "/open/", "*/*").await.0,
            if anonymous { 200 } else { 401 }
        );
        // What no API root can be called needs no credentials to be absent.
        assert_eq!(answer(&world, None, &Method::GET, "/favicon.ico", "*/*").await.0, 404);
        world.stop().await;
    }
}
