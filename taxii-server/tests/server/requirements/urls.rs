//! The paths that there are, and how they may be written (sections 1.6.7, 4 and 5).

use super::exchange::exchanges;

exchanges!(
    item_20_a_path_is_served_with_and_without_its_last_slash,
    item_21_there_are_these_paths_and_no_others,
    item_22_the_alias_stands_for_the_identifier_in_every_path,
);
