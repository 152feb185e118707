//! Putting a backup in the place of a database, and finding out that somebody else has done so.
//!
//! SQLite replays a log (`-wal`) that lies beside a file without asking whose it is. So a backup carries a mark in its
//! header, where it can be read without opening it: a marked file has no log of its own. Whoever opens it first sets
//! foreign logs aside, and lets the dates of adding go on after everything that a client may have seen.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::lock::{ServerLock, absolute, beside};
use crate::storage::{StorageError, StorageErrorKind};

/// The `application_id` of a copy that nobody has opened yet: `TXbk` in ASCII.
pub(super) const MARK: u32 = 0x5458_626b;
/// Where SQLite keeps the `application_id` of a file (<https://www.sqlite.org/fileformat.html>, section 1.3).
const MARK_OFFSET: u64 = 68;
/// How far ahead of the clock the dates of a restored database begin: a million objects that were added in one go before
/// the backup was restored have dates a quarter of an hour ahead.
pub(super) const MARGIN: Duration = Duration::from_secs(3600);

/// Returns whether the file is a backup that was never opened.
pub(super) fn is_marked(path: &Path) -> io::Result<bool> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    let mut mark = [0; 4];
    file.seek(SeekFrom::Start(MARK_OFFSET))?;
    match file.read_exact(&mut mark) {
        Ok(()) => Ok(u32::from_be_bytes(mark) == MARK),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Sets aside the logs beside a file; returns the names that they have now.
pub(super) fn set_logs_aside(database: &Path, ending: &str) -> io::Result<Vec<PathBuf>> {
    let mut moved = Vec::new();
    for log in ["-wal", "-shm"] {
        let path = beside(database, log);
        let aside = beside(&path, ending);
        match std::fs::rename(&path, &aside) {
            Ok(()) => moved.push(aside),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(moved)
}

/// Replaces a database by a backup of it, keeping what was there; returns the names that the former files have now.
///
/// # Errors
/// A server is running, the backup is none or is damaged, or a file cannot be written. Then the database is as before.
pub(in crate::storage) async fn restore(
    database: &Path,
    backup: &Path,
    now: DateTime<Utc>,
) -> Result<Vec<PathBuf>, StorageError> {
    let _lock = ServerLock::take(database)?;
    check(backup).await?;
    let copy = beside(database, "-restoring");
    let failed = |path: &Path| {
        let path = absolute(path).display().to_string();
        move |error: io::Error| StorageError::open(path, error)
    };
    copy_for_owner(backup, &copy).map_err(failed(&copy))?;
    mark(&copy).await?;
    let ending = format!("-replaced-{}", now.format("%Y%m%dT%H%M%SZ"));
    let mut kept = set_logs_aside(database, &ending).map_err(failed(database))?;
    if database.exists() {
        let aside = beside(database, &ending);
        std::fs::rename(database, &aside).map_err(failed(database))?;
        kept.insert(0, aside);
    }
    std::fs::rename(&copy, database).map_err(failed(database))?;
    let folder = absolute(database).parent().map(Path::to_owned).unwrap_or_default();
    File::open(&folder).and_then(|folder| folder.sync_all()).map_err(failed(&folder))?;
    Ok(kept)
}

/// Fails unless the file is a whole database of this program.
async fn check(backup: &Path) -> Result<(), StorageError> {
    super::look_for(backup)?;
    let damaged = |why: String| StorageError::open(absolute(backup).display(), why);
    // Immutable: a log beside the backup is none of its own.
    let options = SqliteConnectOptions::new().filename(backup).read_only(true).immutable(true);
    let mut connection = options.connect().await.map_err(|error| damaged(error.to_string()))?;
    let found = sqlx::query_scalar::<_, String>("PRAGMA integrity_check").fetch_one(&mut connection).await;
    let collections =
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM collection").fetch_one(&mut connection).await;
    connection.close().await?;
    match (found, collections) {
        (Ok(found), Ok(_)) if found == "ok" => Ok(()),
        (Ok(found), Ok(_)) => Err(damaged(format!("it is damaged: {found}"))),
        (Err(error), _) | (_, Err(error)) => {
            Err(damaged(format!("it is no backup of this program: {error}")))
        }
    }
}

fn copy_for_owner(from: &Path, to: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut copy = options.open(to)?;
    io::copy(&mut File::open(from)?, &mut copy)?;
    copy.sync_all()
}

/// Marks a copy that has no log.
pub(super) async fn mark(copy: &Path) -> Result<(), StorageError> {
    let connection = SqliteConnectOptions::new().filename(copy).connect().await;
    let mut connection = connection.map_err(|error| StorageError::open(absolute(copy).display(), error))?;
    set_mark(&mut connection, MARK).await?;
    connection.close().await?;
    File::open(copy)
        .and_then(|file| file.sync_all())
        .map_err(|error| StorageError::open(copy.display(), error))
}

/// Sets or removes the mark.
pub(super) async fn set_mark(connection: &mut SqliteConnection, mark: u32) -> Result<(), StorageError> {
    let pragma = format!("PRAGMA application_id = {mark}");
    sqlx::query(sqlx::AssertSqlSafe(pragma)).execute(connection).await?;
    Ok(())
}

impl StorageError {
    /// Whether another process serves the database.
    pub fn is_in_use(&self) -> bool {
        matches!(self.kind(), StorageErrorKind::InUse { .. })
    }
}
