//! What objects name: see [`crate::storage::mention`].

use async_trait::async_trait;
use futures_util::TryStreamExt;

use super::row::{Row, Value};
use super::statement::Statement;
use super::{Backend, Session, SqlStorage, select};
use crate::storage::mention::{Mention, MentionKey, Mentions};
use crate::storage::{CollectionId, DateAdded, Page, StorageError, StoredObject};

/// How many versions of objects are looked at for each that may be found.
const CANDIDATES: i64 = 4;
/// The most bytes of objects that are given at a time; the first object is given whatever its size.
const MOST_BYTES: usize = 16 << 20;

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
        let mut tx = self.begin().await?;
        // The collection is locked first, as by all who write: a mention locks its object, for which somebody may wait who
        // deletes it and has the collection. Who loses a race writes nothing.
        let mut select = Statement::new("SELECT key FROM collection WHERE id = ");
        select.push_bind(collection.to_string()).push(" AND mentions_until = ").push_bind(from.millis());
        select.push(B::FOR_UPDATE);
        let Some(row) = tx.fetch_optional(select).await? else { return Ok(false) };
        let key: i64 = row.last()?;
        for mentions in mentions.chunks(B::Connection::ROWS_AT_ONCE) {
            let mut insert = Statement::new("INSERT INTO mention (key, collection, date_added) VALUES ");
            insert.push_rows(mentions.iter().map(|mention| {
                [Value::from(mention.key.number()), key.into(), mention.date_added.millis().into()]
            }));
            insert.push(" ON CONFLICT DO NOTHING");
            tx.execute(insert).await?;
        }
        let update = Statement::new("UPDATE collection SET mentions_until = $2 WHERE key = $1");
        tx.execute(update.bind(key).bind(until.millis())).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn mentioning(
        &self,
        collection: &CollectionId,
        keys: &[MentionKey],
        limit: u32,
    ) -> Result<Page<StoredObject>, StorageError> {
        // The latest of those that name it, whatever has become of them, so that a name which a million objects have
        // costs no more than another.
        let candidates = i64::from(limit).saturating_add(1).saturating_mul(CANDIDATES);
        let mut select = Statement::new(
            "SELECT named.date_added, o.body FROM (SELECT DISTINCT m.collection, m.date_added FROM mention AS m \
             WHERE m.collection = (SELECT key FROM collection WHERE id = ",
        );
        select.push_bind(collection.to_string()).push(") AND m.key");
        select.push_one_of(keys.iter().map(|key| key.number()));
        select.push(" ORDER BY m.date_added DESC LIMIT ").push_bind(candidates);
        select.push(
            ") AS named LEFT JOIN object AS o ON o.collection = named.collection AND o.date_added = named.date_added",
        );
        select::is_latest(&mut select);
        select.push(" ORDER BY named.date_added DESC");
        let mut connection = self.backend.reader().acquire().await?;
        let mut stream = connection.fetch(select);
        let (mut rows, mut seen, mut bytes) = (Vec::new(), 0_i64, 0_usize);
        while let Some(mut row) = stream.try_next().await? {
            seen = seen.saturating_add(1);
            let date_added = DateAdded::from_millis(row.next()?);
            let Some(body) = row.next::<Option<Vec<u8>>>()? else { continue };
            bytes = bytes.saturating_add(body.len());
            if rows.len() == limit as usize || (bytes > MOST_BYTES && !rows.is_empty()) {
                return Ok(Page { rows, more: true });
            }
            rows.push(StoredObject { date_added, body });
        }
        Ok(Page { rows, more: seen == candidates })
    }
}
