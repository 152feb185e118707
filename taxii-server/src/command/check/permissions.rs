//! Files that hold secrets, and who else can read or change them.

use std::path::{Path, PathBuf};

use super::Finding;
use crate::command::serve;
use crate::config::Config;
use crate::storage::Database;

/// What others may do with a file without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// Nobody else may read it, or change it.
    Secret,
    /// Nobody else may change it.
    Trusted,
}

/// Looks at the settings, the keys and the database. A file that is missing is told of elsewhere.
pub(super) fn check(config: &Config, settings: Option<&Path>) -> Vec<Finding> {
    let files = files(config, settings);
    let findings: Vec<_> = files.iter().filter_map(|(path, content)| judge(path, *content)).collect();
    match findings.is_empty() {
        true => vec![Finding::good("files", "no other user can read the secrets or change the settings")],
        false => findings,
    }
}

fn files(config: &Config, settings: Option<&Path>) -> Vec<(PathBuf, Content)> {
    let mut files = Vec::new();
    if let Some(path) = settings {
        let content = if config.holds_secrets() { Content::Secret } else { Content::Trusted };
        files.push((path.to_owned(), content));
    }
    files.extend(config.database_file.iter().map(|path| (path.clone(), Content::Secret)));
    if let Database::Sqlite(path) = &config.database {
        files.push((path.clone(), Content::Secret));
    }
    files.extend(config.tls_certificate.iter().map(|path| (path.clone(), Content::Trusted)));
    files.extend(config.tls_key.iter().map(|path| (path.clone(), Content::Secret)));
    files.extend(config.tls_client_ca.iter().map(|path| (path.clone(), Content::Trusted)));
    for feed in serve::feeds(config) {
        let secrets = [feed.api_key_file, feed.proxy_password_file].into_iter().flatten();
        files.extend(secrets.map(|path| (path, Content::Secret)));
        files.extend(feed.ca_file.map(|path| (path, Content::Trusted)));
    }
    files.extend(config.allow_lists.iter().map(|list| (list.file.clone(), Content::Trusted)));
    files
}

#[cfg(unix)]
fn judge(path: &Path, content: Content) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    let path = path.display();
    if mode & 0o002 != 0 {
        let text = format!("every user of this machine can change `{path}`: run `chmod o-rwx {path}`");
        return Some(Finding::warning("files", text));
    }
    if content == Content::Secret && mode & 0o004 != 0 {
        let text = format!(
            "every user of this machine can read `{path}`, which holds a secret: run `chmod o-rwx {path}`"
        );
        return Some(Finding::warning("files", text));
    }
    None
}

#[cfg(not(unix))]
fn judge(_path: &Path, _content: Content) -> Option<Finding> {
    None
}
