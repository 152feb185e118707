//! What is accepted, and what answers are declared as (sections 1.6.8 and 3.1).

use super::exchange::exchanges;
use crate::backend::{Backend, on_both};
use crate::posting::{send, tools};
use crate::world::World;

exchanges!(
    item_25_every_answer_has_the_media_type,
    item_26_without_a_version_the_latest_is_served,
    item_27_the_media_type_is_always_acceptable,
    item_28_other_types_are_acceptable_if_they_cover_ours,
    item_29_content_types_of_what_is_added,
    item_30_whatever_fails_has_a_taxii_error_as_its_body,
    item_31_head_has_no_body_range_is_ignored_and_other_methods_are_refused,
);
on_both!(item_29_the_type_of_stix_is_taken_if_the_settings_say_so);

async fn item_29_the_type_of_stix_is_taken_if_the_settings_say_so(backend: Backend) {
    let world = World::start_with(backend, |config| config.accept_stix_json = true).await;
    for (content_type, expected) in [
        (Some("application/stix+json; version=2.1"), 202),
        (Some("application/stix+json"), 202),
        (Some("application/taxii+json;version=2.1"), 202),
        (Some("application/stix+json;version=2.0"), 415),
        (Some("application/json"), 415),
        (None, 415),
    ] {
        let response = send(&world, content_type, tools(0..1).to_string()).await;
        assert_eq!(response.status(), expected, "{content_type:?}");
    }
    world.stop().await;
}
