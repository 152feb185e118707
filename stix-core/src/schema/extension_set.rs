//! The extensions of an object (section 7.3).

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

use super::{Declared, Property};
use crate::Custom;

/// A set of extensions: a declared struct of those that the specification defines for a type of
/// object, which keeps all others.
///
/// ```
/// use stix_core::{Custom, ScoCommon, StixObject, StixStruct, sco::FileExtensions, schema::ExtensionSet};
///
/// // Those of files contribute; a type of one's own has a set of its own.
/// assert!(FileExtensions::ID_CONTRIBUTING);
///
/// /// The extensions of chips, by name.
/// #[derive(Clone, Debug, PartialEq, StixStruct)]
/// #[stix(name = "extensions of x-acme-chip", extensions)]
/// struct ChipExtensions {
///     #[stix(name = "acme-flash-ext")]
///     flash: Option<Flash>,
///     #[stix(custom)]
///     custom: Custom,
/// }
///
/// /// What is special about chips with memory.
/// #[derive(Clone, Debug, PartialEq, StixStruct)]
/// #[stix(name = "acme-flash-ext")]
/// struct Flash {
///     pages: i64,
///     #[stix(custom)]
///     custom: Custom,
/// }
///
/// /// A chip that was seen.
/// #[derive(Clone, Debug, PartialEq, StixObject)]
/// #[stix(type = "x-acme-chip", class = Sco, custom)]
/// struct Chip {
///     #[stix(common)]
///     common: ScoCommon<ChipExtensions>,
///     #[stix(id_contributing)]
///     serial: String,
/// }
///
/// let mut chip = Chip::new("c-1");
/// chip.common.extensions = Some(ChipExtensions::new().with_flash(Flash::new(4)));
/// assert_eq!(serde_json::to_value(&chip)?["extensions"]["acme-flash-ext"]["pages"], 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait ExtensionSet:
    Declared
    + Property
    + Serialize
    + DeserializeOwned
    + Clone
    + Default
    + fmt::Debug
    + PartialEq
    + Send
    + Sync
    + 'static
{
    /// Whether the extensions count for the deterministic identifier of their object.
    const ID_CONTRIBUTING: bool;

    /// The extensions that are not declared, to be changed.
    fn custom_mut(&mut self) -> &mut Custom;
}
