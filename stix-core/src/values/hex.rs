//! Hexadecimal data (STIX 2.1 section 2.8).

use std::{fmt, str::FromStr};

use crate::schema::{Kind, Property};

/// Bytes written as pairs of hexadecimal digits, at least one pair.
///
/// The text is kept as it was written. The specification wants lower case; upper case is widely
/// used and read too.
///
/// ```
/// use stix_core::values::Hex;
///
/// let magic: Hex = "4D5a".parse()?;
/// assert_eq!(magic.bytes(), [0x4d, 0x5a]);
/// assert_eq!(magic.as_str(), "4D5a");
/// assert_eq!(Hex::try_from(&[0x4d, 0x5a][..])?.as_str(), "4d5a");
/// # Ok::<(), stix_core::values::HexError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hex(Box<str>);

impl Hex {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes that it stands for.
    pub fn bytes(&self) -> Vec<u8> {
        let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default() as u8;
        let (pairs, _) = self.0.as_bytes().as_chunks();
        pairs.iter().map(|[high, low]| digit(*high) << 4 | digit(*low)).collect()
    }
}

impl TryFrom<&[u8]> for Hex {
    type Error = HexError;

    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().parse()
    }
}

impl FromStr for Hex {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let right = !text.is_empty()
            && text.len().is_multiple_of(2)
            && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if right { Ok(Self(text.into())) } else { Err(HexError { text: text.into() }) }
    }
}

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Property for Hex {
    const KIND: &'static Kind = &Kind::Hex;
}

super::text_serde!(Hex, "pairs of hexadecimal digits");

/// A text that is not hexadecimal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HexError {
    text: Box<str>,
}

impl fmt::Display for HexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not made of pairs of hexadecimal digits", self.text)
    }
}

impl std::error::Error for HexError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_pairs_only() {
        for text in ["00", "FFfe", "4d5a90"] {
            assert_eq!(text.parse::<Hex>().unwrap().to_string(), text);
        }
        for text in ["", "0", "0g", "0x41", " 41", "é"] {
            assert!(text.parse::<Hex>().is_err(), "{text}");
        }
    }
}
