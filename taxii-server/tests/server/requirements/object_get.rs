//! `GET .../objects/{object-id}/` (section 5.6).

use super::exchange::exchanges;

exchanges!(item_73_an_object_and_the_errors_of_asking_for_it);
