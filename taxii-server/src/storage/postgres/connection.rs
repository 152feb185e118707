//! Statements and rows as PostgreSQL takes and gives them.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use sqlx::postgres::{PgArguments, PgRow, PgValueRef};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Decode, PgConnection, Postgres, Row as _, TypeInfo, ValueRef};

use crate::storage::StorageError;
use crate::storage::sql::Session;
use crate::storage::sql::row::{Row, Value};
use crate::storage::sql::statement::Statement;

impl Session for PgConnection {
    /// The database may be far away, and it takes 65535 values at once.
    const ROWS_AT_ONCE: usize = 500;

    async fn execute(&mut self, statement: Statement) -> Result<u64, StorageError> {
        Ok(query(statement).execute(self).await?.rows_affected())
    }

    fn fetch(&mut self, statement: Statement) -> BoxStream<'_, Result<Row, StorageError>> {
        query(statement).fetch(self).map(|row| read(&row?)).boxed()
    }
}

fn query(statement: Statement) -> Query<'static, Postgres, PgArguments> {
    let (text, values, kept) = statement.into_parts();
    let query = sqlx::query(AssertSqlSafe(text)).persistent(kept);
    values.into_iter().fold(query, |query, value| match value {
        Value::Integer(value) => query.bind(value),
        // No text with U+0000 can be stored here. So it equals none: neither does NULL.
        Value::Text(value) => query.bind(value.filter(|text| !text.contains('\0'))),
        Value::Bytes(value) => query.bind(value),
    })
}

fn read(row: &PgRow) -> Result<Row, StorageError> {
    let values = (0..row.len()).map(|index| value(row.try_get_raw(index)?));
    Ok(Row::new(values.collect::<Result<_, StorageError>>()?))
}

fn value(raw: PgValueRef<'_>) -> Result<Value, StorageError> {
    let kind = raw.type_info().name().to_owned();
    let value = match kind.as_str() {
        "INT8" => Decode::<Postgres>::decode(raw).map(Value::Integer),
        "TEXT" => Decode::<Postgres>::decode(raw).map(Value::Text),
        "BYTEA" => Decode::<Postgres>::decode(raw).map(Value::Bytes),
        other => Err(format!("a column has the type {other}").into()),
    };
    value.map_err(StorageError::encoding)
}
