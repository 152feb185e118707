//! The SOC Defenders feed: polled over HTTP, mapped to STIX, handed to ingest.
//!
//! ```text
//! schedule -> poll, backfill -> stretch (a window, cut until it fits) -> walk (one read whole) -> client -> SOC Defenders
//!                 |                                                                               (budget)
//!                 v
//!             arrivals -> ingest (keys, contributions, minted objects, coverage) -> storage
//! ```
//! An answer is cut into the texts of its records by `page` or `bundle`. From there to ingest there are only plain
//! functions on texts: `reader` gives each to `list_row` or, with `indicator_pattern` inside, to `stix_record`. What has to
//! be put right on the way, and what cannot be used (`refusal`), arrives too, as the bytes that came.

mod backfill;
mod budget;
mod bundle;
mod client;
mod connection;
mod failure;
mod indicator_pattern;
mod list_row;
mod loose_time;
mod outcome;
mod page;
mod pages;
mod poll;
#[cfg(test)]
mod properties;
mod reader;
mod record;
mod record_list;
mod refusal;
mod retry;
mod schedule;
mod service_text;
mod settings;
mod stix_record;
mod stretch;
mod text;
mod walk;
mod window;

pub use self::client::Client;
pub use self::failure::Failure;
pub use self::outcome::{PollError, Polled};
pub use self::poll::Poller;
pub use self::reader::Reader;
pub(crate) use self::refusal::Cause;
pub use self::retry::{Retried, Retry};
pub use self::schedule::run;
pub use self::settings::{ConfidenceWord, Endpoint, FeedSettings, KeyError, RouteSettings};
