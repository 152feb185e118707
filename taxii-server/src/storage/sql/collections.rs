//! The collections of the database: what the settings do not hold.

use uuid::Uuid;

use super::row::{Row, Value};
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

    /// How many versions of objects of each type each collection has.
    pub(super) async fn counts(&self) -> Result<Vec<(CollectionId, String, u64)>, StorageError> {
        let select = Statement::new(
            "SELECT collection.id, type, counted FROM collection JOIN \
             (SELECT collection, type, count(*) AS counted FROM object GROUP BY collection, type) AS counts \
             ON counts.collection = collection.key ORDER BY collection.id, type",
        );
        let count = |mut row: Row| {
            let id: Uuid = row.next::<String>()?.parse().map_err(StorageError::encoding)?;
            Ok((id.into(), row.next()?, u64::try_from(row.next::<i64>()?).unwrap_or(0)))
        };
        self.read_all(select).await?.into_iter().map(count).collect()
    }
}
