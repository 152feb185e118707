//! Open vocabularies and enumerations (STIX 2.1 chapter 10).

mod meta;
mod sco;
mod sdo;

use crate::schema::Vocabulary;

pub use meta::*;
pub use sco::*;
pub use sdo::*;

/// All of them, by name.
pub static VOCABULARIES: &[&Vocabulary] = &[
    &ACCOUNT_TYPE_OV,
    &ATTACK_MOTIVATION_OV,
    &ATTACK_RESOURCE_LEVEL_OV,
    &ENCRYPTION_ALGORITHM_ENUM,
    &EXTENSION_TYPE_ENUM,
    &GROUPING_CONTEXT_OV,
    &HASH_ALGORITHM_OV,
    &IDENTITY_CLASS_OV,
    &IMPLEMENTATION_LANGUAGE_OV,
    &INDICATOR_TYPE_OV,
    &INDUSTRY_SECTOR_OV,
    &INFRASTRUCTURE_TYPE_OV,
    &MALWARE_CAPABILITIES_OV,
    &MALWARE_RESULT_OV,
    &MALWARE_TYPE_OV,
    &MARKING_DEFINITION_TYPE,
    &NETWORK_SOCKET_ADDRESS_FAMILY_ENUM,
    &NETWORK_SOCKET_TYPE_ENUM,
    &OPINION_ENUM,
    &PATTERN_TYPE_OV,
    &PROCESSOR_ARCHITECTURE_OV,
    &REGION_OV,
    &REPORT_TYPE_OV,
    &THREAT_ACTOR_ROLE_OV,
    &THREAT_ACTOR_SOPHISTICATION_OV,
    &THREAT_ACTOR_TYPE_OV,
    &TOOL_TYPE_OV,
    &WINDOWS_INTEGRITY_LEVEL_ENUM,
    &WINDOWS_PEBINARY_TYPE_OV,
    &WINDOWS_REGISTRY_DATATYPE_ENUM,
    &WINDOWS_SERVICE_START_TYPE_ENUM,
    &WINDOWS_SERVICE_STATUS_ENUM,
    &WINDOWS_SERVICE_TYPE_ENUM,
];

/// The vocabulary of this name.
///
/// ```
/// let vocabulary = stix_core::vocab::vocabulary("opinion-enum").ok_or("none")?;
/// assert!(!vocabulary.open);
/// assert!(vocabulary.terms.contains(&"agree"));
/// # Ok::<(), &str>(())
/// ```
pub fn vocabulary(name: &str) -> Option<&'static Vocabulary> {
    let place = VOCABULARIES.binary_search_by(|vocabulary| vocabulary.name.cmp(name)).ok()?;
    VOCABULARIES.get(place).copied()
}
