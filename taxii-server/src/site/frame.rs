//! What all pages have around them: the headers that keep browsers safe, and the page that tells what went wrong.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError, web};
use askama::Template;

use crate::api::{State, gate};
use crate::error::{ApiError, ErrorCode};
use crate::media_type::accepts_html;

/// The headers of each page. The referrer stays inside, and not away altogether: without it a browser does not tell
/// either from which of our pages a form was sent.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

const HTML: &str = "text/html; charset=utf-8";

/// Lets those pass who may see pages at all, and puts the headers on what they get.
pub(super) async fn frame(
    state: web::Data<State>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let accept = request.headers().get_all(header::ACCEPT);
    if !accepts_html(accept.map(|value| value.to_str().unwrap_or("unreadable"))) {
        let refused = ApiError::new(ErrorCode::NotAcceptable);
        return Err(refused
            .with_description("here are pages for people; the API begins at `/taxii2/`")
            .into());
    }
    let mut response = match gate::admit(&state, &request).await {
        Ok(_) => next.call(request).await?.map_into_boxed_body(),
        Err(error) => request.into_response(error_page(&state, &error)),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// What stands on every page beside its own content.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// The title of the server.
    pub(super) server: String,
    /// The title of the page.
    pub(super) title: String,
    /// The path of the page under the home of all pages, as the navigation names it.
    pub(super) here: &'static str,
    /// Who is looking; nothing for somebody without credentials.
    pub(super) caller: Option<String>,
}

impl Frame {
    /// What a link of the navigation has to say about itself: the page is the current one.
    pub(super) fn current(&self, here: &str) -> &'static str {
        if self.here == here { "page" } else { "false" }
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct Failure<'a> {
    frame: Frame,
    status: u16,
    description: &'a str,
}

/// A page as the answer.
pub(super) fn html(page: &impl Template) -> Result<HttpResponse, ApiError> {
    let text = page.render().map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a page could not be written");
        ApiError::new(ErrorCode::Internal)
    })?;
    Ok(HttpResponse::Ok().content_type(HTML).body(text))
}

/// An error as a page, with the status and the headers that the API would give it.
pub(super) fn error_page(state: &State, error: &ApiError) -> HttpResponse {
    let message = error.message();
    let frame =
        Frame { server: state.config.title.clone(), title: message.title.clone(), here: "", caller: None };
    let description = message.description.as_deref().unwrap_or_default();
    let status = error.status_code().as_u16();
    let text = Failure { frame, status, description }.render().unwrap_or_default();
    error.error_response().map_body(|head, _| {
        head.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(HTML));
        BoxBody::new(text)
    })
}
