//! The data types that are more than a JSON string or number (STIX 2.1 chapter 2).

mod binary;
mod confidence;
mod dictionary;
mod extensions;
mod float;
mod hashes;
mod hex;
mod integer;
mod integer_or_string;
mod observables;
mod spec_version;

pub use binary::{Binary, BinaryError};
pub use confidence::{Confidence, ConfidenceError};
pub use dictionary::Dictionary;
pub use extensions::Extensions;
pub use float::{Float, FloatError, Latitude, Longitude};
pub use hashes::Hashes;
pub use hex::{Hex, HexError};
pub use integer::{Integer, NonNegative, ObservationCount, Port, RangeError, SightingCount};
pub use integer_or_string::IntegerOrString;
pub use observables::Observables;
pub use spec_version::{SpecVersion, SpecVersionError};

/// Reads and writes a type that has a text form as a JSON string.
macro_rules! text_serde {
    ($type:ty, $expecting:literal) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $type;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}
pub(crate) use text_serde;
