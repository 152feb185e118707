//! One server for each SQLite file: a lock on a file beside it, which the system takes away when the process ends.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::files::{absolute, beside, owner_only};
use crate::storage::{StorageError, StorageErrorKind};

/// The right to serve an SQLite file, or to replace it. It lasts as long as the value.
#[derive(Debug)]
pub struct ServerLock {
    file: File,
}

impl ServerLock {
    /// Takes the lock on the file.
    ///
    /// # Errors
    /// Another process has it, or the file of the lock cannot be made.
    pub(in crate::storage) fn take(database: &Path) -> Result<Self, StorageError> {
        let failed = |error| StorageError::open(absolute(database).display(), error);
        let path = beside(&real_path(database).map_err(failed)?, "-lock");
        let failed = |error| StorageError::open(path.display(), error);
        let mut file =
            owner_only().create(true).truncate(false).read(true).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut process = String::new();
                // Who has the lock is told where it can be read, which is not so everywhere.
                let _ = file.read_to_string(&mut process);
                let process = Some(process.trim().to_owned()).filter(|process| !process.is_empty());
                let database = absolute(database).display().to_string();
                return Err(StorageError::new(StorageErrorKind::InUse { database, process }));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let written = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
        written.map_err(failed)?;
        Ok(Self { file })
    }
}

impl Drop for ServerLock {
    fn drop(&mut self) {
        // The number of a process that has ended may belong to another one later.
        let _ = self.file.set_len(0);
    }
}

/// Returns the path of a file, which need not exist, without symbolic links: one file has one lock.
fn real_path(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let path = absolute(path);
            let folder = path.parent().unwrap_or(Path::new("/")).canonicalize()?;
            Ok(folder.join(path.file_name().unwrap_or_default()))
        }
        path => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_server_is_refused_until_the_first_ends() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("taxii.db");
        let first = ServerLock::take(&database).unwrap();
        let refused = ServerLock::take(&database).unwrap_err();
        let message = refused.to_string();
        assert!(
            message.contains(&std::process::id().to_string()) && message.contains("taxii.db"),
            "{message}"
        );
        drop(first);
        ServerLock::take(&database).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn link_to_a_file_has_its_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (database, link) = (folder.path().join("taxii.db"), folder.path().join("link.db"));
        std::fs::write(&database, "").unwrap();
        std::os::unix::fs::symlink(&database, &link).unwrap();
        let _lock = ServerLock::take(&database).unwrap();
        assert!(ServerLock::take(&link).is_err());
    }
}
