//! `/status/connect`: what to paste where, for each of the common consumers.

use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;

use super::frame::{Frame, html};
use super::visit::Visit;
use crate::error::ApiError;

#[derive(Template)]
#[template(path = "connect.html")]
struct ConnectPage {
    frame: Frame,
    /// The address was not told by the settings.
    guessed: bool,
    encrypted: bool,
    discovery: String,
    collections: Vec<Target>,
}

/// A collection, by what consumers ask for.
struct Target {
    title: String,
    id: String,
    root: String,
    /// What tells it from other API roots.
    root_name: String,
    objects: String,
    export: String,
}

pub(super) async fn get(visit: Visit) -> Result<HttpResponse, ApiError> {
    let base = base(&visit);
    let target = |shelf: super::visit::Shelf| Target {
        root: format!("{base}/{}/", shelf.root),
        objects: format!("{base}{}objects/", shelf.api()),
        export: format!("{base}{}export/", shelf.api()),
        id: shelf.settings.id.to_string(),
        root_name: shelf.root,
        title: shelf.settings.title,
    };
    html(&ConnectPage {
        frame: visit.frame("Connect", "connect"),
        guessed: visit.state.config.public_url.is_none(),
        encrypted: base.starts_with("https://"),
        discovery: format!("{base}/taxii2/"),
        collections: visit.shelves().into_iter().map(target).collect(),
    })
}

/// Where the server is reached: as the settings say, else as the browser has reached it.
fn base(visit: &Visit) -> String {
    if let Some(url) = &visit.state.config.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let host = visit.request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| visit.request.uri().authority().map(|authority| authority.as_str()));
    let scheme = if visit.state.config.tls().is_some() { "https" } else { "http" };
    format!("{scheme}://{}", host.unwrap_or("localhost"))
}
