//! Bringing a database to this version of the program: forwards only, when the store is opened.

use sqlx::SqlitePool;
use sqlx::migrate::Migrator;

use crate::storage::StorageError;

static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

/// Runs the migrations that the database has not seen; one that it has seen and we do not know is an error.
pub(super) async fn run(pool: &SqlitePool) -> Result<(), StorageError> {
    Ok(MIGRATOR.run(pool).await?)
}

#[cfg(test)]
mod tests {
    use crate::storage::sql::Backend;
    use crate::storage::{Database, StorageErrorKind, open};

    #[tokio::test]
    async fn a_newer_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taxii.db");
        let sqlite = super::super::Sqlite::open(&path).await.unwrap();
        let mut tx = sqlite.begin().await.unwrap();
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'from the future', TRUE, x'00', 0)",
        )
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        sqlite.close().await;

        let error = open(&Database::from(path)).await.unwrap_err();
        assert_eq!(error.kind(), &StorageErrorKind::Newer { migration: 9999 });
        assert!(error.to_string().contains("newer version"), "{error}");
    }
}
