//! The names and permissions of a database file and of the files beside it.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

/// Returns options that create a file for its owner only: a database holds hashes of passwords.
pub(super) fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Returns the path of a file that belongs to a database, such as `taxii.db-wal`.
pub(super) fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// Returns the path from the root, for messages: the meaning of a relative path depends on the folder of the process.
pub(in crate::storage) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
