//! The collections of the database: what the settings do not hold.

use super::row::Value;
use super::statement::Statement;
use super::{Backend, SqlStorage};
use crate::storage::{CollectionId, StorageError};

impl<B: Backend> SqlStorage<B> {
    pub(super) async fn register(&self, collections: &[CollectionId]) -> Result<(), StorageError> {
        if collections.is_empty() {
            return Ok(());
        }
        let mut insert = Statement::new("INSERT INTO collection (id) VALUES ");
        insert.push_rows(collections.iter().map(|collection| [Value::from(collection.to_string())]));
        insert.push(" ON CONFLICT (id) DO NOTHING");
        self.write(insert).await?;
        Ok(())
    }
}
