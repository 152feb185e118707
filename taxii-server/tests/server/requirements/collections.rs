//! `GET /{api-root}/collections/` (section 5.1).

use super::exchange::exchanges;

exchanges!(
    item_45_who_sees_no_collection_sees_no_list,
    item_46_collections_are_always_in_the_same_order_and_all_there,
);
