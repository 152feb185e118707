//! STIX 2.1 objects as typed Rust: parse, build, print and check them.
//!
//! Every object is declared once, as a struct; reading, writing and the table that checks work
//! from follow from the declaration. What is not declared survives a round trip.
//!
//! # From a bundle to a report
//!
//! ```
//! use stix_core::{Bundle, Object, validate::Validator};
//!
//! let text = r#"{
//!   "type": "bundle",
//!   "id": "bundle--44af6c39-c09b-49c5-9de2-394224b04982",
//!   "objects": [{
//!     "type": "indicator",
//!     "spec_version": "2.1",
//!     "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
//!     "created": "2024-01-15T10:00:00.000Z",
//!     "modified": "2024-01-15T10:00:00.000Z",
//!     "name": "C2 server",
//!     "description": "Seen in January.",
//!     "pattern": "[ipv4-addr:value = '192.0.2.1']",
//!     "pattern_type": "stix",
//!     "valid_from": "2024-01-15T10:00:00Z",
//!     "valid_until": "2024-01-14T10:00:00Z",
//!     "x_acme_score": 7
//!   }]
//! }"#;
//!
//! // Objects are typed, and what nobody declares is kept.
//! let bundle: Bundle = text.parse()?;
//! for object in bundle.objects.iter().flatten() {
//!     if let Object::Indicator(indicator) = object {
//!         assert_eq!(indicator.valid_from.to_string(), "2024-01-15T10:00:00Z");
//!         assert_eq!(indicator.common.custom["x_acme_score"], 7);
//!     }
//! }
//!
//! // A report has every problem of a text, where it stands and what to do about it.
//! let report = Validator::new().text(text);
//! assert!(!report.is_valid());
//! let problem = report.errors().next().ok_or("none")?;
//! assert_eq!(problem.rule().code(), "property-relation");
//! assert_eq!((problem.path(), problem.line()), ("/objects/0", Some(4)));
//! assert_eq!(problem.message(), "`valid_until` is not after `valid_from`");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # From nothing to a bundle
//!
//! Constructors ask for what an object must have; `with_...` sets the rest, and `validated` checks.
//!
//! ```
//! use stix_core::{
//!     Context, SdoBuilder, bundle::BundleBuilder, sco::DomainName, sdo::Identity, sro::Relationship, tlp::Tlp,
//! };
//!
//! let acme = Identity::new("ACME").with_identity_class("organization").validated()?.into_inner();
//! let domain = DomainName::new("example.com");
//! let owns = Relationship::new(&domain.common.id, "related-to", &acme.common.id)
//!     .with_created_by_ref(&acme.common.id)
//!     .with_object_marking_refs([Tlp::Green2.id()]);
//!
//! let mut builder = BundleBuilder::new().with(acme).with(domain).with(owns);
//! builder.add_referenced(|_| None);
//! let bundle = builder.build_in(&Context::system())?;
//! assert!(serde_json::to_string(&bundle)?.contains("TLP:GREEN"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where to find what
//!
//! | To | see |
//! |---|---|
//! | read bundles larger than memory, one object at a time | [`bundle::BundleReader`] |
//! | find the properties of a type | [`sdo`], [`sco`], [`sro`], [`meta`] |
//! | choose rules and how strict they are | [`validate::Validator`], [`validate::Profile`] |
//! | make a new version, or find the latest | [`versioning`] |
//! | set markings, or withhold what is marked | [`markings`], [`tlp`] |
//! | follow references | [`graph`] |
//! | compare objects that mean the same | [`equivalence`] |
//! | make identifiers that all producers share | [`deterministic_id`] |
//! | get JSON Schemas | [`schema::json_schemas`] |
//! | declare types and extensions of one's own | [`Registry`] |
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
pub mod terminal;
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
