//! STIX Relationship Objects (STIX 2.1 chapter 5).

mod relationship;
mod sighting;

pub use relationship::Relationship;
pub use sighting::Sighting;
