//! `/status`: the feeds and the collections at a glance.

use actix_web::HttpResponse;
use askama::Template;

use super::feeds::{FeedView, feeds};
use super::frame::{Frame, html};
use super::summary::Summary;
use super::visit::Visit;
use super::when::{grouped, minute};
use crate::error::ApiError;
use crate::storage::browsing::View;

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    frame: Frame,
    description: Option<String>,
    now: String,
    feeds: Vec<FeedView>,
    collections: Vec<CollectionView>,
}

/// A collection at a glance.
struct CollectionView {
    title: String,
    description: Option<String>,
    page: String,
    versions: String,
    newest: Vec<Summary>,
}

/// How many of the newest objects are shown.
const NEWEST: u32 = 5;

pub(super) async fn get(visit: Visit) -> Result<HttpResponse, ApiError> {
    let now = visit.state.now();
    let mut collections = Vec::new();
    for shelf in visit.shelves() {
        let types = visit.state.storage.types(&shelf.id()).await?;
        let view = View { before: None, object_type: None, limit: NEWEST };
        let newest = visit.state.storage.latest(&shelf.id(), &view).await?;
        collections.push(CollectionView {
            page: shelf.page(),
            versions: grouped(types.total),
            newest: newest.rows.iter().filter_map(|object| Summary::of(object, &shelf, now)).collect(),
            title: shelf.settings.title,
            description: shelf.settings.description,
        });
    }
    html(&Overview {
        frame: visit.frame("Overview", ""),
        description: visit.state.config.description.clone(),
        now: minute(now),
        feeds: feeds(&visit).await?,
        collections,
    })
}
