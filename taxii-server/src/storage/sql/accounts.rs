//! Accounts and tokens.

use async_trait::async_trait;

use super::row::Row;
use super::statement::Statement;
use super::{Backend, SqlStorage};
use crate::storage::{Account, Accounts, DateAdded, StorageError};

#[async_trait]
impl<B: Backend> Accounts for SqlStorage<B> {
    async fn add_account(
        &self,
        name: &str,
        password_hash: &str,
        created: DateAdded,
    ) -> Result<bool, StorageError> {
        let insert = Statement::new(
            "INSERT INTO account (name, password_hash, created) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        );
        let insert = insert.bind(name).bind(password_hash).bind(created.millis());
        Ok(self.write(insert).await? == 1)
    }

    async fn accounts(&self) -> Result<Vec<Account>, StorageError> {
        let rows = self.read_all(Statement::new(
            "SELECT name, created, (SELECT count(*) FROM token WHERE account = name) FROM account ORDER BY name",
        ));
        let account = |mut row: Row| {
            let (name, created, tokens) = (row.next()?, row.next()?, row.next()?);
            Ok(Account { name, created: DateAdded::from_millis(created), tokens })
        };
        rows.await?.into_iter().map(account).collect()
    }

    async fn remove_account(&self, name: &str) -> Result<bool, StorageError> {
        let delete = Statement::new("DELETE FROM account WHERE name = $1").bind(name);
        Ok(self.write(delete).await? == 1)
    }

    async fn set_password(&self, name: &str, password_hash: &str) -> Result<bool, StorageError> {
        let update = Statement::new("UPDATE account SET password_hash = $2 WHERE name = $1");
        Ok(self.write(update.bind(name).bind(password_hash)).await? == 1)
    }

    async fn password_hash(&self, name: &str) -> Result<Option<String>, StorageError> {
        let select = Statement::new("SELECT password_hash FROM account WHERE name = $1").bind(name);
        self.read_optional(select).await?.map(|mut row| row.next()).transpose()
    }

    async fn add_token(&self, name: &str, hash: &[u8; 32], created: DateAdded) -> Result<bool, StorageError> {
        let insert = Statement::new(
            "INSERT INTO token (hash, account, created) SELECT $2, name, $3 FROM account WHERE name = $1",
        );
        let insert = insert.bind(name).bind(hash.as_slice()).bind(created.millis());
        Ok(self.write(insert).await? == 1)
    }

    async fn account_of_token(&self, hash: &[u8; 32]) -> Result<Option<String>, StorageError> {
        let select = Statement::new("SELECT account FROM token WHERE hash = $1").bind(hash.as_slice());
        self.read_optional(select).await?.map(|mut row| row.next()).transpose()
    }
}
