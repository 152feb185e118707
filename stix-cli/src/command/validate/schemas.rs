//! The JSON Schemas that the user has for custom types and extensions.

use std::fs;
use std::path::Path;

use serde_json::Value;
use stix_core::schema_set::SchemaSet;

use crate::failure::Failure;
use crate::input::Input;

/// What relative references are relative to: schemas without an `$id` of their own have no other base.
const BASE: &str = "json-schema:///";

/// Reads the JSON Schemas in a folder and below.
///
/// A file is named after what it is for: `x-acme-thing.json`, or `extension-definition--UUID.json`. A file of
/// another name is a document that the schemas may refer to, by its `$id` or by its path in the folder.
pub(super) fn read(folder: &Path) -> Result<SchemaSet, Failure> {
    let mut schemas = SchemaSet::new();
    let mut documents = Vec::new();
    if !folder.is_dir() {
        return Err(Failure::new(format!("`{}` is no folder", folder.display())));
    }
    for input in Input::all(&[folder.to_owned()])? {
        let Input::File(path) = input? else { continue };
        let failure = |error: &dyn std::fmt::Display| {
            Failure::new(format!("`{}` cannot be used: {error}", path.display()))
        };
        let text = fs::read(&path).map_err(|error| failure(&error))?;
        let document: Value = serde_json::from_slice(&text).map_err(|error| failure(&error))?;
        let place = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        schemas.add_document(&format!("{BASE}{place}"), document.clone());
        if let Some(id) = document.get("$id").and_then(Value::as_str) {
            schemas.add_document(id, document.clone());
        }
        documents.push((path, document));
    }
    for (path, document) in &documents {
        let key = path.file_stem().unwrap_or_default().to_string_lossy();
        if is_key(&key) {
            let failure = |error| Failure::new(format!("`{}` cannot be used: {error}", path.display()));
            schemas.add(&key, document).map_err(failure)?;
        }
    }
    if schemas.is_empty() {
        let help = "name each file after its type or its extension, such as `x-acme-thing.json`";
        let message = format!("`{}` holds no schema of a type or an extension", folder.display());
        return Err(Failure::new(message).with_help(Some(help.to_owned())));
    }
    Ok(schemas)
}

/// Whether a file of this name is for a type or an extension.
fn is_key(name: &str) -> bool {
    SchemaSet::new().add(name, &Value::Bool(true)).is_ok()
}
