//! Checking documents against the specification: every problem, where it is and what to write instead.
//!
//! ```text
//! text -> documents -> tree -> structure (the tables), then the rules of objects and of whole documents -> report
//! ```
//!
//! ```
//! use stix_core::validate::Validator;
//!
//! let report = Validator::new().text(r#"{
//!   "type": "identity",
//!   "spec_version": "2.1",
//!   "id": "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
//!   "created": "2024-01-15T10:00:00Z",
//!   "modified": "2024-01-15T10:00:00.000Z",
//!   "name": "ACME"
//! }"#);
//! let problem = &report.problems()[0];
//! assert_eq!(problem.rule().code(), "timestamp-precision");
//! assert_eq!(problem.path(), "/created");
//! assert_eq!(problem.line(), Some(5));
//! assert_eq!(problem.help(), Some("write `2024-01-15T10:00:00.000Z`"));
//! ```

mod answer;
mod bundle;
mod check;
mod common;
mod constraints;
mod custom;
mod definitions;
mod document;
mod encoded;
mod extensions;
mod formats;
mod group;
mod identifiers;
mod index;
mod labels;
mod language;
mod location;
mod markings;
mod names;
mod profile;
mod references;
pub(crate) mod registries;
mod relations;
mod repair;
mod report;
mod restrictions;
mod rule;
mod structure;
mod tlp;
mod translations;
mod tree;
mod valid;
mod validator;
mod values;
mod versions;
mod whole;

pub use check::Check;
pub use document::Limits;
pub(crate) use encoded::{is_uri, uri};
pub(crate) use extensions::extension_definition;
pub(crate) use formats::{character_set, is_address_or_block, media_type, not_negative, value, without_port};
pub use group::{Group, Severity};
pub(crate) use language::{tag as language_tag, translated};
pub(crate) use names::{hyphenated, is_hyphenated};
pub use profile::{Level, Profile, UnknownRule};
pub use report::{Problem, Report};
pub use rule::Rule;
pub(crate) use tlp::marking_definition;
pub use tree::{Json, Members};
pub use valid::Valid;
pub use validator::{ObjectRule, Validator, check_object};
