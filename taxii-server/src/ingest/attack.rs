//! The techniques of MITRE ATT&CK as MITRE publishes them: with a bundle of them at hand they are republished as they
//! are, under their own identifiers, which other tools know.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};
use stix_core::Object;
use stix_core::validate::Valid;

/// Techniques by their ids, and what they refer to.
#[derive(Clone, Debug, Default)]
pub struct AttackLibrary {
    techniques: HashMap<String, Valid<Object>>,
    context: Vec<Valid<Object>>,
    /// The SHA-256 of the file.
    digest: Vec<u8>,
}

/// A bundle that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttackError {
    file: PathBuf,
    message: String,
}

impl AttackLibrary {
    /// Reads a bundle of ATT&CK. What is revoked or not valid in it is passed over.
    ///
    /// # Errors
    /// The file cannot be read, is no bundle, or has no techniques.
    pub fn open(file: &Path) -> Result<Self, AttackError> {
        let error = |message: String| AttackError { file: file.to_owned(), message };
        let text = std::fs::read(file).map_err(|cause| error(cause.to_string()))?;
        let bundle: Value = serde_json::from_slice(&text).map_err(|cause| error(cause.to_string()))?;
        let mut library = Self { digest: Sha256::digest(&text).to_vec(), ..Self::default() };
        let objects = bundle.get("objects").and_then(Value::as_array);
        for object in objects.into_iter().flatten() {
            let object_type = object.get("type").and_then(Value::as_str).unwrap_or_default();
            let technique = technique_id(object).filter(|_| object_type == "attack-pattern");
            if technique.is_none() && !matches!(object_type, "identity" | "marking-definition") {
                continue;
            }
            let Ok(valid) = Valid::read(object.clone()) else { continue };
            match technique {
                Some(technique) if !valid.revoked() => {
                    library.techniques.insert(technique.to_owned(), valid);
                }
                Some(_) => {}
                None => library.context.push(valid),
            }
        }
        match library.techniques.is_empty() {
            true => Err(error("there are no techniques in it".to_owned())),
            false => Ok(library),
        }
    }

    /// The technique with this id.
    pub(super) fn technique(&self, id: &str) -> Option<&Valid<Object>> {
        self.techniques.get(id)
    }

    /// What techniques refer to as their creator and their markings.
    pub(super) fn context(&self) -> impl Iterator<Item = Object> {
        self.context.iter().map(|object| (**object).clone())
    }
}

impl Hash for AttackLibrary {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest.hash(state);
    }
}

fn technique_id(object: &Value) -> Option<&str> {
    let references = object.get("external_references")?.as_array()?;
    let mitre = references
        .iter()
        .find(|reference| reference.get("source_name").is_some_and(|name| name == "mitre-attack"));
    mitre?.get("external_id")?.as_str()
}

impl fmt::Display for AttackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the bundle of ATT&CK `{}` cannot be used: {}", self.file.display(), self.message)
    }
}

impl Error for AttackError {}
