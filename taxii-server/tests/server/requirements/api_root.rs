//! `GET /{api-root}/` (section 4.2).

use super::exchange::exchanges;
use crate::backend::{Backend, on_both};
use crate::posting::{ROOT, send, tools};
use crate::world::{MEDIA_TYPE, World};

exchanges!(item_38_what_an_api_root_says, item_40_errors_of_an_api_root);
on_both!(item_39_a_body_within_the_limit_is_taken_and_one_over_it_is_not);

async fn item_39_a_body_within_the_limit_is_taken_and_one_over_it_is_not(backend: Backend) {
    let text = tools(0..1).to_string();
    let limit = text.len() as u64;
    let world = World::start_with(backend, |config| config.max_content_length = limit).await;
    assert_eq!(world.json(&format!("{ROOT}/")).await["max_content_length"], limit);
    assert_eq!(send(&world, Some(MEDIA_TYPE), text.clone()).await.status(), 202);
    let long = send(&world, Some(MEDIA_TYPE), format!("{text} ")).await;
    assert_eq!(long.status(), 413);
    assert_eq!(long.headers()["content-type"], MEDIA_TYPE);
    world.stop().await;
}
