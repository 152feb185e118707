//! The names that rows are made of: feeds, sectors, families, and how often each type of IOC comes.

use rand::{Rng, seq::IndexedRandom};

use crate::ioc::IocType;

/// A feed that the upstream reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Feed {
    pub(super) name: &'static str,
    pub(super) category: &'static str,
    pub(super) origin: &'static str,
    /// Of a hundred rows, how many have high and how many have medium confidence.
    pub(super) certainty: [u32; 2],
}

const fn feed(name: &'static str, category: &'static str, origin: &'static str, certainty: [u32; 2]) -> Feed {
    Feed { name, category, origin, certainty }
}

/// The feeds. `CISA Alerts` is the documentation's own example, the others are invented.
pub(super) const FEEDS: &[Feed] = &[
    feed("CISA Alerts", "government", "article", [80, 18]),
    feed("National CERT Bulletins", "government", "article", [70, 25]),
    feed("Open Blocklist", "community", "feed", [15, 45]),
    feed("Honeypot Collective", "community", "feed", [25, 45]),
    feed("Phishing Watch", "community", "feed", [30, 50]),
    feed("Northwind Threat Intel", "commercial", "feed", [50, 40]),
    feed("Sandbox Verdicts", "commercial", "feed", [55, 30]),
    feed("Incident Desk Blog", "commercial", "article", [40, 45]),
];

/// The sectors of critical infrastructure that CISA names.
pub(super) const SECTORS: &[&str] = &[
    "chemical",
    "commercial-facilities",
    "communications",
    "critical-manufacturing",
    "dams",
    "defense-industrial-base",
    "emergency-services",
    "energy",
    "financial-services",
    "food-agriculture",
    "government-facilities",
    "healthcare",
    "information-technology",
    "nuclear",
    "transportation",
    "water",
];

/// Invented names of malware families.
pub(super) const FAMILIES: &[&str] = &[
    "AmberLoader",
    "BrassRat",
    "CinderLocker",
    "DriftStealer",
    "EmberBot",
    "FrostMiner",
    "GlassDoor",
    "HollowPine",
    "InkWell",
    "JadeHook",
];

/// What rows are tagged with beside the family.
pub(super) const ACTIVITIES: &[&str] =
    &["botnet", "c2", "credential-theft", "exploitation", "phishing", "ransomware", "scanning", "spam"];

/// How often each type comes, in a hundred.
pub(super) const TYPE_WEIGHTS: &[(IocType, u32)] = &[
    (IocType::Ipv4, 24),
    (IocType::Domain, 21),
    (IocType::Url, 18),
    (IocType::Sha256, 13),
    (IocType::Md5, 6),
    (IocType::Sha1, 5),
    (IocType::Ipv6, 4),
    (IocType::Email, 4),
    (IocType::Cve, 4),
    (IocType::MitreAttack, 1),
];

/// Any one of a list that is not empty.
pub(super) fn pick<T: Copy>(rng: &mut impl Rng, list: &[T]) -> T {
    #[allow(clippy::expect_used, reason = "every list here has entries")]
    list.choose(rng).copied().expect("a list with entries")
}
