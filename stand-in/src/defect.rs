//! Records that are wrong in themselves, the way records of real feeds are.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    ioc::{Ioc, IocType},
    pattern,
    population::NAMESPACE,
};

macro_rules! defects {
    ($($(#[doc = $meaning:literal])+ $variant:ident,)+) => {
        /// What is wrong with a record as it is served. The [`Ioc`] that has it tells what is meant.
        ///
        /// Some are wrong at both endpoints, some are faults of a STIX object or of a row of the list only: there the record is
        /// as it should be at the other endpoint.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Defect {
            $($(#[doc = $meaning])+ $variant,)+
        }

        impl Defect {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
        }
    };
}

defects! {
    /// An address with a port.
    Port,
    /// A URL that is called a domain.
    UrlAsDomain,
    /// An address that is called a domain.
    AddressAsDomain,
    /// `hxxp`, `[.]`, `(dot)` or `[@]` in the value.
    Defanged,
    /// A SHA-1 that is called a SHA-256.
    OtherHash,
    /// A hash that lacks a digit.
    ShortHash,
    /// An address with a number that is none.
    NoAddress,
    /// The value is empty.
    NoValue,
    /// A type that no page of the vendor names.
    UnknownType,
    /// A text in place of a record.
    NoRecord,
    /// Times with an offset in place of the `Z`.
    OffsetTimes,
    /// Times with a space in place of the `T`.
    SpacedTimes,
    /// A time that is none.
    NoTime,
    /// Dated in the next century.
    Future,
    /// A row with a number for its tags.
    OddMember,
    /// An object without `spec_version`.
    NoSpecVersion,
    /// An object without `created` and `modified`.
    NoDates,
    /// An indicator without `pattern_type`.
    NoPatternType,
    /// An indicator with the labels of STIX 2.0 in place of `indicator_types`.
    OldLabels,
    /// The type of the IOC among `indicator_types`.
    IocTypeForIndicatorType,
    /// An object with a marking that does not come along.
    AbsentMarking,
    /// An object with a marking for the Traffic Light Protocol that somebody has made up.
    InventedMarking,
    /// A pattern that spells the name of the hash otherwise.
    HashName,
    /// A pattern with a quote in its value that is not escaped.
    Unescaped,
    /// A pattern that ends in its middle.
    BrokenPattern,
    /// A pattern in another language.
    OtherLanguage,
    /// `valid_from` is when the record was made.
    ValidFromImport,
    /// `valid_until` is before `valid_from`.
    EndBeforeBeginning,
}

/// TLP:GREEN of the Traffic Light Protocol 2.0, as OASIS publishes it.
const GREEN: &str = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";

impl Defect {
    /// Whether records of this type can have it; one of another type is served as it should be.
    #[must_use]
    pub fn suits(self, ioc_type: IocType) -> bool {
        use IocType::{Cve, Domain, Email, Ipv4, Md5, MitreAttack, Sha1, Sha256, Url};
        match self {
            Self::Port | Self::AddressAsDomain | Self::NoAddress => ioc_type == Ipv4,
            Self::UrlAsDomain | Self::Unescaped => ioc_type == Url,
            Self::Defanged => matches!(ioc_type, Url | Domain | Ipv4 | Email),
            Self::OtherHash => ioc_type == Sha1,
            Self::ShortHash | Self::HashName => matches!(ioc_type, Md5 | Sha1 | Sha256),
            _ => !matches!(ioc_type, Cve | MitreAttack),
        }
    }

    /// Spoils a row of the list.
    pub(crate) fn spoil_row(self, ioc: &Ioc, row: &mut Value) {
        if self == Self::NoRecord {
            *row = Value::from(ioc.value.as_str());
        }
        let Some(row) = row.as_object_mut() else { return };
        if let Some((ioc_type, value)) = self.said(ioc) {
            set(row, "type", ioc_type.as_str());
            set(row, "value", value);
        }
        match self {
            Self::UnknownType => set(row, "type", "ja3"),
            Self::OddMember => set(row, "tags", 7),
            _ => self.spoil_times(row, ["first_seen", "last_seen"], ioc),
        }
    }

    /// Spoils an indicator; the answer is an object that comes along, if any.
    pub(crate) fn spoil_object(self, ioc: &Ioc, object: &mut Value) -> Option<Value> {
        if self == Self::NoRecord {
            *object = Value::from(ioc.value.as_str());
        }
        let object = object.as_object_mut()?;
        if let Some((ioc_type, value)) = self.said(ioc) {
            set(object, "pattern", pattern::of(ioc_type, &value));
        }
        match self {
            Self::UnknownType => set(object, "type", "x-fingerprint"),
            Self::NoSpecVersion => remove(object, "spec_version"),
            Self::NoPatternType => remove(object, "pattern_type"),
            Self::NoDates => ["created", "modified"].into_iter().for_each(|name| remove(object, name)),
            Self::OldLabels => set(object, "labels", json!(["malicious-activity"])),
            Self::IocTypeForIndicatorType => set(object, "indicator_types", json!([ioc.ioc_type])),
            Self::AbsentMarking => set(object, "object_marking_refs", json!([GREEN])),
            Self::InventedMarking => {
                let id = format!("marking-definition--{}", Uuid::new_v5(&NAMESPACE, b"invented marking"));
                set(object, "object_marking_refs", json!([id]));
                return Some(json!({
                    "type": "marking-definition",
                    "spec_version": "2.1",
                    "id": id,
                    "created": "2024-01-01T00:00:00.000Z",
                    "definition_type": "tlp",
                    "definition": {"tlp": "amber"},
                }));
            }
            Self::HashName => {
                set(object, "pattern", ioc.stix_pattern().replace("'SHA-", "'sha").replace("MD5", "'md5'"))
            }
            Self::Unescaped => {
                let value = &ioc.value;
                set(object, "pattern", format!("[url:value = '{value}']"));
            }
            Self::BrokenPattern => {
                let whole = ioc.stix_pattern();
                set(object, "pattern", whole.trim_end_matches("']"));
            }
            Self::OtherLanguage => set(object, "pattern_type", "snort"),
            Self::ValidFromImport => {
                set(object, "first_seen", crate::endpoint::timestamp(ioc.first_seen));
                set(object, "valid_from", crate::endpoint::timestamp(ioc.updated));
            }
            Self::EndBeforeBeginning => set(object, "valid_until", "2001-01-01T00:00:00Z"),
            _ => self.spoil_times(object, ["valid_from", "modified"], ioc),
        }
        None
    }

    /// What is said in place of the type and the value.
    fn said(self, ioc: &Ioc) -> Option<(IocType, String)> {
        let value = &ioc.value;
        Some(match self {
            _ if !self.suits(ioc.ioc_type) => return None,
            Self::Port => (ioc.ioc_type, format!("{value}:8080")),
            Self::UrlAsDomain | Self::AddressAsDomain => (IocType::Domain, value.clone()),
            Self::Defanged => (ioc.ioc_type, defanged(value)),
            Self::OtherHash => (IocType::Sha256, value.clone()),
            Self::ShortHash => (ioc.ioc_type, value.chars().skip(1).collect()),
            Self::NoAddress => (ioc.ioc_type, format!("999.{value}")),
            Self::NoValue => (ioc.ioc_type, String::new()),
            _ => return None,
        })
    }

    /// Spoils the times with these names, which are set where there are none: when it was seen first and last.
    fn spoil_times(self, record: &mut Map<String, Value>, names: [&str; 2], ioc: &Ioc) {
        let spelled =
            |format: &str| [ioc.first_seen, ioc.last_seen].map(|time| time.format(format).to_string());
        let times = match self {
            Self::OffsetTimes => spelled("%Y-%m-%dT%H:%M:%S+00:00"),
            Self::SpacedTimes => spelled("%Y-%m-%d %H:%M:%S"),
            Self::NoTime => ["yesterday", "today"].map(str::to_owned),
            Self::Future => ["2101-01-01T00:00:00Z", "2101-01-02T00:00:00Z"].map(str::to_owned),
            _ => return,
        };
        names.into_iter().zip(times).for_each(|(name, time)| set(record, name, time));
    }
}

/// So written that nobody clicks on it.
fn defanged(value: &str) -> String {
    let value = value.replacen("http", "hxxp", 1).replace('@', "[@]");
    match value.rsplit_once('.') {
        Some((before, after)) => format!("{}(dot){after}", before.replace('.', "[.]")),
        None => value,
    }
}

fn set(record: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    record.insert(name.to_owned(), value.into());
}

fn remove(record: &mut Map<String, Value>, name: &str) {
    record.shift_remove(name);
}
