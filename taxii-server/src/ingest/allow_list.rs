//! Values that are known to be harmless, in lists of the format of MISP warning lists.
//!
//! The files are looked at before every poll, and read again when they have changed. A file that cannot be read any more
//! changes nothing: the list that was read last stays, and the log says so.

mod index;

use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use self::index::{Index, Networks};
use super::IocType;

/// A list, and what is done with the values on it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowListSettings {
    /// The file.
    pub file: PathBuf,
    /// What is done with the values.
    pub action: AllowAction,
}

/// What is done with values on an allow-list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AllowAction {
    /// The indicator gets a label with the name of the list.
    Label,
    /// The confidence of the indicator is low at most.
    Lower,
    /// The record gives nothing; that is counted.
    Drop,
}

/// What lists say of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// The names of the lists that want a label.
    pub labels: Vec<String>,
    /// A list wants the confidence lowered.
    pub lowered: bool,
    /// The name of a list that wants the record dropped.
    pub dropped: Option<String>,
}

impl Allowance {
    /// Whether the object is to be another one than it would be without the lists.
    pub(super) fn changes(&self) -> bool {
        self.lowered || !self.labels.is_empty()
    }
}

/// All lists of the settings.
///
/// ```
/// use taxii_server::ingest::{AllowAction, AllowListSettings, AllowLists, IocType};
///
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("list.json");
/// std::fs::write(&file, r#"{"name":"Ours","type":"cidr","list":["10.0.0.0/8"]}"#)?;
/// let lists = AllowLists::open(&[AllowListSettings { file, action: AllowAction::Label }])?;
/// assert_eq!(lists.look_up(IocType::Ipv4, "10.1.2.3").labels, ["Ours"]);
/// assert!(lists.look_up(IocType::Ipv4, "192.0.2.1").labels.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct AllowLists {
    watched: Vec<Mutex<Watched>>,
}

/// A file and what it held when it was last read.
#[derive(Debug)]
struct Watched {
    settings: AllowListSettings,
    seen: Option<Stamp>,
    list: Arc<List>,
}

/// When a file was changed, and its size.
type Stamp = (Option<SystemTime>, u64);

/// A list.
#[derive(Debug)]
struct List {
    name: String,
    /// The types of values that it is about; all if it does not say.
    types: Option<Vec<IocType>>,
    index: Index,
    /// Those entries that are addresses or networks, whatever the type of the list.
    addresses: Networks,
    /// The SHA-256 of the file.
    digest: Vec<u8>,
}

/// The file of a list.
#[derive(Debug, Deserialize)]
struct Document {
    name: String,
    #[serde(rename = "type")]
    list_type: String,
    list: Vec<String>,
    #[serde(default)]
    matching_attributes: Vec<String>,
}

/// A list that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowListError {
    file: PathBuf,
    message: String,
}

impl AllowLists {
    /// Reads the lists.
    ///
    /// # Errors
    /// One of them cannot be used.
    pub fn open(settings: &[AllowListSettings]) -> Result<Self, AllowListError> {
        let watched = |settings: &AllowListSettings| {
            let seen = stamp(&settings.file);
            let list = Arc::new(List::read(&settings.file)?);
            Ok(Mutex::new(Watched { settings: settings.clone(), seen, list }))
        };
        Ok(Self { watched: settings.iter().map(watched).collect::<Result<_, _>>()? })
    }

    /// Reads those files again that have changed; whether there was any.
    pub fn refresh(&self) -> bool {
        let mut changed = false;
        for watched in &self.watched {
            let mut watched = watched.lock().unwrap_or_else(PoisonError::into_inner);
            let stamp = stamp(&watched.settings.file);
            if stamp == watched.seen {
                continue;
            }
            watched.seen = stamp;
            match List::read(&watched.settings.file) {
                Ok(list) => {
                    tracing::info!(list = list.name, "an allow-list has changed");
                    watched.list = Arc::new(list);
                    changed = true;
                }
                Err(error) => tracing::warn!("the allow-list stays as it was: {error}"),
            }
        }
        changed
    }

    /// What the lists say of a value.
    pub fn look_up(&self, ioc: IocType, value: &str) -> Allowance {
        let mut allowance = Allowance::default();
        for watched in &self.watched {
            let (list, action) = {
                let watched = watched.lock().unwrap_or_else(PoisonError::into_inner);
                (Arc::clone(&watched.list), watched.settings.action)
            };
            if !list.holds(ioc, value) {
                continue;
            }
            match action {
                AllowAction::Label => allowance.labels.push(list.name.clone()),
                AllowAction::Lower => allowance.lowered = true,
                AllowAction::Drop => allowance.dropped = Some(list.name.clone()),
            }
        }
        allowance
    }
}

impl AllowLists {
    /// Returns whether a list wants a value dropped: one that it names, or a network that has such an address in it.
    pub fn forbids(&self, ioc: IocType, value: &str) -> bool {
        self.forbidding(ioc, value).is_some()
    }

    /// Returns the name of a list that wants a value dropped, as of [`AllowLists::forbids`].
    pub(super) fn forbidding(&self, ioc: IocType, value: &str) -> Option<String> {
        self.watched.iter().find_map(|watched| {
            let watched = watched.lock().unwrap_or_else(PoisonError::into_inner);
            let forbids = watched.settings.action == AllowAction::Drop && watched.list.touches(ioc, value);
            forbids.then(|| watched.list.name.clone())
        })
    }
}

