//! `/status/collections/{id}/objects/{object-id}`: an object, its versions, and what it refers to.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use stix_core::Identifier;

use super::frame::{Frame, html};
use super::summary::Summary;
use super::visit::{Shelf, Visit};
use super::when::When;
use crate::error::ApiError;
use crate::off_worker;
use crate::storage::{Query, StoredObject, VersionFilter};

#[derive(Template)]
#[template(path = "object.html")]
struct ObjectPage {
    frame: Frame,
    shelf: Shelf,
    summary: Summary,
    pattern: Option<String>,
    description: Option<String>,
    versions: Vec<VersionLink>,
    references: Vec<Reference>,
    referring: Vec<Summary>,
    more_referring: bool,
    json: String,
    /// The text goes on.
    cut: bool,
}

/// A version of the object.
struct VersionLink {
    link: String,
    version: String,
    added: When,
    current: bool,
}

/// An object that this one refers to.
struct Reference {
    property: String,
    id: String,
    /// If the collection has it.
    object: Option<Summary>,
}

/// What the page takes.
#[derive(Debug, Default, Deserialize)]
struct Parameters {
    /// The date of adding of a version, in milliseconds.
    version: Option<i64>,
}

/// The most versions and references that are shown.
const MOST: u32 = 100;
/// The most bytes of text that are shown.
const LONGEST_TEXT: usize = 200_000;

pub(super) async fn get(visit: Visit) -> Result<HttpResponse, ApiError> {
    let shelf = visit.shelf()?;
    let unknown = || ApiError::not_found("there is no such object in the collection");
    let id: Identifier = visit.part("object").parse().map_err(|_| unknown())?;
    let wanted = visit.parameters::<Parameters>()?.version;
    let mut query = Query::new(MOST, 64 << 20);
    query.ids = Some(vec![id.as_str().to_owned()]);
    query.versions = VersionFilter::All;
    let versions = visit.state.storage.objects(&shelf.id(), &query).await?.rows;
    query.versions = VersionFilter::LAST;
    let mut last = visit.state.storage.objects(&shelf.id(), &query).await?.rows;
    let shown = match wanted {
        Some(date) => versions.iter().find(|version| version.date_added.millis() == date).cloned(),
        None => last.pop(),
    };
    let shown = shown.ok_or_else(unknown)?;
    let (now, own) = (visit.state.now(), shelf.clone());
    let date_added = shown.date_added;
    let read = off_worker::run(move || Read::new(&shown, &own, now)).await?;
    let Read { summary, pattern, description, named, json, cut } = read.ok_or_else(unknown)?;
    let referring = visit.state.search.referring(&shelf.id(), id.as_str(), MOST).await?;
    let found = objects_named(&visit, &shelf, &named).await?;
    let (own, page) = (shelf.clone(), summary.page.clone());
    let more_referring = referring.more;
    let linked = off_worker::run(move || {
        let link = |version: &StoredObject| VersionLink {
            link: format!("{page}?version={}", version.date_added.millis()),
            version: version_of(version).unwrap_or_else(|| "without a version".to_owned()),
            added: When::new(version.date_added.timestamp().instant(), now),
            current: version.date_added == date_added,
        };
        let referring = referring.rows.iter().filter_map(|object| Summary::of(object, &own, now));
        Linked {
            versions: versions.iter().rev().map(link).collect(),
            references: references(named, &found, &own, now),
            referring: referring.collect(),
        }
    });
    let Linked { versions, references, referring } = linked.await;
    html(&ObjectPage {
        frame: visit.frame(&summary.name, "object"),
        pattern,
        description,
        versions,
        references,
        referring,
        more_referring,
        json,
        cut,
        summary,
        shelf,
    })
}

/// What the text of an object says.
struct Read {
    summary: Summary,
    pattern: Option<String>,
    description: Option<String>,
    /// The properties that name objects, and the identifiers in them.
    named: Vec<(String, String)>,
    json: String,
    cut: bool,
}

/// What is around an object.
struct Linked {
    versions: Vec<VersionLink>,
    references: Vec<Reference>,
    referring: Vec<Summary>,
}

impl Read {
    fn new(
        object: &StoredObject,
        shelf: &Shelf,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, serde_json::Error> {
        let Some(summary) = Summary::of(object, shelf, now) else { return Ok(None) };
        let value: Value = serde_json::from_slice(&object.body)?;
        let text = |property: &str| value.get(property).and_then(Value::as_str).map(str::to_owned);
        let mut json = serde_json::to_string_pretty(&value)?;
        let cut = json.len() > LONGEST_TEXT;
        json.truncate(json.floor_char_boundary(LONGEST_TEXT));
        let (pattern, description) = (text("pattern"), text("description"));
        Ok(Some(Self { summary, pattern, description, named: names(&value), json, cut }))
    }
}

/// `modified`, else `created`, as it is written.
fn version_of(object: &StoredObject) -> Option<String> {
    #[derive(Deserialize)]
    struct Dates {
        modified: Option<String>,
        created: Option<String>,
    }
    let dates: Dates = serde_json::from_slice(&object.body).ok()?;
    dates.modified.or(dates.created)
}

/// The objects that the properties of an object name, in the order of the properties.
fn names(object: &Value) -> Vec<(String, String)> {
    let mut named = Vec::new();
    for (property, value) in object.as_object().into_iter().flatten() {
        let ids = match value {
            Value::String(id) if property.ends_with("_ref") => vec![id],
            Value::Array(ids) if property.ends_with("_refs") => {
                ids.iter().filter_map(|id| if let Value::String(id) = id { Some(id) } else { None }).collect()
            }
            _ => continue,
        };
        named.extend(ids.into_iter().map(|id| (property.clone(), id.clone())));
    }
    named.truncate(MOST as usize);
    named
}

/// Those of the named objects that the collection has.
async fn objects_named(
    visit: &Visit,
    shelf: &Shelf,
    named: &[(String, String)],
) -> Result<Vec<StoredObject>, ApiError> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Query::new(MOST, 64 << 20);
    query.ids = Some(named.iter().map(|(_, id)| id.clone()).collect());
    Ok(visit.state.storage.objects(&shelf.id(), &query).await?.rows)
}

fn references(
    named: Vec<(String, String)>,
    found: &[StoredObject],
    shelf: &Shelf,
    now: DateTime<Utc>,
) -> Vec<Reference> {
    let found = found.iter().filter_map(|object| Summary::of(object, shelf, now));
    let found: BTreeMap<String, Summary> = found.map(|summary| (summary.id.clone(), summary)).collect();
    let reference =
        |(property, id): (String, String)| Reference { property, object: found.get(&id).cloned(), id };
    named.into_iter().map(reference).collect()
}
