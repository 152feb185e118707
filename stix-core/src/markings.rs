//! Data markings: which apply where, setting and removing them, and withholding what is marked too
//! high (STIX 2.1 section 7.2).
//!
//! A marking applies to a whole object (`object_marking_refs`) or, as a granular marking, to the
//! content that its selectors name, with all that is inside. The specification gives none of
//! several markings precedence over another, nor does this module: [`Markings`] tells them all.
//! Granular markings also say in which language a text is; those are kept apart.
//!
//! The functions work on objects in JSON; a typed object becomes one by `serde_json::to_value`.
//!
//! ```
//! use serde_json::json;
//! use stix_core::{markings::{self, Marking, Markings, Selector}, tlp::{Tlp, TlpLevel}};
//!
//! let mut report = json!({
//!     "type": "report", "id": "report--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
//!     "name": "Quarterly", "labels": ["draft", "named source"],
//! });
//! let label: Selector = "labels.[1]".parse()?;
//! markings::add(&mut report, &Tlp::Green2.id())?;
//! markings::add_at(&mut report, &Marking::from(Tlp::Red2.id()), [label.clone()])?;
//!
//! let effective = Markings::of(&report).effective(&label);
//! assert_eq!(effective, [Tlp::Green2.id(), Tlp::Red2.id()]);
//!
//! let mask = markings::Mask::new(&report, TlpLevel::Amber, &markings::Levels::default());
//! assert_eq!(mask.to_json()["labels"], json!(["draft", "TLP:RED"]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod edit;
mod effective;
mod mask;
mod selector;

pub use edit::{MarkingError, MarkingErrorKind, add, add_at, clear, clear_at, compress, remove, remove_at};
pub use effective::{Marking, Markings};
pub use mask::{Levels, Mask, Withheld, masked};
pub use selector::{Selector, SelectorError, SelectorErrorKind, Step};
