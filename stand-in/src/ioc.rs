//! One row of the feed: an indicator of compromise as one source reported it.
//!
//! The row carries everything that any of the upstream's pages shows; the endpoints serve the part that
//! the chosen [`Shape`](crate::Shape) has.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::{defect::Defect, pattern};

/// An indicator of compromise (IOC), as one source reported it.
///
/// Another source's report of the same type and value is another row, with another id. A test that needs
/// an odd row clones one of [`Handle::rows`](crate::Handle::rows), changes it and gives it to
/// [`Handle::insert`](crate::Handle::insert): nothing here is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ioc {
    /// The upstream's id of the row.
    pub id: Uuid,
    /// What the value is.
    pub ioc_type: IocType,
    /// The address, name, hash, CVE id or technique id itself.
    pub value: String,
    /// How sure the source is.
    pub confidence: Confidence,
    /// When the upstream saw it first.
    pub first_seen: DateTime<Utc>,
    /// When the upstream saw it last.
    pub last_seen: DateTime<Utc>,
    /// When the row was added or updated: what `since` and `until` look at. It is not served. In a
    /// generated row it equals `last_seen`; make it later to get a late arrival.
    pub updated: DateTime<Utc>,
    /// The CISA sector that the filter `industry` finds it by. It is not served.
    pub industry: Option<String>,
    /// Who reported it, and where.
    pub source: Source,
    /// One sentence about it.
    pub context: String,
    /// Free labels.
    pub tags: Vec<String>,
    /// The MITRE ATT&CK techniques that come with it (`T1059`, `T1566.001`).
    pub mitre_techniques: Vec<String>,
    /// What is wrong with it as it is served.
    pub defect: Option<Defect>,
}

impl Ioc {
    /// The STIX pattern that the upstream's `/iocs/stix` gives for this row, quotes and backslashes escaped.
    ///
    /// The upstream documents no pattern for the types `cve` and `mitre-attack`. The stand-in says
    /// `[vulnerability:name = 'CVE-...']` and `[attack-pattern:external_id = 'T1059']`, which follow the
    /// grammar of the pattern language without naming an observable.
    #[must_use]
    pub fn stix_pattern(&self) -> String {
        pattern::of(self.ioc_type, &self.value)
    }
}

/// Where a row comes from. The list of the seed pages serves `feed_name` and `category` only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The id of the article that named the IOC.
    pub article_id: Uuid,
    /// The title of the article.
    pub article_title: String,
    /// The address of the article at the upstream.
    pub article_url: String,
    /// The address of the article at its publisher.
    pub reference_url: String,
    /// The name of the feed, for example `CISA Alerts`.
    pub feed_name: String,
    /// The category of the feed, for example `government`.
    pub category: String,
    /// How the upstream got hold of the row: `feed` or `article`.
    pub origin: String,
}

/// The ten types that the documentation lists, by their names on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IocType {
    /// `ipv4`
    Ipv4,
    /// `ipv6`
    Ipv6,
    /// `domain`
    Domain,
    /// `url`
    Url,
    /// `md5`
    Md5,
    /// `sha1`
    Sha1,
    /// `sha256`
    Sha256,
    /// `cve`
    Cve,
    /// `mitre-attack`
    MitreAttack,
    /// `email`
    Email,
}

impl IocType {
    /// Every type, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::Ipv4,
        Self::Ipv6,
        Self::Domain,
        Self::Url,
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Cve,
        Self::MitreAttack,
        Self::Email,
    ];

    /// The name on the wire, for example `mitre-attack`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Domain => "domain",
            Self::Url => "url",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Cve => "cve",
            Self::MitreAttack => "mitre-attack",
            Self::Email => "email",
        }
    }
}

/// The three levels of confidence, by their names on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Confidence {
    /// `high`
    High,
    /// `medium`
    Medium,
    /// `low`
    Low,
}

impl Confidence {
    /// Every level, highest first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// The name on the wire, for example `high`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// Both enumerations are read, printed and served by the same names.
macro_rules! named_on_the_wire {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ();

            /// Reads the name on the wire; case matters.
            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or(())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

named_on_the_wire!(IocType);
named_on_the_wire!(Confidence);
