//! `GET .../manifest/` (section 5.3).

use super::exchange::exchanges;

exchanges!(
    item_79_the_manifest_and_the_errors_of_asking_for_it,
    item_80_a_record_of_the_manifest_is_a_version_of_an_object,
);
