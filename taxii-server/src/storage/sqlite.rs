//! The store in an SQLite file.
//!
//! One connection writes, a pool of others reads; with the write-ahead log neither waits for the other.
//! `synchronous` is FULL: a commit is on disk before a reader can see it. With NORMAL a power failure
//! could take back objects that clients have seen, and the dates they were given, and those dates would
//! then be given to other objects, which these clients would never fetch.

mod access;
mod backup;
mod connection;
mod files;
mod lock;
mod migrate;
mod restore;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, SqlitePool, Transaction};

pub(super) use self::access::check_access;
pub(super) use self::backup::{backup, look_for, pending_migrations};
pub(super) use self::files::absolute;
pub use self::lock::ServerLock;
pub use self::restore::Restored;
pub(super) use self::restore::{is_unopened_backup, restore};
use super::sql::Backend;
use super::{Lease, StorageError};

/// How many pages (of 4 KiB) the log may have before they go into the file: pages of indexes that change with each object
/// are then written once for many.
const LOG_PAGES: &str = "4000";
/// How many bytes the log may have before a writer waits for the readers. By itself SQLite begins it anew only when nobody
/// reads at that moment, so where somebody always does it would grow for ever.
const LOG_BYTES: u64 = 64 << 20;

/// An SQLite file.
#[derive(Debug)]
pub(super) struct Sqlite {
    writer: SqlitePool,
    reader: SqlitePool,
    log: PathBuf,
    /// With how many bytes the log is to be begun anew.
    too_long: AtomicU64,
    size: Arc<SizeLimit>,
}

/// How many pages the file may have. SQLite keeps such a bound for each connection.
#[derive(Debug)]
struct SizeLimit {
    wanted: AtomicU32,
    /// The bound of the connection that writes.
    applied: AtomicU32,
}

/// The size of a page, as SQLite makes them.
const PAGE_BYTES: u64 = 4096;
/// As many pages as SQLite can count.
const UNLIMITED: u32 = u32::MAX - 1;

impl SizeLimit {
    /// Sets the bound of a connection, if it is another one than before.
    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let wanted = self.wanted.load(Ordering::Relaxed);
        if self.applied.swap(wanted, Ordering::Relaxed) != wanted {
            let pragma = format!("PRAGMA max_page_count = {wanted}");
            sqlx::query(AssertSqlSafe(pragma)).execute(connection).await?;
        }
        Ok(())
    }
}

impl Sqlite {
    /// Opens the file, makes it if there is none, and brings it to this version of the program.
    ///
    /// # Errors
    /// The file is no database, cannot be written, or comes from a newer version of the program.
    pub(super) async fn open(path: &Path) -> Result<Self, StorageError> {
        let failed = |error: io::Error| StorageError::open(absolute(path).display(), error);
        check_access(path).map_err(failed)?;
        restore::adopt(path).await?;
        create(path).map_err(failed)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10));
        let writing = options.clone().pragma("wal_autocheckpoint", LOG_PAGES);
        // SQLite takes a transaction back by itself when the disk is full, and sqlx then believes that it still runs: such a
        // connection would refuse every later transaction.
        let size = Arc::new(SizeLimit { wanted: UNLIMITED.into(), applied: UNLIMITED.into() });
        let (before, after) = (Arc::clone(&size), Arc::clone(&size));
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .before_acquire(move |connection, _| {
                let size = Arc::clone(&before);
                Box::pin(async move {
                    if connection.is_in_transaction() {
                        return Ok(false);
                    }
                    size.apply(connection).await.map(|()| true)
                })
            })
            .after_connect(move |connection, _| {
                after.applied.store(UNLIMITED, Ordering::Relaxed);
                let size = Arc::clone(&after);
                Box::pin(async move { size.apply(connection).await })
            })
            .connect_with(writing)
            .await;
        let writer = writer.map_err(|error| StorageError::open(absolute(path).display(), error))?;
        migrate::run(&writer).await?;
        restore::begin_dates(&writer).await?;
        let readers = std::thread::available_parallelism().map_or(4, |cores| cores.get().saturating_mul(2));
        // A file does not hang up: asking each connection before its use whether it is alive would double the time of a
        // small statement.
        let reader = SqlitePoolOptions::new()
            .test_before_acquire(false)
            .max_connections(u32::try_from(readers).unwrap_or(u32::MAX).clamp(4, 32))
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self { writer, reader, log: files::beside(path, "-wal"), too_long: LOG_BYTES.into(), size })
    }

    /// Begins the log anew if it is too long, as soon as all have read who have begun; those who begin meanwhile read the
    /// file. Who reads for very long, as a backup does, is not waited for: it is tried again when the log is longer still.
    async fn begin_log(&self) -> Result<(), StorageError> {
        let length = std::fs::metadata(&self.log).map_or(0, |log| log.len());
        if length < self.too_long.load(Ordering::Relaxed) {
            return Ok(());
        }
        // The first column says whether somebody was in the way.
        let begin = sqlx::query_scalar::<_, i64>("PRAGMA wal_checkpoint(TRUNCATE)");
        let left = if begin.fetch_one(&self.writer).await? == 0 { 0 } else { length };
        self.too_long.store(left.saturating_add(LOG_BYTES), Ordering::Relaxed);
        Ok(())
    }
}

impl Backend for Sqlite {
    type Database = sqlx::Sqlite;
    type Connection = SqliteConnection;

    const NAMES_INDEXES: bool = true;
    const UNION_PART: [&'static str; 2] = ["", ""];
    const FOR_UPDATE: &'static str = "";
    const EXPLAIN: &'static str = "EXPLAIN QUERY PLAN ";

    fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    /// The transaction holds the only write lock from its first moment on.
    async fn begin(&self) -> Result<Transaction<'static, sqlx::Sqlite>, StorageError> {
        self.begin_log().await?;
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    async fn lead(&self, _task: &str) -> Result<Option<Lease>, StorageError> {
        Ok(Some(Lease::alone()))
    }

    fn limit_size(&self, bytes: Option<u64>) {
        let pages = bytes.map_or(UNLIMITED, |bytes| {
            u32::try_from(bytes / PAGE_BYTES).unwrap_or(UNLIMITED).clamp(1, UNLIMITED)
        });
        self.size.wanted.store(pages, Ordering::Relaxed);
    }

    async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// Makes the file if there is none, for its owner only: it will hold hashes of passwords. The files that
/// SQLite puts beside it take over its permissions.
fn create(path: &Path) -> io::Result<()> {
    files::owner_only().create(true).append(true).open(path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Before 3.51.3 a log that was begun anew while another connection wrote could corrupt the file.
    #[tokio::test]
    async fn sqlite_has_the_fix_of_its_log() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let version = "SELECT sqlite_version()";
        let version: String = sqlx::query_scalar(version).fetch_one(&mut connection).await.unwrap();
        let numbers: Vec<u32> = version.split('.').map(|number| number.parse().unwrap()).collect();
        assert!(numbers >= vec![3, 51, 3], "{version}");
    }
}
