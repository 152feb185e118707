//! `/status/collections/{id}`: the objects of a collection, the latest first, and in which other forms it can be had.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use super::frame::{Frame, html};
use super::summary::Summary;
use super::visit::{Shelf, Visit};
use super::when::grouped;
use crate::error::ApiError;
use crate::ingest::IocType;
use crate::outlet::Outlet;
use crate::storage::DateAdded;
use crate::storage::browsing::{TypeCounts, View};

#[derive(Template)]
#[template(path = "collection.html")]
struct CollectionPage {
    frame: Frame,
    shelf: Shelf,
    types: Vec<TypeLink>,
    /// There may be types that are not shown.
    more_types: bool,
    total: String,
    chosen: Option<String>,
    objects: Vec<Summary>,
    /// The link to the page before this one in time.
    older: Option<String>,
    /// Whether this is not the first page.
    is_later_page: bool,
    lists: Vec<&'static str>,
}

/// A type to filter by.
struct TypeLink {
    name: String,
    count: String,
    current: bool,
}

/// What the page takes.
#[derive(Debug, Default, Deserialize)]
struct Parameters {
    #[serde(rename = "type")]
    object_type: Option<String>,
    before: Option<i64>,
}

/// How many objects a page has.
const ROWS: u32 = 50;

pub(super) async fn get(visit: Visit) -> Result<HttpResponse, ApiError> {
    let shelf = visit.shelf()?;
    let parameters: Parameters = visit.parameters()?;
    let TypeCounts { types, total } = visit.state.storage.types(&shelf.id()).await?;
    let chosen = parameters.object_type.filter(|chosen| !chosen.is_empty());
    let in_type = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if chosen.as_ref().is_some_and(|chosen| !chosen.bytes().all(in_type)) {
        return Err(ApiError::bad_request("that is not the name of a type"));
    }
    let view = View {
        before: parameters.before.map(DateAdded::from_millis),
        object_type: chosen.clone(),
        limit: ROWS,
    };
    let page = visit.state.storage.latest(&shelf.id(), &view).await?;
    let now = visit.state.now();
    let filter = chosen.as_ref().map(|chosen| format!("&type={chosen}")).unwrap_or_default();
    let last = page.rows.last().filter(|_| page.more);
    html(&CollectionPage {
        frame: visit.frame(&shelf.settings.title, "collection"),
        more_types: types.len() == TypeCounts::MOST,
        total: grouped(total),
        types: types
            .into_iter()
            .map(|(name, count)| TypeLink {
                current: chosen.as_deref() == Some(&*name),
                name,
                count: grouped(count),
            })
            .collect(),
        chosen,
        older: last.map(|last| format!("{}?before={}{filter}", shelf.page(), last.date_added.millis())),
        is_later_page: parameters.before.is_some(),
        objects: page.rows.iter().filter_map(|object| Summary::of(object, &shelf, now)).collect(),
        lists: IocType::in_patterns().map(IocType::name).collect(),
        shelf,
    })
}

impl CollectionPage {
    /// The path of a form of the collection.
    fn export(&self, form: impl std::fmt::Display) -> String {
        format!("{}export/{form}", self.shelf.api())
    }

    fn bundle(&self) -> String {
        self.export(Outlet::Bundle)
    }

    fn lines(&self) -> String {
        self.export(Outlet::Lines)
    }
}
