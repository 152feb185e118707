//! A [`Query`] as SQL.
//!
//! Records are found along one index, in the order of their dates, from the place on: a page costs the same
//! at the end of a large collection as at its beginning. Only a query for identifiers sorts, and it sorts
//! no more than the versions of these objects. Which record is the latest of its object is written in it; which ones are
//! the oldest, or the newest in a version of STIX, is looked up for each.

use super::Backend;
use super::statement::Statement;
use crate::storage::{CollectionId, Query, VersionFilter};

/// The statement that reads `columns` of the records; `object` is called `o`. It asks for one record more
/// than the limit, to learn whether there are more.
pub(super) fn statement<B: Backend>(
    columns: &'static str,
    collection: &CollectionId,
    query: &Query,
) -> Statement {
    write::<B>("", columns, collection, query)
}

/// The statement that tells how [`statement`] is run.
pub(super) fn explanation<B: Backend>(
    columns: &'static str,
    collection: &CollectionId,
    query: &Query,
) -> Statement {
    write::<B>(B::EXPLAIN, columns, collection, query)
}

fn write<B: Backend>(
    prefix: &'static str,
    columns: &'static str,
    collection: &CollectionId,
    query: &Query,
) -> Statement {
    let mut sql = Statement::new(prefix);
    let [by_date, by_type] = if asks_for_latest(query) { LATEST_INDEXES } else { INDEXES };
    match (&query.ids, &query.types) {
        (None, None) => part::<B>(&mut sql, columns, by_date, collection, query),
        (None, Some(types)) => {
            // One ordered scan for each type, merged.
            let [before, after] = if types.len() > 1 { B::UNION_PART } else { ["", ""] };
            for (index, object_type) in types.iter().enumerate() {
                if index > 0 {
                    sql.push(" UNION ALL ");
                }
                sql.push(before);
                part::<B>(&mut sql, columns, by_type, collection, query);
                sql.push(" AND o.type = ").push_bind(object_type.as_str()).push(after);
            }
        }
        (Some(ids), types) => {
            part::<B>(&mut sql, columns, "object_by_version", collection, query);
            sql.push(" AND o.id");
            sql.push_one_of(texts(ids));
            if let Some(types) = types {
                sql.push(" AND o.type");
                sql.push_one_of(texts(types));
            }
        }
    }
    sql.push(" ORDER BY 1 LIMIT ").push_bind(i64::from(query.limit).saturating_add(1));
    sql
}

fn part<B: Backend>(
    sql: &mut Statement,
    columns: &'static str,
    index: &'static str,
    collection: &CollectionId,
    query: &Query,
) {
    sql.push("SELECT o.date_added, ").push(columns).push(" FROM object AS o");
    if B::NAMES_INDEXES {
        sql.push(" INDEXED BY ").push(index);
    }
    sql.push(" WHERE o.collection = (SELECT key FROM collection WHERE id = ");
    sql.push_bind(collection.to_string()).push(")");
    if let Some(after) = query.after {
        sql.push(" AND o.date_added > ").push_bind(after.millis());
    }
    if asks_for_latest(query) {
        is_latest(sql);
    } else {
        spec_versions(sql, query);
        versions(sql, query);
    }
}

/// The indexes in the order of the dates: of all records, and of those of one type.
const INDEXES: [&str; 2] = ["object_by_date", "object_by_type"];
/// The same of the latest records alone; see `latest`.
pub(super) const LATEST_INDEXES: [&str; 2] = ["object_latest_by_date", "object_latest_by_type"];

/// Goes on with the condition that the record `o` is the latest of its object.
pub(super) fn is_latest(sql: &mut Statement) {
    sql.push(" AND o.latest = 1");
}

/// Whether that condition stands for all that the query says of versions, as it does where a client says nothing. Not for
/// single objects: a planner without statistics could then take an index of all the others.
fn asks_for_latest(query: &Query) -> bool {
    query.ids.is_none() && query.spec_versions.is_none() && query.versions == VersionFilter::LAST
}

/// The versions of STIX that are asked for, or the latest one of each object.
fn spec_versions(sql: &mut Statement, query: &Query) {
    match &query.spec_versions {
        Some(spec_versions) => {
            sql.push(" AND o.spec_version");
            sql.push_one_of(texts(spec_versions));
        }
        None => {
            sql.push(" AND (").push(OTHER).push(" AND other.spec_version > o.spec_version").push(NONE);
        }
    }
}

/// The versions of each object. Whether a record is the newest is asked of the records themselves, so it
/// does not matter in which order they arrived.
fn versions(sql: &mut Statement, query: &Query) {
    let VersionFilter::Some { first, last, exact } = &query.versions else { return };
    sql.push(" AND (FALSE");
    for (wanted, comparison) in [(*last, ">"), (*first, "<")] {
        if !wanted {
            continue;
        }
        sql.push(" OR (").push(OTHER);
        match &query.spec_versions {
            Some(spec_versions) => {
                sql.push(" AND other.spec_version");
                sql.push_one_of(texts(spec_versions));
                sql.push(" AND (other.version_key, other.spec_version) ").push(comparison);
                sql.push(" (o.version_key, o.spec_version)").push(NONE);
            }
            None => {
                sql.push(" AND other.spec_version = o.spec_version AND other.version_key ");
                sql.push(comparison).push(" o.version_key").push(NONE);
            }
        }
    }
    if !exact.is_empty() {
        sql.push(" OR o.version_key");
        sql.push_one_of(exact.iter().map(|version| version.sort_key()));
        // An object without a version is listed with its date as the version.
        sql.push(" OR (o.version_key = '' AND o.date_added");
        sql.push_one_of(exact.iter().map(|version| version.instant().timestamp_millis()));
        sql.push(")");
    }
    sql.push(")");
}

/// The start and the end of the question whether there is no other record that... It is a value, not an `EXISTS`,
/// which a planner may turn into a join that reads all records before the first row.
const OTHER: &str = "SELECT 1 FROM object AS other WHERE other.collection = o.collection AND other.id = o.id";
const NONE: &str = " LIMIT 1) IS NULL";

fn texts(list: &[String]) -> impl Iterator<Item = &str> {
    list.iter().map(String::as_str)
}
