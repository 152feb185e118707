//! The latest objects first: see [`crate::storage::browsing`].

use async_trait::async_trait;

use super::statement::Statement;
use super::{Backend, SqlStorage, select};
use crate::storage::browsing::{Browsing, TypeCounts, View};
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

    async fn types(&self, collection: &CollectionId) -> Result<TypeCounts, StorageError> {
        let mut select = Statement::new(
            "SELECT type, count(*), CAST(sum(count(*)) OVER () AS BIGINT) FROM object \
             WHERE collection = (SELECT key FROM collection WHERE id = ",
        );
        select.push_bind(collection.to_string());
        select.push(") GROUP BY type ORDER BY count(*) DESC, type LIMIT ");
        select.push_bind(i64::try_from(TypeCounts::MOST).unwrap_or(i64::MAX));
        let mut counts = TypeCounts::default();
        for mut row in self.read_all(select).await? {
            let object_type = row.next()?;
            counts.types.push((object_type, u64::try_from(row.next::<i64>()?).unwrap_or_default()));
            counts.total = u64::try_from(row.next::<i64>()?).unwrap_or_default();
        }
        counts.types.sort_unstable();
        Ok(counts)
    }
}
