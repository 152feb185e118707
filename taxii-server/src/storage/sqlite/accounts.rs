//! Accounts: a name, the hash of a password, and any number of tokens.

use sqlx::Row;

use crate::storage::{DateAdded, SqliteStorage, StorageError};

/// An account, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name, which is unique.
    pub name: String,
    /// When it was made.
    pub created: DateAdded,
    /// How many tokens it has.
    pub tokens: i64,
}

impl SqliteStorage {
    /// Makes an account; false when the name is taken.
    pub async fn add_account(
        &self,
        name: &str,
        password_hash: &str,
        created: DateAdded,
    ) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        let done = sqlx::query(
            "INSERT INTO account (name, password_hash, created) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(name)
        .bind(password_hash)
        .bind(created.millis())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// All accounts by name.
    pub async fn accounts(&self) -> Result<Vec<Account>, StorageError> {
        let rows = sqlx::query(
            "SELECT name, created, (SELECT count(*) FROM token WHERE account = name) FROM account ORDER BY name",
        )
        .fetch_all(self.reader())
        .await?;
        rows.iter()
            .map(|row| {
                let created = DateAdded::from_millis(row.try_get(1)?);
                Ok(Account { name: row.try_get(0)?, created, tokens: row.try_get(2)? })
            })
            .collect()
    }

    /// Removes an account and its tokens; false when there is none of the name.
    pub async fn remove_account(&self, name: &str) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        let done = sqlx::query("DELETE FROM account WHERE name = $1").bind(name).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// Gives an account another password; false when there is none of the name.
    pub async fn set_password(&self, name: &str, password_hash: &str) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        let done = sqlx::query("UPDATE account SET password_hash = $2 WHERE name = $1")
            .bind(name)
            .bind(password_hash)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// The hash of the password of an account.
    pub async fn password_hash(&self, name: &str) -> Result<Option<String>, StorageError> {
        let row = sqlx::query_scalar("SELECT password_hash FROM account WHERE name = $1");
        Ok(row.bind(name).fetch_optional(self.reader()).await?)
    }

    /// Gives an account one more token; false when there is no account of the name.
    pub async fn add_token(
        &self,
        name: &str,
        hash: &[u8; 32],
        created: DateAdded,
    ) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        let done = sqlx::query("INSERT INTO token SELECT $2, name, $3 FROM account WHERE name = $1")
            .bind(name)
            .bind(hash.as_slice())
            .bind(created.millis())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// The account that a token belongs to.
    pub async fn account_of_token(&self, hash: &[u8; 32]) -> Result<Option<String>, StorageError> {
        let row = sqlx::query_scalar("SELECT account FROM token WHERE hash = $1");
        Ok(row.bind(hash.as_slice()).fetch_optional(self.reader()).await?)
    }
}
