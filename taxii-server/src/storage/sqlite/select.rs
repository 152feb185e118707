//! A [`Query`] as SQL.
//!
//! Records are found along one index, in the order of their dates, from the place on: a page costs the same
//! at the end of a large collection as at its beginning. Only a query for identifiers sorts, and it sorts
//! no more than the versions of these objects. Text from outside is always bound, never pasted.

use sqlx::{Encode, QueryBuilder, Sqlite, Type};

use crate::storage::{CollectionId, Query, VersionFilter};

/// The statement that reads `columns` of the records; `object` is called `o`. It asks for one record more
/// than the limit, to learn whether there are more.
pub(super) fn statement(
    columns: &'static str,
    collection: &CollectionId,
    query: &Query,
) -> QueryBuilder<Sqlite> {
    write("", columns, collection, query)
}

/// The statement that tells how [`statement`] is run.
pub(super) fn explanation(
    columns: &'static str,
    collection: &CollectionId,
    query: &Query,
) -> QueryBuilder<Sqlite> {
    write("EXPLAIN QUERY PLAN ", columns, collection, query)
}

fn write(prefix: &str, columns: &str, collection: &CollectionId, query: &Query) -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::new(prefix);
    match (&query.ids, &query.types) {
        (None, None) => part(&mut sql, columns, "object_by_date", collection, query),
        (None, Some(types)) => {
            // One ordered scan for each type, merged.
            for (index, object_type) in types.iter().enumerate() {
                if index > 0 {
                    sql.push(" UNION ALL ");
                }
                part(&mut sql, columns, "object_by_type", collection, query);
                sql.push(" AND o.type = ").push_bind(object_type);
            }
        }
        (Some(ids), types) => {
            part(&mut sql, columns, "object_by_version", collection, query);
            sql.push(" AND o.id");
            one_of(&mut sql, ids);
            if let Some(types) = types {
                sql.push(" AND o.type");
                one_of(&mut sql, types);
            }
        }
    }
    sql.push(" ORDER BY 1 LIMIT ").push_bind(i64::from(query.limit).saturating_add(1));
    sql
}

fn part(
    sql: &mut QueryBuilder<Sqlite>,
    columns: &str,
    index: &str,
    collection: &CollectionId,
    query: &Query,
) {
    sql.push("SELECT o.date_added, ").push(columns).push(" FROM object AS o INDEXED BY ").push(index);
    sql.push(" WHERE o.collection = (SELECT key FROM collection WHERE id = ");
    sql.push_bind(collection.to_string()).push(")");
    if let Some(after) = query.after {
        sql.push(" AND o.date_added > ").push_bind(after.millis());
    }
    spec_versions(sql, query);
    versions(sql, query);
}

/// The versions of STIX that are asked for, or the latest one of each object.
fn spec_versions(sql: &mut QueryBuilder<Sqlite>, query: &Query) {
    match &query.spec_versions {
        Some(spec_versions) => {
            sql.push(" AND o.spec_version");
            one_of(sql, spec_versions);
        }
        None => {
            sql.push(" AND NOT EXISTS (").push(OTHER).push(" AND other.spec_version > o.spec_version)");
        }
    }
}

/// The versions of each object. Whether a record is the newest is asked of the records themselves, so it
/// does not matter in which order they arrived.
fn versions(sql: &mut QueryBuilder<Sqlite>, query: &Query) {
    let VersionFilter::Some { first, last, exact } = &query.versions else { return };
    sql.push(" AND (FALSE");
    for (wanted, comparison) in [(*last, ">"), (*first, "<")] {
        if !wanted {
            continue;
        }
        sql.push(" OR NOT EXISTS (").push(OTHER);
        match &query.spec_versions {
            Some(spec_versions) => {
                sql.push(" AND other.spec_version");
                one_of(sql, spec_versions);
                sql.push(" AND (other.version_key, other.spec_version) ").push(comparison);
                sql.push(" (o.version_key, o.spec_version))");
            }
            None => {
                sql.push(" AND other.spec_version = o.spec_version AND other.version_key ");
                sql.push(comparison).push(" o.version_key)");
            }
        }
    }
    if !exact.is_empty() {
        sql.push(" OR o.version_key");
        one_of(sql, exact.iter().map(|version| version.sort_key()));
        // An object without a version is listed with its date as the version.
        sql.push(" OR (o.version_key = '' AND o.date_added");
        one_of(sql, exact.iter().map(|version| version.instant().timestamp_millis()));
        sql.push(")");
    }
    sql.push(")");
}

const OTHER: &str = "SELECT 1 FROM object AS other WHERE other.collection = o.collection AND other.id = o.id";

fn one_of<'v, T>(sql: &mut QueryBuilder<Sqlite>, values: impl IntoIterator<Item = T>)
where
    T: Encode<'v, Sqlite> + Type<Sqlite>,
{
    sql.push(" IN (");
    let mut list = sql.separated(", ");
    for value in values {
        list.push_bind(value);
    }
    sql.push(")");
}
