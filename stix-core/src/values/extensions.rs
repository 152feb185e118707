//! Extensions of objects that have none of the predefined ones (STIX 2.1 section 7.3).

use std::ops::{Deref, DerefMut};

use serde_json::{Map, Value};
use stix_derive::StixStruct;

use crate::Custom;

/// Extensions, each by the identifier of its definition.
///
/// ```
/// use serde_json::{Map, json};
/// use stix_core::values::Extensions;
///
/// let key = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
/// let content = json!({"extension_type": "property-extension", "tlp_2_0": "clear"});
/// let extensions = Extensions::from(Map::from_iter([(key.to_owned(), content)]));
/// assert_eq!(extensions[key]["tlp_2_0"], "clear");
/// ```
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "extensions", section = "7.3", extensions)]
pub struct Extensions {
    /// The extensions.
    #[stix(custom)]
    pub custom: Custom,
}

impl Deref for Extensions {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.custom
    }
}

impl DerefMut for Extensions {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.custom
    }
}

impl From<Map<String, Value>> for Extensions {
    fn from(custom: Map<String, Value>) -> Self {
        Self { custom }
    }
}
