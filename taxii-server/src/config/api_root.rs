//! The API roots (TAXII 2.1, section 4.2): one with the collections of the settings, or several with their own.

use std::collections::HashSet;

use serde::Deserialize;

use super::collection::{self, CollectionSettings};
use super::value::{RESERVED, is_segment};

/// What the settings say of API roots.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "expected the name of an API root, or tables with `path`, `title` and `collection`"
)]
pub enum ApiRoots {
    /// One, by its path: it has the title and the collections of the server.
    One(String),
    /// Several.
    Several(Vec<ApiRootSettings>),
}

/// An API root.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiRootSettings {
    /// The path segment: `partners` is served at `/partners/`.
    pub path: String,
    /// The title.
    pub title: String,
    /// A longer text about it.
    pub description: Option<String>,
    /// Its collections, in the order in which they are listed.
    #[serde(default, rename = "collection")]
    pub collections: Vec<CollectionSettings>,
}

impl ApiRootSettings {
    /// The collection with this identifier or alias.
    pub fn collection(&self, name: &str) -> Option<&CollectionSettings> {
        self.collections.iter().find(|collection| collection.is_named(name))
    }
}

/// Pushes what is wrong with the API roots, alone and together.
pub(super) fn check(roots: &[ApiRootSettings], problems: &mut Vec<String>) {
    if roots.is_empty() {
        problems.push("there is no `[[api_root]]`".to_owned());
    }
    let (mut paths, mut ids) = (HashSet::new(), HashSet::new());
    for ApiRootSettings { path, title, collections, .. } in roots {
        if !is_segment(path) || RESERVED.contains(&path.as_str()) {
            problems.push(format!(
                "the path of an API root is `{path}`: expected lower-case letters, digits, `-` and `_`, and none of {}",
                RESERVED.map(|name| format!("`{name}`")).join(", ")
            ));
        }
        if title.is_empty() {
            problems.push(format!("the title of the API root `{path}` is empty"));
        }
        if !paths.insert(path) {
            problems.push(format!("two API roots have the path `{path}`"));
        }
        collection::check(collections, problems);
        let shared = collections.iter().filter(|collection| ids.contains(&collection.id));
        problems.extend(
            shared.map(|collection| format!("two API roots have the collection `{}`", collection.id)),
        );
        ids.extend(collections.iter().map(|collection| collection.id));
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    const SEVERAL: &str = r#"
        [[api_root]]
        path = "partners"
        title = "Partners"
        [[api_root.collection]]
        id = "d5fa3d52-6eb1-4f6b-8cf3-6f2f9a2d8c34"
        title = "Shared"
        alias = "shared"
        [[api_root]]
        path = "internal"
        title = "Internal"
        [[api_root.collection]]
        id = "11e3f2f7-70ac-4a36-9b63-1ac2dc4ed4f5"
        title = "Shared"
        alias = "shared"
    "#;

    #[test]
    fn several_roots_have_their_own_titles_and_aliases() {
        let config = Config::parse(SEVERAL).unwrap();
        assert_eq!(config.check(), Ok(()));
        let paths: Vec<_> = config.api_roots().into_iter().map(|root| root.path).collect();
        assert_eq!(paths, ["partners", "internal"]);
        assert_eq!(config.all_collections().count(), 2);
        assert!(config.collection_named("shared").is_err(), "which of the two?");
        let named = config.collection_named("internal/shared").unwrap();
        assert_eq!(named.id.to_string(), "11e3f2f7-70ac-4a36-9b63-1ac2dc4ed4f5");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let text =
            SEVERAL.replace("11e3f2f7-70ac-4a36-9b63-1ac2dc4ed4f5", "d5fa3d52-6eb1-4f6b-8cf3-6f2f9a2d8c34");
        let config = Config::parse(&text.replace("internal", "partners")).unwrap();
        assert_eq!(config.check().unwrap_err().problems().len(), 2);
        let config = Config::parse("api_root = []").unwrap();
        assert_eq!(config.check().unwrap_err().problems().len(), 1);
        let both =
            format!("{SEVERAL}\n[[collection]]\nid = '943b1240-00c1-4707-802e-594f4d1104a6'\ntitle = 'x'\n");
        let error = Config::parse(&both).unwrap().check().unwrap_err();
        assert!(error.to_string().contains("`[[api_root.collection]]`"), "{error}");
    }
}
