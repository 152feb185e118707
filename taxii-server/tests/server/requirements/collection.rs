//! `GET .../collections/{id}/` (section 5.2).

use super::exchange::exchanges;

exchanges!(
    item_47_can_read_and_can_write_are_those_of_the_caller,
    item_48_errors_of_a_collection_and_a_description_for_who_may_only_write,
);
