//! The SOC Defenders feed: polled over HTTP, mapped to STIX, handed to ingest.
//!
//! ```text
//! schedule -> poll, backfill -> stretch (a window, cut until it fits) -> walk (one read whole) -> client -> SOC Defenders
//!                 |                                                                               (budget)
//!                 v
//!             arrivals -> ingest (keys, contributions, minted objects, coverage) -> storage
//! ```
//! Between an answer and ingest there are only plain functions on values: `observable` reads a value,
//! `list_row` and `stix_record` read records.

mod backfill;
mod budget;
mod client;
mod failure;
mod list_row;
mod loose_time;
mod observable;
mod outcome;
mod poll;
mod schedule;
mod settings;
mod stix_record;
mod stretch;
mod walk;
mod window;

pub use self::client::Client;
pub use self::failure::Failure;
pub use self::outcome::{PollError, Polled};
pub use self::poll::Poller;
pub use self::schedule::run;
pub use self::settings::{Endpoint, FeedSettings, KeyError};
