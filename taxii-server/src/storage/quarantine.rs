//! Records of feeds that could not be used, or not as they came, with the bytes that came.
//!
//! A record is kept once, however often it comes. A record that an operator has dropped is remembered by its digest alone,
//! so that it does not come back with the next poll.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};

use super::{DateAdded, StorageError};

/// The part of a store that keeps odd records. Every method fails only when the database does. They are written by
/// [`super::Feeds::write_feed`], with what the other records of their poll gave.
#[async_trait]
pub trait Quarantine {
    /// The records in quarantine that are chosen, oldest first.
    async fn quarantined(&self, chosen: &Chosen, limit: u32) -> Result<Vec<QuarantinedRecord>, StorageError>;

    /// Those of the records that are in quarantine, or were dropped from it.
    async fn known_records(&self, records: &[RecordId]) -> Result<HashSet<RecordId>, StorageError>;

    /// Forgets the texts of these records for good; the answer is how many there were.
    async fn drop_quarantined(&self, records: &[RecordId], dropped: DateAdded) -> Result<u64, StorageError>;

    /// The records that were put right, latest first, as far as they are still kept.
    async fn repaired(&self, limit: u32) -> Result<Vec<RepairedRecord>, StorageError>;

    /// How often records of each feed, or of this one, were repaired and quarantined, by reason.
    async fn record_counts(&self, feed: Option<&str>) -> Result<Vec<RecordCount>, StorageError>;
}

/// How a record came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// As a row of the list endpoint.
    Row,
    /// As a STIX object.
    Object,
}

/// A record that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// The name of the cause, by which such records are counted.
    pub cause: String,
    /// Why, in one sentence.
    pub reason: String,
    /// How it came.
    pub form: Form,
    /// The record as it came.
    pub record: Vec<u8>,
}

/// A record that had to be put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The names of the repairs, by which such records are counted.
    pub repairs: BTreeSet<String>,
    /// How it came.
    pub form: Form,
    /// The record as it came.
    pub record: Vec<u8>,
}

/// What names a record: the SHA-256 of its feed, its form and its bytes, in hexadecimal digits.
///
/// ```
/// use taxii_server::storage::quarantine::{Form, RecordId};
///
/// let id = RecordId::of("socdefenders", Form::Row, b"{}");
/// assert_eq!(id.to_string().len(), 64);
/// assert_eq!(id.short().len(), 12);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId([u8; 32]);

/// The first digits of the name of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordPrefix {
    digits: String,
}

/// A record in quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantinedRecord {
    /// Its name.
    pub id: RecordId,
    /// The feed that it came from.
    pub feed: String,
    /// What is wrong with it.
    pub quarantined: Quarantined,
    /// When it first came.
    pub first_seen: DateAdded,
    /// How many bytes it has, where only the first [`KEPT_BYTES`] are kept.
    pub cut_from: Option<u64>,
}

impl QuarantinedRecord {
    /// A record of a feed that nobody has read yet: it waits, and nothing is known to be wrong with it.
    pub fn unread(feed: &str, form: Form, record: Vec<u8>) -> Self {
        Self {
            id: RecordId::of(feed, form, &record),
            feed: feed.to_owned(),
            quarantined: Quarantined { cause: String::new(), reason: String::new(), form, record },
            first_seen: DateAdded::from_millis(0),
            cut_from: None,
        }
    }
}

/// A record that was put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepairedRecord {
    /// Its name.
    pub id: RecordId,
    /// The feed that it came from.
    pub feed: String,
    /// What was done to it.
    pub repaired: Repaired,
    /// When it first came.
    pub first_seen: DateAdded,
    /// How many bytes it has, where only the first [`KEPT_BYTES`] are kept.
    pub cut_from: Option<u64>,
}

/// The most bytes that are kept of a record. Its name is the digest of all of it.
pub const KEPT_BYTES: usize = 64 << 10;

