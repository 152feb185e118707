//! The extensions of an object (section 7.3).

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

use super::{Declared, Property};
use crate::Custom;

/// A set of extensions: a declared struct of those that the specification defines for a type of
/// object, which keeps all others.
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