impl Hash for AllowLists {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for watched in &self.watched {
            let watched = watched.lock().unwrap_or_else(PoisonError::into_inner);
            (watched.settings.action, &watched.list.digest).hash(state);
        }
    }
}

impl List {
    fn read(file: &Path) -> Result<Self, AllowListError> {
        let error = |message: String| AllowListError { file: file.to_owned(), message };
        let text = std::fs::read(file).map_err(|cause| error(cause.to_string()))?;
        let document: Document = serde_json::from_slice(&text).map_err(|cause| error(cause.to_string()))?;
        let index = Index::new(&document.list_type, &document.list).map_err(error)?;
        let addresses = Networks::of_those_that_are(&document.list);
        let types = document.matching_attributes.iter().flat_map(|name| types_of(name)).collect();
        let types = (!document.matching_attributes.is_empty()).then_some(types);
        Ok(Self { name: document.name, types, index, addresses, digest: Sha256::digest(&text).to_vec() })
    }

    /// Whether the list names the value, or an address within the network that it is.
    fn touches(&self, ioc: IocType, value: &str) -> bool {
        let is_about = self.types.as_ref().is_none_or(|types| types.contains(&ioc));
        is_about && (self.index.holds(ioc, value) || self.addresses.touch(ioc, value))
    }

    fn holds(&self, ioc: IocType, value: &str) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(&ioc)) && self.index.holds(ioc, value)
    }
}

/// The types of values that an attribute of MISP holds; of one with two parts, such as `filename|md5`, those of both.
fn types_of(attribute: &str) -> Vec<IocType> {
    let of_part = |part: &str| match part {
        "ip" | "ip-src" | "ip-dst" => vec![IocType::Ipv4, IocType::Ipv6],
        "domain" | "hostname" => vec![IocType::Domain],
        "url" | "uri" | "link" => vec![IocType::Url],
        "email" | "email-src" | "email-dst" | "target-email" => vec![IocType::Email],
        "md5" => vec![IocType::Md5],
        "sha1" => vec![IocType::Sha1],
        "sha256" => vec![IocType::Sha256],
        "sha512" => vec![IocType::Sha512],
        "vulnerability" => vec![IocType::Cve],
        _ => Vec::new(),
    };
    attribute.split('|').flat_map(of_part).collect()
}

fn stamp(file: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

impl fmt::Display for AllowListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the allow-list `{}` cannot be used: {}", self.file.display(), self.message)
    }
}

impl Error for AllowListError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(documents: &[(&str, AllowAction)]) -> (tempfile::TempDir, AllowLists) {
        let folder = tempfile::tempdir().unwrap();
        let settings: Vec<_> = documents
            .iter()
            .enumerate()
            .map(|(number, (text, action))| {
                let file = folder.path().join(number.to_string());
                std::fs::write(&file, text).unwrap();
                AllowListSettings { file, action: *action }
            })
            .collect();
        let lists = AllowLists::open(&settings).unwrap();
        (folder, lists)
    }

    #[test]
    fn a_list_is_about_the_attributes_that_it_names() {
        let list = r#"{"name":"N","type":"string","list":["a.example"],"matching_attributes":["hostname","filename|md5"]}"#;
        let (_folder, lists) = lists(&[(list, AllowAction::Lower)]);
        assert!(lists.look_up(IocType::Domain, "a.example").lowered);
        assert!(!lists.look_up(IocType::Url, "a.example").lowered);
        let unknown = r#"{"name":"N","type":"string","list":["a.example"],"matching_attributes":["AS"]}"#;
        let (_folder, lists) = self::lists(&[(unknown, AllowAction::Lower)]);
        assert!(!lists.look_up(IocType::Domain, "a.example").lowered);
    }

    #[test]
    fn a_changed_file_is_read_again_and_a_bad_one_changes_nothing() {
        let (folder, lists) =
            lists(&[(r#"{"name":"N","type":"string","list":["a.example"]}"#, AllowAction::Drop)]);
        let dropped = |value| lists.look_up(IocType::Domain, value).dropped.is_some();
        assert!(!lists.refresh());
        let file = folder.path().join("0");
        std::fs::write(&file, r#"{"name":"N","type":"string","list":["a.example", "b.example"]}"#).unwrap();
        assert!(!dropped("b.example") && lists.refresh() && dropped("b.example"));
        std::fs::write(&file, r#"{"name":"N","type":"strin"#).unwrap();
        assert!(!lists.refresh() && dropped("b.example"));
        std::fs::remove_file(&file).unwrap();
        assert!(!lists.refresh() && dropped("a.example"));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list.json");
        let settings = [AllowListSettings { file: file.clone(), action: AllowAction::Drop }];
        for (text, expected) in [
            ("", "EOF"),
            (r#"{"name":"N","type":"fuzzy","list":[]}"#, "`fuzzy`"),
            (r#"{"name":"N","type":"cidr","list":["10.0.0.0/40"]}"#, "`10.0.0.0/40`"),
            (r#"{"name":"N","type":"regex","list":["a","("]}"#, "`(` is no regular expression"),
            (r#"{"name":"N","type":"string","list":[1]}"#, "expected a string"),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = AllowLists::open(&settings).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains("list.json"), "{text}: {error}");
        }
    }
}