/// Returns what is kept of a record, and how many bytes all of it has if that is less.
pub(super) fn kept(record: &[u8]) -> (&[u8], Option<u64>) {
    let cut_from = (record.len() > KEPT_BYTES).then(|| u64::try_from(record.len()).unwrap_or(u64::MAX));
    (record.get(..KEPT_BYTES).unwrap_or(record), cut_from)
}

/// What became of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Handling {
    /// They were put right.
    Repaired,
    /// They could not be used.
    Quarantined,
    /// An allow-list had them dropped.
    Dropped,
}

/// How often something became of records of a feed. A record that comes again is counted once while it is kept; those that
/// are dropped are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordCount {
    /// The feed.
    pub feed: String,
    /// What became of them.
    pub handling: Handling,
    /// The name of the repair, of the cause, or of the allow-list.
    pub reason: String,
    /// How often.
    pub times: u64,
}

/// Which records are meant. The default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Only those with one of these names.
    pub ids: Option<Vec<RecordPrefix>>,
    /// Only those of this feed.
    pub feed: Option<String>,
    /// Only those with this cause.
    pub cause: Option<String>,
}

impl Quarantined {
    /// The name of the record, if it came from this feed.
    pub fn id(&self, feed: &str) -> RecordId {
        RecordId::of(feed, self.form, &self.record)
    }
}

impl Repaired {
    /// The name of the record, if it came from this feed.
    pub fn id(&self, feed: &str) -> RecordId {
        RecordId::of(feed, self.form, &self.record)
    }
}

impl Form {
    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Row => "row",
            Self::Object => "object",
        }
    }
}

impl Handling {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Repaired, Self::Quarantined, Self::Dropped];

    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Repaired => "repaired",
            Self::Quarantined => "quarantined",
            Self::Dropped => "dropped",
        }
    }
}

impl RecordId {
    /// The name of a record.
    pub fn of(feed: &str, form: Form, record: &[u8]) -> Self {
        Self(Sha256::digest([feed.as_bytes(), form.name().as_bytes(), record].join(&b'\n')).into())
    }

    /// The first digits, which are enough for people.
    pub fn short(&self) -> String {
        self.to_string().chars().take(12).collect()
    }

    /// The bytes of the digest.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// From the bytes of the digest, if they are as many as they should be.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl RecordPrefix {
    /// The least and the greatest digest that begin so.
    pub(super) fn range(&self) -> [Vec<u8>; 2] {
        ['0', 'f'].map(|rest| {
            let digits: Vec<u32> = self
                .digits
                .chars()
                .chain(std::iter::repeat(rest))
                .take(64)
                .filter_map(|c| c.to_digit(16))
                .collect();
            digits
                .chunks(2)
                .map(|pair| {
                    pair.iter().fold(0, |byte, digit| byte << 4 | u8::try_from(*digit).unwrap_or_default())
                })
                .collect()
        })
    }
}

impl FromStr for RecordPrefix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.to_ascii_lowercase();
        let well_formed = (4..=64).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_hexdigit());
        well_formed.then_some(Self { digits }).ok_or_else(|| "expected 4 to 64 hexadecimal digits".to_owned())
    }
}

impl fmt::Display for RecordPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digits)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_holds_what_begins_with_it() {
        let id = RecordId::of("feed", Form::Row, b"{}");
        let holds = |digits: &str| {
            let [least, greatest] = digits.parse::<RecordPrefix>().unwrap().range();
            least.as_slice() <= id.bytes() && id.bytes() <= greatest.as_slice()
        };
        let digits = id.to_string();
        for length in [4, 5, 12, 63, 64] {
            assert!(holds(&digits[..length]));
            assert!(holds(&digits[..length].to_uppercase()));
        }
        let other = if digits.starts_with('0') { "1" } else { "0" };
        assert!(!holds(&format!("{other}{}", &digits[1..6])));
        for text in ["", "abc", "xyzt", "é123"] {
            assert!(text.parse::<RecordPrefix>().is_err(), "{text}");
        }
    }
}
