//! STIX 2.1 objects as typed Rust: parse, build, print and check them.
//!
//! Every object is declared once, as a struct; reading, writing and the table that checks work
//! from follow from the declaration. What is not declared survives a round trip.
//!
//! ```
//! use stix_core::{Object, sdo::Indicator};
//!
//! let text = r#"{
//!     "type": "indicator",
//!     "spec_version": "2.1",
//!     "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
//!     "created": "2024-01-15T10:00:00.000Z",
//!     "modified": "2024-01-15T10:00:00.000Z",
//!     "pattern": "[ipv4-addr:value = '192.0.2.1']",
//!     "pattern_type": "stix",
//!     "valid_from": "2024-01-15T10:00:00Z",
//!     "x_acme_score": 7
//! }"#;
//! let indicator: Indicator = serde_json::from_str(text)?;
//! assert_eq!(indicator.valid_from.to_string(), "2024-01-15T10:00:00Z");
//! assert_eq!(indicator.common.custom["x_acme_score"], 7);
//!
//! let object: Object = serde_json::from_str(text)?;
//! assert!(matches!(object, Object::Indicator(_)));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Types and extensions of one's own are declared with the same derive and registered; see [`Registry`].
#![forbid(unsafe_code)]

// The derive macros name this crate by its own name, here as in the crates of its users.
extern crate self as stix_core;

pub mod bundle;
pub mod common;
pub mod context;
pub mod custom_object;
pub mod deterministic_id;
pub mod equivalence;
pub mod graph;
pub mod id;
pub mod markings;
pub mod meta;
pub mod object;
pub mod registry;
pub mod relationships;
pub mod schema;
#[cfg(feature = "jsonschema")]
pub mod schema_set;
pub mod sco;
pub mod sdo;
pub mod sro;
#[cfg(feature = "proptest")]
pub mod strategies;
pub mod timestamp;
pub mod tlp;
pub mod validate;
pub mod values;
pub mod versioning;
pub mod vocab;

mod external_reference;
mod granular_marking;
mod kill_chain_phase;

pub use bundle::Bundle;
pub use common::{Custom, ScoBuilder, ScoCommon, SdoBuilder, SdoCommon};
pub use context::Context;
pub use custom_object::CustomObject;
pub use external_reference::ExternalReference;
pub use granular_marking::GranularMarking;
pub use id::{Identifier, IdentifierError};
pub use kill_chain_phase::KillChainPhase;
pub use object::{Object, UntypedObject};
pub use registry::Registry;
pub use schema::StixObject;
pub use stix_derive::{StixObject, StixStruct};
pub use timestamp::{Timestamp, TimestampError};
pub use values::{Confidence, ConfidenceError, SpecVersion};
