//! Values of the `key` of a `windows-registry-key` (STIX 2.1, section 6.17): the hive is not abbreviated.

use super::Flaw;
use crate::check::Rule;
use crate::error::quote;

const HIVES: [(&str, &str); 7] = [
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKCU", "HKEY_CURRENT_USER"),
    ("HKCR", "HKEY_CLASSES_ROOT"),
    ("HKU", "HKEY_USERS"),
    ("HKCC", "HKEY_CURRENT_CONFIG"),
    ("HKPD", "HKEY_PERFORMANCE_DATA"),
    ("HKDD", "HKEY_DYN_DATA"),
];

/// What is wrong with a registry key.
pub(super) fn flaw(value: &str) -> Option<Flaw> {
    let (hive, rest) = value.split_at(value.find('\\').unwrap_or(value.len()));
    if hive.len() > 5 {
        return None;
    }
    let (short, long) =
        HIVES.into_iter().find(|(short, _)| hive.trim_end_matches(':').eq_ignore_ascii_case(short))?;
    let message = format!("{} abbreviates the hive `{short}`", quote(value));
    Some(Flaw::new(Rule::RegistryHive, message).value(format!("{long}{rest}")))
}
