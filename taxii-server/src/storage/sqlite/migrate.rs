//! Bringing a database to this version of the program: forwards only, when the store is opened.

use sqlx::migrate::Migrator;
use sqlx::{SqliteConnection, SqlitePool};

use crate::storage::{StorageError, migrations};

static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

/// Runs the migrations that the database has not seen; one that it has seen and we do not know is an error.
///
/// They are one transaction, so that of several processes that open a new file at the same time one runs them and the others
/// wait.
pub(super) async fn run(pool: &SqlitePool) -> Result<(), StorageError> {
    if pending(&mut *pool.acquire().await?).await? == 0 {
        return Ok(());
    }
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    MIGRATOR.run(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// How many migrations the database has not seen.
pub(super) async fn pending(connection: &mut SqliteConnection) -> Result<usize, StorageError> {
    let seen = sqlx::query_scalar(migrations::SEEN).fetch_all(connection).await;
    migrations::pending(&MIGRATOR, &migrations::seen(seen)?)
}

#[cfg(test)]
mod tests {
    use super::MIGRATOR;
    use crate::storage::{Access, Database, Scope, SecretKind, open};

    #[tokio::test]
    async fn accounts_of_before_keep_their_secrets_and_read_everything() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taxii.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        MIGRATOR.run_to(2, &pool).await.unwrap();
        for statement in [
            "INSERT INTO account VALUES ('eve', '$argon2id$...', 1000)",
            "INSERT INTO token VALUES (x'ABCD', 'eve', 2000)",
        ] {
            sqlx::query(statement).execute(&pool).await.unwrap();
        }
        pool.close().await;

        let storage = open(&Database::from(path)).await.unwrap();
        let eve = storage.account("eve").await.unwrap().unwrap();
        let secrets: Vec<_> =
            eve.secrets.iter().map(|secret| (secret.stored.kind, secret.stored.hash.as_str())).collect();
        assert_eq!(secrets, [(SecretKind::Password, "$argon2id$..."), (SecretKind::Token, "abcd")]);
        assert_eq!(eve.grants.iter().collect::<Vec<_>>(), [(Scope::Everywhere, Access::READ)]);
        assert_eq!(storage.owner_of(SecretKind::Token, "abcd").await.unwrap().as_deref(), Some("eve"));
        storage.close().await;
    }
}
