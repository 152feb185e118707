//! The SOC Defenders feed: polled over HTTP, mapped to STIX, handed to ingest.
//!
//! ```text
//! schedule -> poll -> client -> SOC Defenders
//!               |       `-> stix (bundles) , list (rows)
//!               v
//!            arrivals -> ingest (keys, contributions, minted objects, cursor) -> storage
//! ```
//! Everything between an answer and ingest is plain functions on values: `observable` reads a value,
//! `list_row` and `stix_record` read records, `contribution` joins what is known of one subject, and
//! `mint` makes the object that says it.

mod arrival;
pub(crate) mod client;
pub(crate) mod contribution;
mod failure;
mod list_row;
mod loose_time;
pub(crate) mod mint;
pub(crate) mod name;
mod observable;
mod poll;
mod schedule;
mod settings;
mod stix_record;
mod subject;
mod walk;

pub use arrival::{Arrival, Quarantined};
pub use client::Client;
pub use contribution::Contribution;
pub use failure::Failure;
pub use mint::Minting;
pub use poll::{PollError, Poller, Polled};
pub use schedule::run;
pub use settings::{Author, Endpoint, FeedSettings, KeyError};
pub use subject::Subject;
