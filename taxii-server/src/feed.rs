//! The SOC Defenders feed: polled over HTTP, mapped to STIX, handed to ingest.
//!
//! ```text
//! schedule -> poll -> client -> SOC Defenders
//!               |       `-> stix (bundles) , list (rows)
//!               v
//!            arrivals -> ingest (keys, contributions, minted objects, cursor) -> storage
//! ```
//! Between an answer and ingest there are only plain functions on values: `observable` reads a value,
//! `list_row` and `stix_record` read records.

mod client;
mod failure;
mod list_row;
mod loose_time;
mod observable;
mod poll;
mod schedule;
mod settings;
mod stix_record;
mod walk;

pub use self::client::Client;
pub use self::failure::Failure;
pub use self::poll::{PollError, Polled, Poller};
pub use self::schedule::run;
pub use self::settings::{Endpoint, FeedSettings, KeyError};
