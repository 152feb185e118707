//! The names of the objects that the bridge makes (STIX 2.1 section 2.9).
//!
//! An identifier is a UUID of version 5 in a namespace of the bridge's own, over the key of the object: so
//! the same IOC gets the same identifier wherever and whenever it is seen.

use serde_json::{Map, Value};
use stix_core::{Identifier, IdentifierError};
use uuid::{Uuid, uuid};

/// The namespace. It is not that of section 2.9, which is for cyber-observable objects only.
const NAMESPACE: Uuid = uuid!("0f2f9f9c-62c7-4d3e-9c0b-1d0a4f1f7a53");

/// What makes an object the one it is, as canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    object_type: String,
    text: String,
}

impl Key {
    /// The text, for the store.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The identifier of the object that the bridge makes for the key.
    ///
    /// # Errors
    /// The type must be a name that section 3.8 allows.
    pub fn identifier(&self) -> Result<Identifier, IdentifierError> {
        Identifier::from_parts(&self.object_type, Uuid::new_v5(&NAMESPACE, self.text.as_bytes()))
    }
}

/// What all keys of a feed share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Namer {
    author: String,
    installation: String,
}

impl Namer {
    /// Keys of objects by this author, made by this installation.
    pub fn new(author: &str, installation: &str) -> Self {
        Self { author: author.to_owned(), installation: installation.to_owned() }
    }

    /// What has made a key, and of what name.
    pub(super) fn of(key: &str) -> Option<(Self, Map<String, Value>)> {
        let members: Map<String, Value> = serde_json::from_str(key).ok()?;
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        Some((Self::new(text("author")?, text("installation")?), members))
    }

    /// The key of an object of this type with this name.
    pub fn key(&self, object_type: &str, name: Value) -> Key {
        let mut members: Vec<(String, Value)> = vec![
            ("author".to_owned(), Value::from(self.author.as_str())),
            ("installation".to_owned(), Value::from(self.installation.as_str())),
            ("type".to_owned(), Value::from(object_type)),
        ];
        if let Value::Object(name) = name {
            members.extend(name);
        }
        // RFC 8785: members in order of their names; the values are all strings, which serde_json writes
        // as the RFC does.
        members.sort_by(|(a, _), (b, _)| a.cmp(b));
        let text = Value::Object(Map::from_iter(members)).to_string();
        Key { object_type: object_type.to_owned(), text }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// These identifiers are in consumers' databases: a change here doubles every object there.
    #[test]
    fn names_never_change() {
        let key =
            Namer::new("SOC Defenders", "").key("indicator", json!({"pattern": "[url:value = 'a\\'b']"}));
        assert_eq!(
            key.as_str(),
            r#"{"author":"SOC Defenders","installation":"","pattern":"[url:value = 'a\\'b']","type":"indicator"}"#
        );
        let id = key.identifier().unwrap();
        assert_eq!(id.as_str(), "indicator--56086f3d-1b0b-594d-8c65-fceb3a34b1f9");
        let other =
            Namer::new("SOC Defenders", "b").key("indicator", json!({"pattern": "[url:value = 'a\\'b']"}));
        assert_ne!(other.identifier().unwrap(), id);
    }
}
