//! `GET /taxii2/` (section 4.1).

use serde_json::json;

use super::exchange::exchanges;
use crate::backend::{Backend, on_both};
use crate::world::World;

exchanges!(item_35_discovery_names_its_default_among_its_roots, item_37_errors_of_discovery);
on_both!(item_36_with_a_public_url_the_roots_are_absolute);

async fn item_36_with_a_public_url_the_roots_are_absolute(backend: Backend) {
    let world = World::start_with(backend, |config| {
        config.public_url = Some("https://taxii.example.com/".to_owned());
        (config.description, config.contact) =
            (Some("For tests".to_owned()), Some("soc@example.com".to_owned()));
    })
    .await;
    let root = "https://taxii.example.com/socdefenders/";
    assert_eq!(
        world.json("/taxii2/").await,
        json!({
            "title": "SOC Defenders bridge", "description": "For tests", "contact": "soc@example.com",
            "default": root, "api_roots": [root],
        })
    );
    world.stop().await;
}
