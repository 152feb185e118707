//! The relations that the specification names (STIX 2.1 chapters 4 and 6, appendix B).

/// The name of a relation, and the types that it leads to.
pub type Named = (&'static str, &'static [&'static str]);

/// The relations by the type of their source: the name, and the types of their targets.
pub static RELATIONSHIPS: &[(&str, &[Named])] = &[
    (
        "attack-pattern",
        &[
            ("delivers", &["malware"]),
            ("targets", &["identity", "location", "vulnerability"]),
            ("uses", &["malware", "tool"]),
        ],
    ),
    (
        "campaign",
        &[
            ("attributed-to", &["intrusion-set", "threat-actor"]),
            ("compromises", &["infrastructure"]),
            ("originates-from", &["location"]),
            ("targets", &["identity", "location", "vulnerability"]),
            ("uses", &["attack-pattern", "infrastructure", "malware", "tool"]),
        ],
    ),
    (
        "course-of-action",
        &[
            ("investigates", &["indicator"]),
            ("mitigates", &["attack-pattern", "indicator", "malware", "tool", "vulnerability"]),
            ("remediates", &["malware", "vulnerability"]),
        ],
    ),
    ("domain-name", &[("resolves-to", &["domain-name", "ipv4-addr", "ipv6-addr"])]),
    ("identity", &[("located-at", &["location"])]),
    (
        "indicator",
        &[
            ("based-on", &["observed-data"]),
            (
                "indicates",
                &[
                    "attack-pattern",
                    "campaign",
                    "infrastructure",
                    "intrusion-set",
                    "malware",
                    "threat-actor",
                    "tool",
                ],
            ),
        ],
    ),
    (
        "infrastructure",
        &[
            ("communicates-with", &["domain-name", "infrastructure", "ipv4-addr", "ipv6-addr", "url"]),
            (
                "consists-of",
                &[
                    "artifact",
                    "autonomous-system",
                    "directory",
                    "domain-name",
                    "email-addr",
                    "email-message",
                    "file",
                    "infrastructure",
                    "ipv4-addr",
                    "ipv6-addr",
                    "mac-addr",
                    "mutex",
                    "network-traffic",
                    "observed-data",
                    "process",
                    "software",
                    "url",
                    "user-account",
                    "windows-registry-key",
                    "x509-certificate",
                ],
            ),
            ("controls", &["infrastructure", "malware"]),
            ("delivers", &["malware"]),
            ("has", &["vulnerability"]),
            ("hosts", &["malware", "tool"]),
            ("located-at", &["location"]),
            ("uses", &["infrastructure"]),
        ],
    ),
    (
        "intrusion-set",
        &[
            ("attributed-to", &["threat-actor"]),
            ("compromises", &["infrastructure"]),
            ("hosts", &["infrastructure"]),
            ("originates-from", &["location"]),
            ("owns", &["infrastructure"]),
            ("targets", &["identity", "location", "vulnerability"]),
            ("uses", &["attack-pattern", "infrastructure", "malware", "tool"]),
        ],
    ),
    ("ipv4-addr", &[("belongs-to", &["autonomous-system"]), ("resolves-to", &["mac-addr"])]),
    ("ipv6-addr", &[("belongs-to", &["autonomous-system"]), ("resolves-to", &["mac-addr"])]),
    (
        "malware",
        &[
            ("authored-by", &["intrusion-set", "threat-actor"]),
            ("beacons-to", &["infrastructure"]),
            ("communicates-with", &["domain-name", "ipv4-addr", "ipv6-addr", "url"]),
            ("controls", &["malware"]),
            ("downloads", &["file", "malware", "tool"]),
            ("drops", &["file", "malware", "tool"]),
            ("exfiltrates-to", &["infrastructure"]),
            ("exploits", &["vulnerability"]),
            ("originates-from", &["location"]),
            ("targets", &["identity", "infrastructure", "location", "vulnerability"]),
            ("uses", &["attack-pattern", "infrastructure", "malware", "tool"]),
            ("variant-of", &["malware"]),
        ],
    ),
    (
        "malware-analysis",
        &[
            ("av-analysis-of", &["malware"]),
            ("characterizes", &["malware"]),
            ("dynamic-analysis-of", &["malware"]),
            ("static-analysis-of", &["malware"]),
        ],
    ),
    (
        "threat-actor",
        &[
            ("attributed-to", &["identity"]),
            ("compromises", &["infrastructure"]),
            ("hosts", &["infrastructure"]),
            ("impersonates", &["identity"]),
            ("located-at", &["location"]),
            ("owns", &["infrastructure"]),
            ("targets", &["identity", "location", "vulnerability"]),
            ("uses", &["attack-pattern", "infrastructure", "malware", "tool"]),
        ],
    ),
    (
        "tool",
        &[
            ("delivers", &["malware"]),
            ("drops", &["malware"]),
            ("has", &["vulnerability"]),
            ("targets", &["identity", "infrastructure", "location", "vulnerability"]),
            ("uses", &["infrastructure"]),
        ],
    ),
];

/// The relations between any domain and cyber-observable objects; the flag says whether both ends
/// must be of the same type (section 3.7).
pub static COMMON_RELATIONSHIPS: &[(&str, bool)] =
    &[("derived-from", true), ("duplicate-of", true), ("related-to", false)];

/// Whether the specification names this relation between objects of these types.
///
/// Others are allowed, but say less to a reader.
///
/// ```
/// use stix_core::relationships::is_named;
///
/// assert!(is_named("indicator", "indicates", "malware"));
/// assert!(is_named("tool", "related-to", "ipv4-addr"));
/// assert!(!is_named("malware", "indicates", "indicator"));
/// ```
pub fn is_named(source: &str, relationship_type: &str, target: &str) -> bool {
    let common = COMMON_RELATIONSHIPS
        .iter()
        .any(|(name, same_type)| *name == relationship_type && (!same_type || source == target));
    common || targets(source, relationship_type).contains(&target)
}

/// The types that a relation of this name may lead to from objects of this type; the relations
/// common to all types are left out.
///
/// ```
/// use stix_core::relationships::{COMMON_RELATIONSHIPS, RELATIONSHIPS, targets};
///
/// assert_eq!(targets("infrastructure", "controls"), ["infrastructure", "malware"]);
/// assert!(RELATIONSHIPS.iter().any(|(source, _)| *source == "infrastructure"));
/// assert_eq!(COMMON_RELATIONSHIPS.len(), 3);
/// ```
pub fn targets(source: &str, relationship_type: &str) -> &'static [&'static str] {
    let from_source = RELATIONSHIPS.iter().filter(|(name, _)| *name == source).flat_map(|(_, named)| *named);
    from_source
        .filter(|(name, _)| *name == relationship_type)
        .map(|(_, targets)| *targets)
        .next()
        .unwrap_or_default()
}
