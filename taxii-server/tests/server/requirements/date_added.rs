//! The headers `X-TAXII-Date-Added-First` and `X-TAXII-Date-Added-Last` (section 3.2).

use super::exchange::exchanges;

exchanges!(
    item_66_dates_of_the_first_and_last_object_in_the_headers,
    item_67_an_empty_answer_repeats_the_date_that_was_asked_for,
);
