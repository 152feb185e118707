//! What objects name: see [`crate::storage::mention`].

use async_trait::async_trait;

use super::row::{Row, Value};
use super::statement::Statement;
use super::{Backend, Session, SqlStorage, select};
use crate::storage::mention::{Mention, MentionKey, Mentions};
use crate::storage::{CollectionId, DateAdded, Page, Query, StorageError, StoredObject};

/// The most bytes of objects that are looked at.
const MAX_BYTES: u64 = 16 << 20;

#[async_trait]
impl<B: Backend> Mentions for SqlStorage<B> {
    async fn mentions_until(&self, collection: &CollectionId) -> Result<DateAdded, StorageError> {
        let select = Statement::new("SELECT mentions_until FROM collection WHERE id = $1");
        let row = self.read_optional(select.bind(collection.to_string())).await?;
        Ok(DateAdded::from_millis(row.map_or(Ok(0), Row::last)?))
    }

    async fn write_mentions(
        &self,
        collection: &CollectionId,
        (from, until): (DateAdded, DateAdded),
        mentions: &[Mention],
    ) -> Result<bool, StorageError> {
        let mut tx = self.backend.begin().await?;
        let select = Statement::new("SELECT key FROM collection WHERE id = $1 AND mentions_until = $2");
        let row = tx.fetch_optional(select.bind(collection.to_string()).bind(from.millis())).await?;
        let Some(row) = row else { return Ok(false) };
        let key: i64 = row.last()?;
        for mentions in mentions.chunks(B::Connection::ROWS_AT_ONCE) {
            let mut insert = Statement::new("INSERT INTO mention (key, collection, date_added) VALUES ");
            insert.push_rows(mentions.iter().map(|mention| {
                [Value::from(mention.key.number()), key.into(), mention.date_added.millis().into()]
            }));
            insert.push(" ON CONFLICT DO NOTHING");
            tx.execute(insert).await?;
        }
        // Last, since writers of objects wait for this row. Who loses a race writes nothing.
        let update = Statement::new(
            "UPDATE collection SET mentions_until = $3 WHERE key = $1 AND mentions_until = $2",
        );
        let moved = tx.execute(update.bind(key).bind(from.millis()).bind(until.millis())).await? > 0;
        if moved {
            tx.commit().await?;
        }
        Ok(moved)
    }

    async fn mentioning(
        &self,
        collection: &CollectionId,
        keys: &[MentionKey],
        limit: u32,
    ) -> Result<Page<StoredObject>, StorageError> {
        let mut select = Statement::new(
            "SELECT o.date_added, o.body FROM (SELECT DISTINCT m.collection, m.date_added FROM mention AS m \
             WHERE m.collection = (SELECT key FROM collection WHERE id = ",
        );
        select.push_bind(collection.to_string()).push(") AND m.key");
        select.push_one_of(keys.iter().map(|key| key.number()));
        select.push(
            ") AS named JOIN object AS o ON o.collection = named.collection AND o.date_added = named.date_added \
             WHERE TRUE",
        );
        select::is_last(&mut select);
        select.push(" ORDER BY o.date_added DESC LIMIT ").push_bind(i64::from(limit).saturating_add(1));
        self.stored_objects(select, &Query::new(limit, MAX_BYTES)).await
    }
}
