//! Binary data (STIX 2.1 section 2.1).

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::schema::{Kind, Property};

/// Bytes written as Base64 (RFC 4648 section 4), padded.
///
/// The text is kept as it was written.
///
/// ```
/// use stix_core::values::Binary;
///
/// let payload: Binary = "aGVsbG8=".parse()?;
/// assert_eq!(payload.bytes(), b"hello");
/// assert_eq!(Binary::from(&b"hello"[..]), payload);
/// # Ok::<(), stix_core::values::BinaryError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Binary(Box<str>);

impl Binary {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes that it stands for.
    pub fn bytes(&self) -> Vec<u8> {
        // The text was decoded once when it was read.
        STANDARD.decode(self.0.as_bytes()).unwrap_or_default()
    }
}

impl From<&[u8]> for Binary {
    fn from(bytes: &[u8]) -> Self {
        Self(STANDARD.encode(bytes).into())
    }
}

impl FromStr for Binary {
    type Err = BinaryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match STANDARD.decode(text) {
            Ok(_) => Ok(Self(text.into())),
            Err(cause) => Err(BinaryError { cause }),
        }
    }
}

impl fmt::Display for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Property for Binary {
    const KIND: &'static Kind = &Kind::Binary;
}

super::text_serde!(Binary, "a text in Base64");

/// A text that is not Base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BinaryError {
    cause: base64::DecodeError,
}

impl fmt::Display for BinaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text itself may be megabytes long.
        f.write_str("the text is not padded Base64 in the standard alphabet")
    }
}

impl std::error::Error for BinaryError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}
