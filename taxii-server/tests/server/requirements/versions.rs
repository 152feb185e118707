//! `GET .../objects/{object-id}/versions/` (section 5.8).

use super::exchange::exchanges;

exchanges!(item_78_versions_and_the_errors_of_asking_for_them);
