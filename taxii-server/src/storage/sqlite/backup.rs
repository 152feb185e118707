//! Looking at a file and copying it without changing it.

use std::io;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::files::{absolute, beside, owner_only};
use super::{migrate, restore};
use crate::storage::StorageError;

/// Fails unless the file is there. SQLite's own error would not say so.
pub(in crate::storage) fn look_for(path: &Path) -> Result<(), StorageError> {
    match std::fs::metadata(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let why = "there is no such file: is this the folder of the server? name the database with `--database`";
            Err(StorageError::open(absolute(path).display(), why))
        }
        Err(error) => Err(StorageError::open(absolute(path).display(), error)),
    }
}

/// How many migrations the file still needs.
pub(in crate::storage) async fn pending_migrations(path: &Path) -> Result<usize, StorageError> {
    // The log beside a backup that was put here by hand is none of its own.
    let mut connection = match restore::is_marked(path) {
        Ok(true) => {
            let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(true);
            options.connect().await.map_err(|error| StorageError::open(absolute(path).display(), error))?
        }
        _ => open(path, Reading::Untouched).await?,
    };
    let pending = migrate::pending(&mut connection).await?;
    connection.close().await?;
    Ok(pending)
}

/// Copies the file as it is at one moment; writers need not wait. The copy holds what the file holds in less space, for
/// its owner only.
pub(in crate::storage) async fn backup(path: &Path, copy: &Path) -> Result<(), StorageError> {
    let mut connection = open(path, Reading::Shared).await?;
    let name = copy.to_str().ok_or_else(|| StorageError::encoding("the path is no UTF-8 text"))?;
    create(copy).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            let why = "a file of this name is there already: choose another name, or remove it first";
            StorageError::open(absolute(copy).display(), why)
        }
        _ => StorageError::open(absolute(copy).display(), error),
    })?;
    let copied = sqlx::query("VACUUM INTO ?").bind(name).execute(&mut connection).await;
    connection.close().await?;
    let written = match copied {
        Ok(_) => restore::mark(copy, &[]).await,
        Err(error) => Err(error.into()),
    };
    if written.is_err() {
        // What is there is no backup; that it stays is the lesser failure.
        let _ = std::fs::remove_file(copy);
    }
    written
}

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// Beside a writer who may begin at any time.
    Shared,
    /// Without making any file. SQLite makes the files of the log even for a reader, unless it is told that nobody
    /// writes; where there is a log, it needs to make none.
    Untouched,
}

async fn open(path: &Path, reading: Reading) -> Result<SqliteConnection, StorageError> {
    look_for(path)?;
    let has_log = beside(path, "-wal").exists();
    let options = SqliteConnectOptions::new()
        .filename(path)
        .immutable(reading == Reading::Untouched && !has_log)
        .read_only(true)
        .create_if_missing(false)
        .busy_timeout(Duration::from_secs(10));
    options.connect().await.map_err(|error| StorageError::open(path.display(), error))
}

/// Makes an empty file, which must not have been there.
fn create(path: &Path) -> io::Result<()> {
    owner_only().create_new(true).write(true).open(path).map(drop)
}
