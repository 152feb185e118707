//! The status page: pages for people beside the API, written by the server, without scripts.
//!
//! They show what the API would tell the same caller: the collections that may be read, the feeds that lead into them, the
//! objects, what was quarantined, and how to connect. Somebody without credentials sees what is open to everybody, or is
//! asked for some. Nothing changes but by POST from one of these pages.

mod collection;
mod connect;
mod feeds;
mod frame;
mod object;
mod overview;
mod quarantine;
mod search;
mod summary;
mod visit;
mod when;

use actix_web::guard::GuardContext;
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, Route, guard, web};

use self::visit::Visit;
use crate::api::{State, compressed};
use crate::error::ApiError;

/// Where the pages are; their paths begin so.
const HOME: &str = "/status";

/// The look of all pages. It refers to nothing else.
const STYLE: &str = include_str!("../templates/style.css");

/// Adds the pages to an application, if the settings want them.
pub fn configure(app: &mut web::ServiceConfig, state: &State) {
    if !state.config.status_page {
        return;
    }
    app.service(
        web::resource("/").guard(guard::fn_guard(from_a_browser)).route(web::get().to(to_the_overview)),
    );
    app.service(web::resource("/status/style.css").route(web::get().to(style)));
    app.service(
        web::scope(HOME)
            .service(web::resource("").route(page(overview::get)))
            .service(web::resource("/login").route(page(visit::login)))
            .service(web::resource("/connect").route(page(connect::get)))
            .service(web::resource("/search").route(page(search::get)))
            .service(web::resource("/quarantine").route(page(quarantine::get)))
            .service(web::resource("/quarantine/{record}/retry").route(action(quarantine::retry)))
            .service(web::resource("/quarantine/{record}/drop").route(action(quarantine::forget)))
            .service(web::resource("/collections/{collection}").route(page(collection::get)))
            .service(web::resource("/collections/{collection}/objects/{object}").route(page(object::get)))
            .default_service(page(nothing_here))
            .wrap(from_fn(frame::frame)),
    );
}

/// A page to look at.
fn page<F, Fut>(render: F) -> Route
where
    F: Fn(Visit) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<HttpResponse, ApiError>> + 'static,
{
    answer(web::route().guard(guard::Any(guard::Get()).or(guard::Head())), render)
}

/// Something that a form does.
fn action<F, Fut>(act: F) -> Route
where
    F: Fn(Visit) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<HttpResponse, ApiError>> + 'static,
{
    answer(web::post(), act)
}

/// What the function answers; whatever goes wrong is told as a page.
fn answer<F, Fut>(route: Route, function: F) -> Route
where
    F: Fn(Visit) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<HttpResponse, ApiError>> + 'static,
{
    compressed(route.to(move |visit: Visit| {
        let (state, answered) = (visit.state.clone(), function(visit));
        async move { answered.await.unwrap_or_else(|error| frame::error_page(&state, &error)) }
    }))
}

/// Only browsers name HTML; a client of the API that has lost its way is told so in TAXII's words.
fn from_a_browser(context: &GuardContext<'_>) -> bool {
    let accept = context.head().headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

async fn to_the_overview() -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, HOME)).finish()
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "max-age=300"))
        .body(STYLE)
}

async fn nothing_here(_: Visit) -> Result<HttpResponse, ApiError> {
    Err(ApiError::not_found("there is no such page"))
}
