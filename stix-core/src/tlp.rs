//! The marking definitions of the Traffic Light Protocol: TLP 1.0 (STIX 2.1 section 7.2.1.4) and
//! TLP 2.0, which the OASIS committee publishes as objects with an extension.
//!
//! These objects are fixed: nobody may make others for the same levels.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::{Uuid, uuid};

use crate::{
    Identifier, Timestamp,
    meta::{MarkingCommon, MarkingDefinition},
};

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
///
/// ```
/// use stix_core::tlp::{TLP_2_EXTENSION, Tlp};
///
/// let marking = serde_json::to_value(Tlp::Amber2.marking())?;
/// assert_eq!(marking["extensions"][TLP_2_EXTENSION]["tlp_2_0"], "amber");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

    /// How restricted it is, in both versions on one scale.
    pub fn rank(self) -> TlpLevel {
        match self {
            Self::White1 | Self::Clear2 => TlpLevel::Clear,
            Self::Green1 | Self::Green2 => TlpLevel::Green,
            Self::Amber1 | Self::Amber2 => TlpLevel::Amber,
            Self::AmberStrict2 => TlpLevel::AmberStrict,
            Self::Red1 | Self::Red2 => TlpLevel::Red,
        }
    }

    /// The name of the marking definition, such as `TLP:AMBER`.
    pub fn name(self) -> String {
        format!("TLP:{}", self.level().to_ascii_uppercase())
    }

    /// When the marking definition was created.
    pub fn created(self) -> Timestamp {
        let seconds = if self.version() == 1 { CREATED_1 } else { CREATED_2 };
        let created: DateTime<Utc> = DateTime::from_timestamp_nanos(seconds * 1_000_000_000);
        Timestamp::from_millis(created)
    }

    /// The identifier of the marking definition.
    pub fn id(self) -> Identifier {
        Identifier::known("marking-definition", self.uuid())
    }

    /// The marking definition.
    pub fn marking(self) -> MarkingDefinition {
        let marking = MarkingDefinition::from_common(MarkingCommon::new(self.id(), self.created()))
            .with_name(self.name());
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

/// How restricted content is, whichever version of the protocol says so; ordered from `Clear`,
/// which anybody may have, to `Red`.
///
/// ```
/// use stix_core::tlp::{Tlp, TlpLevel};
///
/// assert_eq!(Tlp::White1.rank(), Tlp::Clear2.rank());
/// assert!(Tlp::Amber1.rank() < Tlp::AmberStrict2.rank());
///
/// let level: TlpLevel = "amber+strict".parse()?;
/// assert!(level < TlpLevel::Red);
/// assert_eq!(level.to_string(), "TLP:AMBER+STRICT");
/// # Ok::<(), stix_core::tlp::TlpLevelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlpLevel {
    /// May be shared without restriction; called white in TLP 1.0.
    Clear,
    /// May be shared within the community.
    Green,
    /// May be shared within the organization and its clients.
    Amber,
    /// May be shared within the organization only; TLP 2.0 alone has it.
    AmberStrict,
    /// Not for anybody but the recipients.
    Red,
}

impl TlpLevel {
    /// The level that a marking definition sets, if it is one of the protocol.
    ///
    /// The fixed objects are known by their identifiers. Others that carry the same definition must
    /// not exist, yet do; they count with what they say.
    ///
    /// ```
    /// use serde_json::json;
    /// use stix_core::tlp::TlpLevel;
    ///
    /// let definition = json!({
    ///     "type": "marking-definition", "id": "marking-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
    ///     "definition_type": "tlp", "definition": {"tlp": "amber"},
    /// });
    /// assert_eq!(TlpLevel::of_definition(&definition), Some(TlpLevel::Amber));
    /// ```
    pub fn of_definition(marking: &Value) -> Option<Self> {
        let fixed = marking.get("id").and_then(|id| Tlp::of(&id.as_str()?.parse().ok()?));
        let said = || {
            let one = marking.get("definition").and_then(|definition| definition.get("tlp"));
            let two = || marking.get("extensions")?.get(TLP_2_EXTENSION)?.get("tlp_2_0");
            one.or_else(two)?.as_str()?.parse().ok()
        };
        fixed.map(Tlp::rank).or_else(said)
    }
}

impl FromStr for TlpLevel {
    type Err = TlpLevelError;

    /// Reads the name of a level of either version, in any case and with or without `TLP:`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.to_ascii_lowercase();
        let name = name.strip_prefix("tlp:").unwrap_or(&name);
        let level = Tlp::ALL.into_iter().find(|tlp| tlp.level() == name);
        level.map(Tlp::rank).ok_or_else(|| TlpLevelError { text: text.into() })
    }
}

impl fmt::Display for TlpLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clear => "TLP:CLEAR",
            Self::Green => "TLP:GREEN",
            Self::Amber => "TLP:AMBER",
            Self::AmberStrict => "TLP:AMBER+STRICT",
            Self::Red => "TLP:RED",
        })
    }
}

/// The text names no level of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlpLevelError {
    text: Box<str>,
}

impl TlpLevelError {
    /// What to write instead.
    pub fn help(&self) -> &'static str {
        "write `clear`, `green`, `amber`, `amber+strict` or `red`"
    }
}

impl fmt::Display for TlpLevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no level of the Traffic Light Protocol", self.text)
    }
}

impl std::error::Error for TlpLevelError {}

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

    #[test]
    fn both_versions_are_on_one_scale() {
        let ranks = Tlp::ALL.map(Tlp::rank);
        assert!(ranks[..4].is_sorted() && ranks[4..].is_sorted());
        for tlp in Tlp::ALL {
            assert_eq!(tlp.level().parse(), Ok(tlp.rank()));
            assert_eq!(tlp.rank().to_string().parse(), Ok(tlp.rank()));
            let marking = serde_json::to_value(tlp.marking()).unwrap();
            assert_eq!(TlpLevel::of_definition(&marking), Some(tlp.rank()));
            let mut other = marking.clone();
            other["id"] = "marking-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".into();
            assert_eq!(TlpLevel::of_definition(&other), Some(tlp.rank()));
        }
        let statement = json!({"definition_type": "statement", "definition": {"statement": "tlp red"}});
        assert_eq!(TlpLevel::of_definition(&statement), None);
        assert!("purple".parse::<TlpLevel>().is_err());
    }
}
