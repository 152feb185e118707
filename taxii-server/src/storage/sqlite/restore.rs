//! Putting a backup in the place of a database, and finding out that somebody else has done so.
//!
//! SQLite replays a log (`-wal`) that lies beside a file without asking whose it is. So a backup carries a mark in its
//! header, where it can be read without opening it: a marked file has no log of its own. Whoever opens it first sets
//! foreign logs aside, and takes the mark away before there can be a log of its own. Then the dates of adding are let go on
//! after everything that a client may have seen.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};

use super::files::{absolute, beside, owner_only};
use super::lock::ServerLock;
use super::migrate;
use crate::clock::Clock;
use crate::storage::StorageError;
use crate::storage::timekeeping::MARGIN_MILLIS;

/// The `application_id` of a copy that nobody has opened yet: `TXbk` in ASCII.
const UNOPENED: u32 = 0x5458_626b;
/// The `application_id` of a copy whose logs are its own, and whose dates are still to be put forward: `TXbd`.
const ADOPTED: u32 = 0x5458_6264;
/// Where SQLite keeps the `application_id` of a file (<https://www.sqlite.org/fileformat.html>, section 1.3).
const MARK_OFFSET: u64 = 68;

/// The outcome of a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The names that the former files have now.
    pub kept: Vec<PathBuf>,
    /// Whether the dates of the former database could be read, after which those of the restored one go on.
    pub knows_former_dates: bool,
}

