//! The collections of the database: what the settings do not hold.

use crate::storage::{CollectionId, SqliteStorage, StorageError};

impl SqliteStorage {
    /// Makes the collections known to the database. One that is no longer configured keeps its objects.
    pub async fn register_collections(&self, collections: &[CollectionId]) -> Result<(), StorageError> {
        let mut tx = self.begin().await?;
        for collection in collections {
            sqlx::query("INSERT INTO collection (id) VALUES ($1) ON CONFLICT (id) DO NOTHING")
                .bind(collection.to_string())
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }
}
