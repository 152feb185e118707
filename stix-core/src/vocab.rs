//! Open vocabularies and enumerations (STIX 2.1 chapter 10).

use crate::schema::Vocabulary;

/// What kind of entity an identity is.
pub static IDENTITY_CLASS_OV: Vocabulary = Vocabulary {
    name: "identity-class-ov",
    open: true,
    terms: &["individual", "group", "system", "organization", "class", "unknown"],
};

/// What kind of activity an indicator points to.
pub static INDICATOR_TYPE_OV: Vocabulary = Vocabulary {
    name: "indicator-type-ov",
    open: true,
    terms: &[
        "anomalous-activity",
        "anonymization",
        "benign",
        "compromised",
        "malicious-activity",
        "attribution",
        "unknown",
    ],
};

/// The sectors of industry.
pub static INDUSTRY_SECTOR_OV: Vocabulary = Vocabulary {
    name: "industry-sector-ov",
    open: true,
    terms: &[
        "agriculture",
        "aerospace",
        "automotive",
        "chemical",
        "commercial",
        "communications",
        "construction",
        "defense",
        "education",
        "energy",
        "entertainment",
        "financial-services",
        "government",
        "emergency-services",
        "government-local",
        "government-national",
        "government-public-services",
        "government-regional",
        "healthcare",
        "hospitality-leisure",
        "infrastructure",
        "dams",
        "nuclear",
        "water",
        "insurance",
        "legal",
        "manufacturing",
        "mining",
        "non-profit",
        "pharmaceuticals",
        "retail",
        "technology",
        "telecommunications",
        "transportation",
        "utilities",
    ],
};

/// The languages of detection patterns.
pub static PATTERN_TYPE_OV: Vocabulary = Vocabulary {
    name: "pattern-type-ov",
    open: true,
    terms: &["stix", "pcre", "sigma", "snort", "suricata", "yara"],
};