/// Returns whether the file is a backup that was never opened.
pub(super) fn is_marked(path: &Path) -> io::Result<bool> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    let mut mark = [0; 4];
    file.seek(SeekFrom::Start(MARK_OFFSET))?;
    match file.read_exact(&mut mark) {
        Ok(()) => Ok(u32::from_be_bytes(mark) == UNOPENED),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Returns whether the file is a backup that was never opened, as far as it can be read.
pub(in crate::storage) fn is_unopened_backup(path: &Path) -> bool {
    is_marked(path).unwrap_or_default()
}

/// Makes a database of a backup that was put here by hand: sets aside the logs that belong to another file. Does nothing
/// to other databases.
pub(super) async fn adopt(database: &Path) -> Result<(), StorageError> {
    let failed = |error: io::Error| StorageError::open(absolute(database).display(), error);
    if !is_marked(database).map_err(failed)? {
        return Ok(());
    }
    // A command beside a server must not take the first log of the server for a foreign one.
    let guard_path = beside(database, "-adopting");
    let guard = owner_only().create(true).write(true).open(&guard_path).map_err(failed)?;
    guard.lock().map_err(failed)?;
    if is_marked(database).map_err(failed)? {
        let aside = beside(database, &format!("-foreign-{}", stamp(Clock::system().now())));
        for log in set_logs_aside(database, &aside).map_err(failed)? {
            tracing::warn!(log = %log.display(), "set aside the log of another database: this one is a backup");
        }
        // Not by way of a log: the header must change before there is one.
        let options = SqliteConnectOptions::new().filename(database).journal_mode(SqliteJournalMode::Delete);
        let mut connection = options.connect().await?;
        set_mark(&mut connection, ADOPTED).await?;
        connection.close().await?;
    }
    // Who waits for the guard finds no mark then.
    let _ = std::fs::remove_file(&guard_path);
    Ok(())
}

/// Lets the dates of a database that was a backup begin after everything that a client may have seen. Does nothing to other
/// databases.
pub(super) async fn begin_dates(writer: &SqlitePool) -> Result<(), StorageError> {
    let marked = async |connection: &mut SqliteConnection| {
        let mark = sqlx::query_scalar::<_, i64>("PRAGMA application_id").fetch_one(connection).await?;
        Ok::<_, StorageError>(mark == i64::from(ADOPTED))
    };
    if !marked(&mut *writer.acquire().await?).await? {
        return Ok(());
    }
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    if !marked(&mut tx).await? {
        return Ok(());
    }
    let margin = sqlx::query("UPDATE collection SET margin = ?, generation = generation + 1");
    margin.bind(MARGIN_MILLIS).execute(&mut *tx).await?;
    // What was known when the backup was made is long ago: the time is that of the clock, until a service says otherwise.
    sqlx::query("DELETE FROM known_time").execute(&mut *tx).await?;
    set_mark(&mut tx, 0).await?;
    tx.commit().await?;
    tracing::warn!(
        "opened a restored backup: dates of adding go on an hour ahead, so that no client misses an object"
    );
    Ok(())
}

/// Replaces a database by a backup of it, keeping what was there.
///
/// # Errors
/// A server is running, the backup is none or is damaged, or a file cannot be written. Then the database is as before.
pub(in crate::storage) async fn restore(
    database: &Path,
    backup: &Path,
    now: DateTime<Utc>,
) -> Result<Restored, StorageError> {
    let _lock = ServerLock::take(database)?;
    check(database, backup).await?;
    let copy = beside(database, "-restoring");
    let placed = place(database, backup, &copy, now).await;
    if placed.is_err() {
        // It may not have been made, or be in its place already.
        let _ = std::fs::remove_file(&copy);
    }
    placed
}

async fn place(
    database: &Path,
    backup: &Path,
    copy: &Path,
    now: DateTime<Utc>,
) -> Result<Restored, StorageError> {
    let failed = |path: &Path| {
        let path = absolute(path).display().to_string();
        move |error: io::Error| StorageError::open(path, error)
    };
    copy_for_owner(backup, copy).map_err(failed(copy))?;
    let former = former_dates(database).await;
    mark(copy, former.as_deref().unwrap_or_default()).await?;
    let aside = beside(database, &format!("-replaced-{}", stamp(now)));
    let mut kept = Vec::new();
    // At any moment there is a database, and once it is the backup, the mark keeps it from the logs.
    if database.exists() {
        std::fs::hard_link(database, &aside)
            .or_else(|_| copy_for_owner(database, &aside))
            .map_err(failed(&aside))?;
        kept.push(aside.clone());
    }
    std::fs::rename(copy, database).map_err(failed(database))?;
    kept.extend(set_logs_aside(database, &aside).map_err(failed(database))?);
    let folder = absolute(database).parent().map(Path::to_owned).unwrap_or_default();
    File::open(&folder).and_then(|folder| folder.sync_all()).map_err(failed(&folder))?;
    Ok(Restored { kept, knows_former_dates: former.is_some() })
}

/// Gives the logs beside a file the names of logs beside another one; returns these.
fn set_logs_aside(database: &Path, aside: &Path) -> io::Result<Vec<PathBuf>> {
    let mut moved = Vec::new();
    for log in ["-wal", "-shm"] {
        let aside = beside(aside, log);
        match std::fs::rename(beside(database, log), &aside) {
            Ok(()) => moved.push(aside),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(moved)
}

/// Fails unless the file is a whole database of this program, and not the one that is to be replaced.
async fn check(database: &Path, backup: &Path) -> Result<(), StorageError> {
    super::look_for(backup)?;
    let unusable = |why: &str| StorageError::open(absolute(backup).display(), why);
    if std::fs::canonicalize(database)
        .ok()
        .is_some_and(|path| std::fs::canonicalize(backup).ok() == Some(path))
    {
        return Err(unusable("it is the database itself: name a backup of it"));
    }
    let log = std::fs::metadata(beside(backup, "-wal")).is_ok_and(|log| log.len() > 0);
    if log && !is_marked(backup).unwrap_or_default() {
        let why = "it is no backup but a database with a log: copy it with `taxii-server backup`, and restore the copy";
        return Err(unusable(why));
    }
    // Immutable: a log beside the backup is none of its own.
    let options = SqliteConnectOptions::new().filename(backup).read_only(true).immutable(true);
    let mut connection = options.connect().await.map_err(|error| unusable(&error.to_string()))?;
    let found = sqlx::query_scalar::<_, String>("PRAGMA integrity_check").fetch_one(&mut connection).await;
    let collections =
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM collection").fetch_one(&mut connection).await;
    let pending = migrate::pending(&mut connection).await;
    connection.close().await?;
    match (found, collections) {
        (Ok(found), Ok(_)) if found == "ok" => pending.map(drop),
        (Ok(found), Ok(_)) => Err(unusable(&format!("it is damaged: {found}"))),
        (Err(error), _) | (_, Err(error)) => {
            Err(unusable(&format!("it is no backup of this program: {error}")))
        }
    }
}

/// Returns the last dates of the database that is to be replaced, by collection; nothing if it cannot be read, which may be
/// why it is replaced.
async fn former_dates(database: &Path) -> Option<Vec<(String, i64)>> {
    if !database.exists() {
        return None;
    }
    // Its log holds the last of them, unless that is not its own.
    let foreign = is_marked(database).ok()?;
    let options = SqliteConnectOptions::new().filename(database).read_only(true).immutable(foreign);
    let mut connection = options.connect().await.ok()?;
    let dates = sqlx::query_as("SELECT id, last_date_added FROM collection").fetch_all(&mut connection).await;
    let _ = connection.close().await;
    dates.ok()
}

fn copy_for_owner(from: &Path, to: &Path) -> io::Result<()> {
    let mut copy = owner_only().create(true).truncate(true).write(true).open(to)?;
    io::copy(&mut File::open(from)?, &mut copy)?;
    copy.sync_all()
}

/// Marks a copy that has no log. Its dates go on after these.
pub(super) async fn mark(copy: &Path, dates: &[(String, i64)]) -> Result<(), StorageError> {
    let options = SqliteConnectOptions::new().filename(copy).journal_mode(SqliteJournalMode::Delete);
    let connection = options.connect().await;
    let mut connection = connection.map_err(|error| StorageError::open(absolute(copy).display(), error))?;
    for (collection, date) in dates {
        let update = "UPDATE collection SET last_date_added = max(last_date_added, ?) WHERE id = ?";
        sqlx::query(update).bind(date).bind(collection).execute(&mut connection).await?;
    }
    set_mark(&mut connection, UNOPENED).await?;
    connection.close().await?;
    File::open(copy)
        .and_then(|file| file.sync_all())
        .map_err(|error| StorageError::open(copy.display(), error))
}

/// Sets or removes the mark.
async fn set_mark(connection: &mut SqliteConnection, mark: u32) -> Result<(), StorageError> {
    let pragma = format!("PRAGMA application_id = {mark}");
    sqlx::query(sqlx::AssertSqlSafe(pragma)).execute(connection).await?;
    Ok(())
}

fn stamp(time: DateTime<Utc>) -> impl std::fmt::Display {
    time.format("%Y%m%dT%H%M%SZ")
}
