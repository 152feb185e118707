//! Statements and rows as SQLite takes and gives them.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow, SqliteValueRef};
use sqlx::{AssertSqlSafe, Decode, Row as _, Sqlite, SqliteConnection, TypeInfo, ValueRef};

use crate::storage::StorageError;
use crate::storage::sql::Session;
use crate::storage::sql::row::{Row, Value};
use crate::storage::sql::statement::Statement;

impl Session for SqliteConnection {
    /// Each statement goes to the thread of the connection and back, which takes as long as some dozens of rows.
    const ROWS_AT_ONCE: usize = 128;

    async fn execute(&mut self, statement: Statement) -> Result<u64, StorageError> {
        Ok(query(statement).execute(self).await?.rows_affected())
    }

    fn fetch(&mut self, statement: Statement) -> BoxStream<'_, Result<Row, StorageError>> {
        query(statement).fetch(self).map(|row| read(&row?)).boxed()
    }
}

fn query(statement: Statement) -> Query<'static, Sqlite, SqliteArguments> {
    let (text, values, kept) = statement.without_numbers().into_parts();
    let query = sqlx::query(AssertSqlSafe(text)).persistent(kept);
    values.into_iter().fold(query, |query, value| match value {
        Value::Integer(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    })
}

fn read(row: &SqliteRow) -> Result<Row, StorageError> {
    let values = (0..row.len()).map(|index| value(row.try_get_raw(index)?));
    Ok(Row::new(values.collect::<Result<_, StorageError>>()?))
}

fn value(raw: SqliteValueRef<'_>) -> Result<Value, StorageError> {
    if raw.is_null() {
        return Ok(Value::Text(None));
    }
    let kind = raw.type_info().name().to_owned();
    let value = match kind.as_str() {
        "INTEGER" => Decode::<Sqlite>::decode(raw).map(Value::Integer),
        "TEXT" => Decode::<Sqlite>::decode(raw).map(Value::Text),
        _ => Decode::<Sqlite>::decode(raw).map(Value::Bytes),
    };
    value.map_err(StorageError::encoding)
}
