//! `/status/search`: which indicators match a value, and what else names it?

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use stix_core::Identifier;

use super::frame::{Frame, html};
use super::summary::Summary;
use super::visit::{Shelf, Visit};
use crate::error::{ApiError, ErrorCode};
use crate::off_worker;
use crate::search::{Findings, How, SearchRefused};

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    value: String,
    shelves: Vec<Findable>,
}

/// What was found in a collection.
struct Findable {
    title: String,
    groups: Vec<(&'static str, Vec<Summary>)>,
    findings: Findings,
}

/// What the page takes.
#[derive(Debug, Default, Deserialize)]
struct Parameters {
    value: Option<String>,
}

/// How objects are found, and what is said of that.
const GROUPS: [(How, &str); 3] = [
    (How::Matches, "Indicators that match"),
    (How::Contains, "Indicators of networks that contain it"),
    (How::Names, "Objects that name it"),
];

pub(super) async fn get(visit: Visit) -> Result<HttpResponse, ApiError> {
    let parameters: Parameters = visit.parameters()?;
    let value = parameters.value.unwrap_or_default().trim().to_owned();
    let mut shelves = Vec::new();
    if !value.is_empty() {
        let admission = visit.state.search.admit(&visit.known_by()).await?;
        for shelf in visit.shelves() {
            if let Some(page) = page_of(&visit, &shelf, &value).await? {
                return Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, page)).finish());
            }
            let findings = visit.state.search.find(&shelf.id(), &value, &admission).await?;
            let now = admission.began();
            shelves.push(off_worker::run(move || Findable::new(findings, shelf, now)).await);
        }
    }
    html(&SearchPage { frame: visit.frame("Search", "search"), value, shelves })
}

impl Findable {
    fn new(findings: Findings, shelf: Shelf, now: DateTime<Utc>) -> Self {
        let of = |wanted: How| {
            let found = findings.found.iter().filter(|found| found.how == wanted);
            found.filter_map(|found| Summary::of(&found.object, &shelf, now)).collect::<Vec<_>>()
        };
        let groups = GROUPS.map(|(how, heading)| (heading, of(how)));
        let groups = groups.into_iter().filter(|(_, objects)| !objects.is_empty()).collect();
        Self { groups, findings, title: shelf.settings.title }
    }
}

impl From<SearchRefused> for ApiError {
    fn from(refused: SearchRefused) -> Self {
        match refused {
            SearchRefused::Searching => Self::too_many_requests(&refused.to_string(), Duration::from_secs(1)),
            SearchRefused::Busy => Self::new(ErrorCode::Busy).with_description(refused.to_string()),
        }
    }
}

/// The page about the object, if the value is the identifier of one in the collection.
async fn page_of(visit: &Visit, shelf: &Shelf, value: &str) -> Result<Option<String>, ApiError> {
    let Ok(id) = value.parse::<Identifier>() else { return Ok(None) };
    let known = visit.state.storage.has_object(&shelf.id(), id.as_str()).await?;
    Ok(known.then(|| format!("{}/objects/{id}", shelf.page())))
}
