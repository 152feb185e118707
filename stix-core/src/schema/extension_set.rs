//! The extensions of an object (section 7.3).

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

use super::{Declared, Property};

/// A set of extensions: a declared struct of those that the specification defines for a type of
/// object, which keeps all others.
pub trait ExtensionSet:
    Declared + Property + Serialize + DeserializeOwned + Clone + fmt::Debug + PartialEq + Send + Sync + 'static
{
    /// Whether the extensions count for the deterministic identifier of their object.
    const ID_CONTRIBUTING: bool;
}
