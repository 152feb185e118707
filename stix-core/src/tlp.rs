//! The marking definitions of the Traffic Light Protocol: TLP 1.0 (STIX 2.1 section 7.2.1.4) and
//! TLP 2.0, which the OASIS committee publishes as objects with an extension.
//!
//! These objects are fixed: nobody may make others for the same levels.

use chrono::{DateTime, Utc};
use serde_json::{Map, json};
use uuid::{Uuid, uuid};

use crate::{Identifier, Timestamp, meta::MarkingDefinition};

/// A level of the Traffic Light Protocol, in its version 1.0 or 2.0.
///
/// ```
/// use stix_core::tlp::Tlp;
///
/// let amber = Tlp::Amber2.marking();
/// assert_eq!(amber.name.as_deref(), Some("TLP:AMBER"));
/// assert_eq!(Tlp::of(&amber.common.id), Some(Tlp::Amber2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tlp {
    /// TLP 1.0: may be shared without restriction.
    White1,
    /// TLP 1.0: may be shared within the community.
    Green1,
    /// TLP 1.0: may be shared within the organization and its clients.
    Amber1,
    /// TLP 1.0: not for anybody but the recipients.
    Red1,
    /// TLP 2.0: may be shared without restriction.
    Clear2,
    /// TLP 2.0: may be shared within the community.
    Green2,
    /// TLP 2.0: may be shared within the organization and its clients.
    Amber2,
    /// TLP 2.0: may be shared within the organization only.
    AmberStrict2,
    /// TLP 2.0: not for anybody but the recipients.
    Red2,
}

/// The definition that TLP 2.0 markings extend.
pub const TLP_2_EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/// 2017-01-20T00:00:00Z in seconds.
const CREATED_1: i64 = 1_484_870_400;
/// 2022-10-01T00:00:00Z in seconds.
const CREATED_2: i64 = 1_664_582_400;

impl Tlp {
    /// All levels of both versions, each version from the least to the most restricted.
    pub const ALL: [Self; 9] = [
        Self::White1,
        Self::Green1,
        Self::Amber1,
        Self::Red1,
        Self::Clear2,
        Self::Green2,
        Self::Amber2,
        Self::AmberStrict2,
        Self::Red2,
    ];

    /// The level whose marking definition has this identifier.
    pub fn of(id: &Identifier) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.id() == *id)
    }

    /// The level of this version and name, such as 2 and `amber+strict`.
    pub fn named(version: u8, level: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tlp| tlp.version() == version && tlp.level() == level)
    }

    /// The version of the protocol: 1 or 2.
    pub fn version(self) -> u8 {
        match self {
            Self::White1 | Self::Green1 | Self::Amber1 | Self::Red1 => 1,
            Self::Clear2 | Self::Green2 | Self::Amber2 | Self::AmberStrict2 | Self::Red2 => 2,
        }
    }

    /// The name of the level in lower case.
    pub fn level(self) -> &'static str {
        match self {
            Self::White1 => "white",
            Self::Clear2 => "clear",
            Self::Green1 | Self::Green2 => "green",
            Self::Amber1 | Self::Amber2 => "amber",
            Self::AmberStrict2 => "amber+strict",
            Self::Red1 | Self::Red2 => "red",
        }
    }

    /// The identifier of the marking definition.
    pub fn id(self) -> Identifier {
        Identifier::known("marking-definition", self.uuid())
    }

    /// The marking definition.
    pub fn marking(self) -> MarkingDefinition {
        let seconds = if self.version() == 1 { CREATED_1 } else { CREATED_2 };
        let created: DateTime<Utc> = DateTime::from_timestamp_nanos(seconds * 1_000_000_000);
        let marking = MarkingDefinition::new(self.id(), Timestamp::from_millis(created))
            .with_name(format!("TLP:{}", self.level().to_ascii_uppercase()));
        if self.version() == 1 {
            let definition = Map::from_iter([("tlp".to_owned(), json!(self.level()))]);
            return marking.with_definition_type("tlp").with_definition(definition);
        }
        let extension = json!({"extension_type": "property-extension", "tlp_2_0": self.level()});
        let extensions = Map::from_iter([(TLP_2_EXTENSION.to_owned(), extension)]);
        MarkingDefinition { common: marking.common.with_extensions(extensions), ..marking }
    }

    fn uuid(self) -> Uuid {
        match self {
            Self::White1 => uuid!("613f2e26-407d-48c7-9eca-b8e91df99dc9"),
            Self::Green1 => uuid!("34098fce-860f-48ae-8e50-ebd3cc5e41da"),
            Self::Amber1 => uuid!("f88d31f6-486f-44da-b317-01333bde0b82"),
            Self::Red1 => uuid!("5e57c739-391a-4eb3-b6be-7d15ca92d5ed"),
            Self::Clear2 => uuid!("94868c89-83c2-464b-929b-a1a8aa3c8487"),
            Self::Green2 => uuid!("bab4a63c-aed9-4cf5-a766-dfca5abac2bb"),
            Self::Amber2 => uuid!("55d920b0-5e8b-4f79-9ee9-91f868d9b421"),
            Self::AmberStrict2 => uuid!("939a9414-2ddd-4d32-a0cd-375ea402b003"),
            Self::Red2 => uuid!("e828b379-4e03-4974-9ac4-e53a884c97c1"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_the_published_objects() {
        let printed = |level: Tlp| serde_json::to_value(level.marking()).unwrap();
        assert_eq!(
            printed(Tlp::White1),
            json!({
                "type": "marking-definition", "spec_version": "2.1",
                "id": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
                "created": "2017-01-20T00:00:00.000Z", "name": "TLP:WHITE",
                "definition_type": "tlp", "definition": {"tlp": "white"},
            })
        );
        assert_eq!(
            printed(Tlp::AmberStrict2),
            json!({
                "type": "marking-definition", "spec_version": "2.1",
                "id": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
                "created": "2022-10-01T00:00:00.000Z", "name": "TLP:AMBER+STRICT",
                "extensions": {
                    "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": {
                        "extension_type": "property-extension", "tlp_2_0": "amber+strict",
                    },
                },
            })
        );
    }
}
