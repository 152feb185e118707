//! Looking at a file and copying it without changing it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::migrate;
use crate::storage::StorageError;

/// Fails unless the file is there. SQLite's own error would not say so.
pub(in crate::storage) fn look_for(path: &Path) -> Result<(), StorageError> {
    std::fs::metadata(path).map(drop).map_err(|error| StorageError::open(path.display(), error))
}

/// How many migrations the file still needs.
pub(in crate::storage) async fn pending_migrations(path: &Path) -> Result<usize, StorageError> {
    let mut connection = open(path).await?;
    let pending = migrate::pending(&mut connection).await?;
    connection.close().await?;
    Ok(pending)
}

/// Copies the file as it is at one moment; writers need not wait. The copy holds what the file holds in less space, for
/// its owner only.
pub(in crate::storage) async fn backup(path: &Path, copy: &Path) -> Result<(), StorageError> {
    let mut connection = open(path).await?;
    let name = copy.to_str().ok_or_else(|| StorageError::encoding("the path is no UTF-8 text"))?;
    create(copy).map_err(|error| StorageError::open(copy.display(), error))?;
    let copied = sqlx::query("VACUUM INTO ?").bind(name).execute(&mut connection).await;
    connection.close().await?;
    let written = copied.map_err(StorageError::from).and_then(|_| {
        let synced = File::open(copy).and_then(|file| file.sync_all());
        synced.map_err(|error| StorageError::open(copy.display(), error))
    });
    if written.is_err() {
        // What is there is no backup; that it stays is the lesser failure.
        let _ = std::fs::remove_file(copy);
    }
    written
}

async fn open(path: &Path) -> Result<SqliteConnection, StorageError> {
    look_for(path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .create_if_missing(false)
        .busy_timeout(Duration::from_secs(10));
    options.connect().await.map_err(|error| StorageError::open(path.display(), error))
}

/// Makes an empty file, which must not have been there.
fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
