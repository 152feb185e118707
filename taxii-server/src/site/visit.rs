//! Somebody who looks at a page: who it is, and what that one may see.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::HOME;
use super::frame::Frame;
use crate::api::{State, gate};
use crate::auth::{Principal, address};
use crate::config::CollectionSettings;
use crate::error::{ApiError, ErrorCode};
use crate::feed::FeedSettings;
use crate::storage::CollectionId;

/// A request for a page.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) state: web::Data<State>,
    pub(super) caller: Principal,
    pub(super) request: HttpRequest,
}

/// A collection that may be read, with the path of its API root.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    pub(super) root: String,
    pub(super) settings: CollectionSettings,
}

impl Visit {
    /// What stands around the page.
    pub(super) fn frame(&self, title: impl Into<String>, here: &'static str) -> Frame {
        Frame {
            server: self.state.config.title.clone(),
            title: title.into(),
            here,
            caller: self.caller.name().map(str::to_owned),
        }
    }

    /// Returns a text that tells the caller from others: the name of the account, else the network.
    pub(super) fn known_by(&self) -> String {
        let name = self.caller.name().map(|name| format!("account {name}"));
        name.unwrap_or_else(|| {
            let proxies = &self.state.config.trusted_proxies;
            let address = gate::client(self.request.peer_addr(), self.request.headers(), proxies);
            format!("network {:?}", address.map(address::network))
        })
    }

    /// The collections that may be read, in the order of the settings.
    pub(super) fn shelves(&self) -> Vec<Shelf> {
        let roots = self.state.config.api_roots().into_iter();
        let shelves = roots.flat_map(|root| {
            let shelf = move |settings| Shelf { root: root.path.clone(), settings };
            root.collections.clone().into_iter().map(shelf)
        });
        shelves.filter(|shelf| self.caller.may_read(&shelf.id())).collect()
    }

    /// The feeds that lead into a collection which may be read, with that collection.
    pub(super) fn feeds(&self) -> impl Iterator<Item = (&FeedSettings, CollectionId)> {
        let config = &self.state.config;
        let feeds = config.feeds.iter().filter_map(|feed| Some((feed, config.collection_of(feed)?)));
        feeds.filter(|(_, collection)| self.caller.may_read(collection))
    }

    /// The collection that the path names, if it may be read. One that may not is as good as none.
    pub(super) fn shelf(&self) -> Result<Shelf, ApiError> {
        let id = self.part("collection").parse::<Uuid>().ok();
        let found = self.shelves().into_iter().find(|shelf| Some(shelf.settings.id) == id);
        found.ok_or_else(|| match self.caller.name() {
            Some(_) => ApiError::not_found("there is no such collection"),
            // It may be there for somebody with an account.
            None => ApiError::new(ErrorCode::Unauthenticated),
        })
    }

    /// A segment of the path.
    pub(super) fn part(&self, name: &str) -> &str {
        self.request.match_info().get(name).unwrap_or_default()
    }

    /// The parameters.
    pub(super) fn parameters<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let parameters = web::Query::from_query(self.request.query_string());
        parameters
            .map(web::Query::into_inner)
            .map_err(|_| ApiError::bad_request("a parameter of the page is malformed"))
    }
}

impl Shelf {
    /// The identifier of the collection.
    pub(super) fn id(&self) -> CollectionId {
        self.settings.id.into()
    }

    /// The path of the page about the collection.
    pub(super) fn page(&self) -> String {
        format!("{HOME}/collections/{}", self.settings.id)
    }

    /// The path of the collection in the API.
    pub(super) fn api(&self) -> String {
        format!("/{}/collections/{}/", self.root, self.settings.id)
    }
}

impl FromRequest for Visit {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Principal>().cloned();
        let state = request.app_data::<web::Data<State>>().cloned();
        let visit = caller.zip(state).map(|(caller, state)| Self { state, caller, request: request.clone() });
        ready(visit.ok_or(ApiError::new(ErrorCode::Unauthenticated)))
    }
}

/// `/status/login`: asks for credentials where somebody is let in without.
pub(super) async fn login(visit: Visit) -> Result<HttpResponse, ApiError> {
    match visit.caller.name() {
        Some(_) => Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, HOME)).finish()),
        None => Err(ApiError::new(ErrorCode::Unauthenticated)),
    }
}
