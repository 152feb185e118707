//! The one place that reads the clock of the system.

use std::time::{SystemTime, UNIX_EPOCH};

use stix_pattern::matcher::Instant;

/// The present instant. A clock that is set before 1970 shows 1970.
#[allow(
    clippy::disallowed_methods,
    reason = "indicators expire at some time, and this is where time comes from"
)]
pub(crate) fn now() -> Option<Instant> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::from_nanoseconds(i128::try_from(since.as_nanos()).ok()?)
}
