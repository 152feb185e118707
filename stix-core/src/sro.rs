//! STIX Relationship Objects (STIX 2.1 chapter 5).

mod relationship;

pub use relationship::Relationship;
