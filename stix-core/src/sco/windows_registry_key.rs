//! Keys of the registry of Windows (STIX 2.1 section 6.17).

mod windows_registry_value;

pub use windows_registry_value::WindowsRegistryValue;

use stix_derive::StixObject;

use crate::{
    Identifier, ScoCommon, Timestamp,
    validate::{Check, Members, Rule},
};

/// A key of the registry of Windows.
///
/// ```
/// use stix_core::sco::{WindowsRegistryKey, WindowsRegistryValue};
///
/// let value = WindowsRegistryValue::new().with_name("Foo").with_data("qwerty").with_data_type("REG_SZ");
/// let key = WindowsRegistryKey::new()
///     .with_key("HKEY_LOCAL_MACHINE\\System\\Foo\\Bar")
///     .with_values([value])
///     .validated()?;
/// assert_eq!(key.values.as_ref().map(Vec::len), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "windows-registry-key", class = Sco, section = "6.17", any_own, check = check)]
#[non_exhaustive]
pub struct WindowsRegistryKey {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The full key, with its hive written out.
    #[stix(id_contributing)]
    pub key: Option<String>,
    /// The values under the key.
    #[stix(id_contributing)]
    pub values: Option<Vec<WindowsRegistryValue>>,
    /// When the key was last changed.
    pub modified_time: Option<Timestamp>,
    /// The user that created the key.
    #[stix(refs("user-account"))]
    pub creator_user_ref: Option<Identifier>,
    /// How many subkeys the key has.
    pub number_of_subkeys: Option<i64>,
}

/// The short names of hives, and what they stand for.
const HIVES: [(&str, &str); 5] = [
    ("HKCC", "HKEY_CURRENT_CONFIG"),
    ("HKCR", "HKEY_CLASSES_ROOT"),
    ("HKCU", "HKEY_CURRENT_USER"),
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKU", "HKEY_USERS"),
];

fn check<'c>(key: &'c Members<'c>, check: &mut Check<'c>) {
    let Some(path) = key.text("key") else { return };
    let (hive, rest) = path.split_at(path.find('\\').unwrap_or(path.len()));
    if let Some((_, full)) = HIVES.iter().find(|(short, _)| short.eq_ignore_ascii_case(hive)) {
        let message = format_args!("`{hive}` is a short name of a hive");
        let help = format_args!("write `{full}{rest}`");
        check.member("key", |check| check.problem_with_help(Rule::RegistryHive, message, help));
    }
}
