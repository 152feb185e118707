//! The settings of a collection (TAXII 2.1, section 5.2.1).

use std::collections::HashSet;

use serde::Deserialize;
use stix_core::validate::Profile;
use uuid::{Uuid, Variant, Version};

use super::value::is_segment;
use crate::storage::Access;

/// The identifier of the collection that exists when no other is configured. It is fixed, so that clients
/// keep their place when the server is set up anew.
pub const DEFAULT_COLLECTION: Uuid = Uuid::from_u128(0x943b1240_00c1_4707_802e_594f4d1104a6);

/// The word that stands for every collection where the command line takes a collection, as in `--read all`.
pub const ALL_COLLECTIONS: &str = "all";

/// Words that no alias may be, because they mean something else where a collection is named.
pub const RESERVED_ALIASES: [&str; 1] = [ALL_COLLECTIONS];

/// One collection.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollectionSettings {
    /// The identifier: a UUID of version 4, which clients check.
    pub id: Uuid,
    /// The title: unique, and without a dot, because a client splits at it.
    pub title: String,
    /// A second name for URLs.
    pub alias: Option<String>,
    /// A longer text about the collection.
    pub description: Option<String>,
    /// How strictly the objects are checked that clients add.
    #[serde(default)]
    pub profile: ProfileName,
    /// What may be done without an account, if it is not what the settings say for all collections.
    pub anonymous: Option<AnonymousAccess>,
}

/// A profile of the validator, as the settings name it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProfileName {
    /// What STIX recommends is demanded.
    Strict,
    /// What STIX demands is demanded.
    #[default]
    Default,
    /// What a reader can repair is let through.
    Lenient,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Strict => Self::Strict,
            ProfileName::Default => Self::Default,
            ProfileName::Lenient => Self::Lenient,
        }
    }
}

/// What may be done with a collection without an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnonymousAccess {
    /// Nothing.
    None,
    /// Read it.
    Read,
    /// Read it, add objects and delete them.
    Write,
}

impl From<AnonymousAccess> for Access {
    fn from(access: AnonymousAccess) -> Self {
        match access {
            AnonymousAccess::None => Self::NONE,
            AnonymousAccess::Read => Self::READ,
            AnonymousAccess::Write => Self::BOTH,
        }
    }
}

impl Default for CollectionSettings {
    fn default() -> Self {
        Self {
            id: DEFAULT_COLLECTION,
            title: "SOC Defenders".to_owned(),
            alias: Some("socdefenders".to_owned()),
            description: Some("Indicators of compromise from the SOC Defenders feed".to_owned()),
            anonymous: None,
            profile: ProfileName::Default,
        }
    }
}

impl CollectionSettings {
    /// Whether this is its identifier, written in full, or its alias.
    pub fn is_named(&self, name: &str) -> bool {
        let id = name.parse::<Uuid>().ok().filter(|_| name.len() == 36);
        Some(self.id) == id || self.alias.as_deref() == Some(name)
    }
}

/// Pushes what is wrong with the collections, alone and together.
pub(super) fn check(collections: &[CollectionSettings], problems: &mut Vec<String>) {
    if collections.is_empty() {
        problems.push("there is no `[[collection]]`".to_owned());
    }
    let (mut ids, mut titles, mut aliases) = (HashSet::new(), HashSet::new(), HashSet::new());
    for CollectionSettings { id, title, alias, .. } in collections {
        if id.get_version() != Some(Version::Random) || id.get_variant() != Variant::RFC4122 {
            problems.push(format!("the collection id `{id}` is not a UUID of version 4"));
        }
        if title.is_empty() || title.contains('.') {
            problems.push(format!(
                "the collection title `{title}` is empty or has a dot, at which clients split"
            ));
        }
        if !ids.insert(id) {
            problems.push(format!("two collections have the id `{id}`"));
        }
        if !titles.insert(title) {
            problems.push(format!("two collections have the title `{title}`"));
        }
        if let Some(alias) = alias {
            if !is_segment(alias) || alias.parse::<Uuid>().is_ok() {
                problems.push(format!(
                    "the collection alias `{alias}` is not made of lower-case letters, digits, `-` and `_`, or is a UUID"
                ));
            }
            if RESERVED_ALIASES.contains(&alias.as_str()) {
                problems.push(format!(
                    "the collection alias `{alias}` is reserved: on the command line `{alias}` means every collection; \
                     write another alias"
                ));
            }
            if !aliases.insert(alias) {
                problems.push(format!("two collections have the alias `{alias}`"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_ids_and_aliases_are_unique() {
        let mut problems = Vec::new();
        check(&[CollectionSettings::default(), CollectionSettings::default()], &mut problems);
        assert_eq!(problems.len(), 3, "{problems:?}");
    }

    #[test]
    fn reserved_words_are_rejected_as_aliases() {
        for word in RESERVED_ALIASES {
            let settings =
                CollectionSettings { alias: Some(word.to_owned()), ..CollectionSettings::default() };
            let mut problems = Vec::new();
            check(&[settings], &mut problems);
            assert_eq!(problems.len(), 1, "{word}: {problems:?}");
            assert!(problems[0].contains(&format!("`{word}` is reserved")), "{problems:?}");
        }
    }

    #[test]
    fn the_default_collection_is_good() {
        let mut problems = Vec::new();
        check(&[CollectionSettings::default()], &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
    }
}
