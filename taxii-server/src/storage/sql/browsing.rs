//! The latest objects first: see [`crate::storage::browsing`].

use async_trait::async_trait;

use super::row::Row;
use super::statement::Statement;
use super::{Backend, SqlStorage, select};
use crate::storage::browsing::{Browsing, View};
use crate::storage::{CollectionId, Page, Query, StorageError, StoredObject};

/// The most bytes of objects on a page for people.
const MAX_BYTES: u64 = 16 << 20;

#[async_trait]
impl<B: Backend> Browsing for SqlStorage<B> {
    async fn latest(
        &self,
        collection: &CollectionId,
        view: &View,
    ) -> Result<Page<StoredObject>, StorageError> {
        let mut select = Statement::new("SELECT o.date_added, o.body FROM object AS o");
        if B::NAMES_INDEXES {
            let [by_date, by_type] = select::LATEST_INDEXES;
            let index = if view.object_type.is_some() { by_type } else { by_date };
            select.push(" INDEXED BY ").push(index);
        }
        select.push(" WHERE o.collection = (SELECT key FROM collection WHERE id = ");
        select.push_bind(collection.to_string()).push(")");
        if let Some(object_type) = &view.object_type {
            select.push(" AND o.type = ").push_bind(object_type.as_str());
        }
        if let Some(before) = view.before {
            select.push(" AND o.date_added < ").push_bind(before.millis());
        }
        select::is_latest(&mut select);
        select.push(" ORDER BY o.date_added DESC LIMIT ").push_bind(i64::from(view.limit).saturating_add(1));
        self.stored_objects(select, &Query::new(view.limit, MAX_BYTES)).await
    }

    async fn types(&self, collection: &CollectionId) -> Result<Vec<(String, u64)>, StorageError> {
        let select = Statement::new(
            "SELECT type, count(*) FROM object WHERE collection = (SELECT key FROM collection WHERE id = $1) \
             GROUP BY type ORDER BY type",
        );
        let count = |mut row: Row| Ok((row.next()?, u64::try_from(row.next::<i64>()?).unwrap_or_default()));
        self.read_all(select.bind(collection.to_string())).await?.into_iter().map(count).collect()
    }
}
