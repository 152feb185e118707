//! `GET .../objects/` (section 5.4).

use serde_json::json;

use super::exchange::exchanges;
use crate::backend::{Backend, on_both};
use crate::world::{OBJECTS, World, address, object};

exchanges!(item_68_objects_and_the_errors_of_asking_for_them);
on_both!(item_68_objects_are_served_as_the_bytes_that_came, consequence_g_empty_lists_are_a_setting);

async fn item_68_objects_are_served_as_the_bytes_that_came(backend: Backend) {
    let world = World::start(backend).await;
    let (malware, address) = (object("malware", 1, "2025-02-01T00:00:00Z"), address("198.51.100.3"));
    world.add(&[malware.clone(), address.clone()]).await;
    let text = world.get(OBJECTS).await.text().await.unwrap();
    assert_eq!(text, format!(r#"{{"objects":[{},{}]}}"#, malware.body, address.body));
    world.stop().await;
}

async fn consequence_g_empty_lists_are_a_setting(backend: Backend) {
    let world = World::start_with(backend, |config| config.empty_lists = true).await;
    for path in [OBJECTS, "/socdefenders/collections/socdefenders/manifest/"] {
        assert_eq!(world.json(path).await, json!({"objects": []}), "{path}");
    }
    world.stop().await;
}
