//! Parameters of requests (section 3.4).

use super::exchange::exchanges;
use crate::backend::{Backend, on_both};
use crate::world::{OBJECTS, World, indicator};

exchanges!(
    item_49_a_malformed_parameter_is_refused,
    item_50_added_after_is_exclusive_and_about_the_date_of_adding,
    item_52_the_limit_is_never_exceeded_and_reached_if_there_is_enough,
    item_53_next_goes_on_with_the_same_parameters,
    item_54_fields_are_all_to_match_and_of_their_values_one,
    item_55_every_type_of_stix_can_be_asked_for,
    item_56_without_a_version_of_stix_the_latest_of_each_object,
    item_57_versions_are_chosen_by_their_own_time_whenever_they_came,
    item_58_the_manifest_is_filtered_by_what_the_objects_are,
    item_59_the_last_version_is_the_last_of_the_collection_not_of_the_page,
);
on_both!(item_52_the_server_has_a_limit_of_its_own);

async fn item_52_the_server_has_a_limit_of_its_own(backend: Backend) {
    let world = World::start_with(backend, |config| config.max_page = 10.try_into().unwrap()).await;
    let objects: Vec<_> = (0..25).map(indicator).collect();
    world.add(&objects).await;
    for (limit, expected) in [("", 10), ("?limit=3", 3), ("?limit=5000", 10)] {
        let page = world.json(&format!("{OBJECTS}{limit}")).await;
        assert_eq!(page["objects"].as_array().unwrap().len(), expected);
        assert_eq!(page["more"], true);
    }
    world.stop().await;
}
