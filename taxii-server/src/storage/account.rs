//! Accounts: a name, the hash of a password, and any number of tokens.

use async_trait::async_trait;

use super::{DateAdded, StorageError};

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

/// The part of a store that knows who may use the server. Every method fails only when the database does.
#[async_trait]
pub trait Accounts {
    /// Makes an account; false when the name is taken.
    async fn add_account(
        &self,
        name: &str,
        password_hash: &str,
        created: DateAdded,
    ) -> Result<bool, StorageError>;

    /// All accounts by name.
    async fn accounts(&self) -> Result<Vec<Account>, StorageError>;

    /// Removes an account and its tokens; false when there is none of the name.
    async fn remove_account(&self, name: &str) -> Result<bool, StorageError>;

    /// Gives an account another password; false when there is none of the name.
    async fn set_password(&self, name: &str, password_hash: &str) -> Result<bool, StorageError>;

    /// The hash of the password of an account.
    async fn password_hash(&self, name: &str) -> Result<Option<String>, StorageError>;

    /// Gives an account one more token; false when there is no account of the name.
    async fn add_token(&self, name: &str, hash: &[u8; 32], created: DateAdded) -> Result<bool, StorageError>;

    /// The account that a token belongs to.
    async fn account_of_token(&self, hash: &[u8; 32]) -> Result<Option<String>, StorageError>;
}
