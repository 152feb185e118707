//! Identifiers: `object-type--UUID` (STIX 2.1 section 2.9).

use std::{fmt, str::FromStr};

use uuid::{Uuid, Variant};

use crate::schema::{Kind, Property};

/// The longest name that an object type may have (section 3.8).
pub(crate) const MAX_TYPE_LENGTH: usize = 250;

/// The identifier of a STIX object, such as `indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f`.
///
/// The text is kept as it was written; two identifiers are equal when their texts are.
///
/// ```
/// use stix_core::Identifier;
///
/// let id: Identifier = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".parse()?;
/// assert_eq!(id.object_type(), "indicator");
/// assert_eq!(id.uuid().get_version_num(), 4);
/// # Ok::<(), stix_core::IdentifierError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    text: Box<str>,
    uuid: Uuid,
}

impl Identifier {
    /// Joins an object type and a UUID.
    ///
    /// # Errors
    /// The name of the type must be one that section 3.8 allows, the UUID one of RFC 4122.
    ///
    /// ```
    /// use stix_core::{Identifier, id::is_object_type};
    /// use uuid::uuid;
    ///
    /// let id = Identifier::from_parts("x-acme-thing", uuid!("8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"))?;
    /// assert_eq!(id.as_str(), "x-acme-thing--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f");
    /// assert!(!is_object_type("X Thing"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_parts(object_type: &str, uuid: Uuid) -> Result<Self, IdentifierError> {
        format!("{object_type}--{uuid}").parse()
    }

    /// An identifier of this crate's own: the type and the UUID are known to be right.
    pub(crate) fn known(object_type: &str, uuid: Uuid) -> Self {
        Self { text: format!("{object_type}--{uuid}").into(), uuid }
    }

    /// The part before `--`: the type of the object.
    pub fn object_type(&self) -> &str {
        let end = self.text.len().saturating_sub(SUFFIX_LENGTH);
        self.text.get(..end).unwrap_or_default()
    }

    /// The part after `--`.
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// The length of `--` and a UUID.
const SUFFIX_LENGTH: usize = 2 + 36;

impl FromStr for Identifier {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |kind| IdentifierError { kind, text: text.into() };
        // Nearly always the last part is as long as a UUID, and there is nothing to search. A type that ends with
        // a hyphen is left to the search, which splits at the first two hyphens.
        let parts = text.split_at_checked(text.len().saturating_sub(36));
        let parts = parts.and_then(|(before, uuid)| Some((before.strip_suffix("--")?, uuid)));
        let uuid = match parts {
            Some((object_type, uuid)) if is_object_type(object_type) && !object_type.ends_with('-') => uuid,
            _ => match text.split_once("--") {
                Some((object_type, uuid)) if is_object_type(object_type) => uuid,
                Some(_) => return Err(error(IdentifierErrorKind::ObjectType)),
                None => return Err(error(IdentifierErrorKind::NoUuid)),
            },
        };
        if uuid.len() != 36 {
            return Err(error(IdentifierErrorKind::Uuid));
        }
        let uuid = Uuid::try_parse(uuid).map_err(|_| error(IdentifierErrorKind::Uuid))?;
        if uuid.get_variant() != Variant::RFC4122 {
            return Err(error(IdentifierErrorKind::Variant));
        }
        Ok(Self { text: text.into(), uuid })
    }
}

/// Whether a text may name an object type (section 3.8): 3 to 250 characters of `a-z`, `0-9` and
/// single hyphens, the first one a letter.
pub const fn is_object_type(name: &str) -> bool {
    let [first, rest @ ..] = name.as_bytes() else { return false };
    let (mut rest, mut previous) = (rest, *first);
    while let [byte, after @ ..] = rest {
        let allowed = byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
        if !allowed || (*byte == b'-' && previous == b'-') {
            return false;
        }
        (rest, previous) = (after, *byte);
    }
    first.is_ascii_lowercase() && name.len() >= 3 && name.len() <= MAX_TYPE_LENGTH
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<&Self> for Identifier {
    fn from(id: &Self) -> Self {
        id.clone()
    }
}

impl Property for Identifier {
    const KIND: &'static Kind = &Kind::Identifier;
}

crate::values::text_serde!(
    Identifier,
    "an identifier such as `indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f`"
);

/// Why a text is not an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentifierError {
    kind: IdentifierErrorKind,
    text: Box<str>,
}

/// The rules that an identifier can break.
///
/// ```
/// use stix_core::{Identifier, id::IdentifierErrorKind};
///
/// let error = "identity--acme".parse::<Identifier>().unwrap_err();
/// assert_eq!(error.kind(), IdentifierErrorKind::Uuid);
/// assert_eq!(error.help(), "write the UUID as 32 hexadecimal digits in groups of 8-4-4-4-12");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentifierErrorKind {
    /// There is no `--` between a type and a UUID.
    NoUuid,
    /// The part before `--` cannot name an object type.
    ObjectType,
    /// The part after `--` is not a UUID in hyphenated form.
    Uuid,
    /// The UUID is not of the variant that RFC 4122 defines.
    Variant,
}

impl IdentifierError {
    /// Which rule is broken.
    pub fn kind(&self) -> IdentifierErrorKind {
        self.kind
    }

    /// What to write instead.
    pub fn help(&self) -> &'static str {
        match self.kind {
            IdentifierErrorKind::NoUuid => "write the object type, two hyphens and a UUID",
            IdentifierErrorKind::ObjectType => {
                "use 3 to 250 of a-z, 0-9 and single hyphens, starting with a letter"
            }
            IdentifierErrorKind::Uuid => "write the UUID as 32 hexadecimal digits in groups of 8-4-4-4-12",
            IdentifierErrorKind::Variant => "the first digit of the fourth group must be 8, 9, a or b",
        }
    }
}

impl fmt::Display for IdentifierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            IdentifierErrorKind::NoUuid => "has no `--` before a UUID",
            IdentifierErrorKind::ObjectType => "does not start with the name of an object type",
            IdentifierErrorKind::Uuid => "does not end with a UUID",
            IdentifierErrorKind::Variant => "holds a UUID that is not of the RFC 4122 variant",
        };
        write!(f, "identifier `{}` {what}", self.text)
    }
}

impl std::error::Error for IdentifierError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints() {
        for text in [
            "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
            "x-acme-thing--8E2E2D2B-17D4-4CBF-938F-98EE46B3CD3F",
            "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
        ] {
            let id: Identifier = text.parse().unwrap();
            assert_eq!(id.to_string(), text);
            assert_eq!(text.split_once("--").unwrap().0, id.object_type());
        }
    }

    #[test]
    fn names_the_broken_rule() {
        use IdentifierErrorKind::{NoUuid, ObjectType, Uuid, Variant};
        for (text, kind) in [
            ("", NoUuid),
            ("indicator", NoUuid),
            ("identity--socdefenders", Uuid),
            ("indicator--87654321432143218321876543214321", Uuid),
            ("indicator--{7654321-4321-4321-8321-87654321432}", Uuid),
            ("indicator--87654321-4321-4321-4321-876543214321", Variant),
            ("indicator--00000000-0000-0000-0000-000000000000", Variant),
            ("Indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", ObjectType),
            ("a--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", ObjectType),
            ("ätwas--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", ObjectType),
        ] {
            assert_eq!(text.parse::<Identifier>().unwrap_err().kind(), kind, "{text}");
        }
    }
}
