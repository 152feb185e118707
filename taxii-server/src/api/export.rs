//! `GET /{api-root}/collections/{id}/export/{form}`: the collection as a file, for tools that know no TAXII. What TAXII
//! says of authentication and of errors holds; whatever the caller accepts, there is one media type for each form.
//!
//! The whole collection has an `ETag`, by which a client that has it learns that nothing has changed. It is read first, so
//! it is never newer than what is sent. A block list has none, since time changes it too.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, EntityTag};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::gate::trail;
use super::{State, page};
use crate::auth::{Place, Principal};
use crate::error::{ApiError, ErrorCode};
use crate::outlet::{Outlet, Selection, UnknownOutlet};

/// After how many seconds somebody may ask again for a collection whose feeds are being read for the first time.
const FIRST_READ: u64 = 60;

pub(super) async fn get(
    state: web::Data<State>,
    caller: Principal,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (collection, form) = path.into_inner();
    let collection = state.readable(&caller, &collection)?;
    let outlet: Outlet =
        form.parse().map_err(|error: UnknownOutlet| ApiError::not_found(error.to_string()))?;
    let selection = Selection::parse(request.query_string(), outlet)
        .map_err(|error| ApiError::bad_request(error.to_string()))?;
    // A firewall that takes an empty or partial list opens up; without an answer it keeps the one it has.
    if state.is_being_read_first(&collection).await? {
        let error = ApiError::new(ErrorCode::Busy).with_retry_after(FIRST_READ);
        return Err(error.with_description("the feeds of the collection are being read for the first time"));
    }
    let mut response = HttpResponse::Ok();
    response.content_type(outlet.media_type()).insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    // Lists are looked at in a browser, the whole is not.
    if let Outlet::Bundle | Outlet::Lines = outlet {
        let revision = state.storage.revision(&collection).await?;
        let tag = EntityTag::new_weak(format!("{revision}{}", tag_of(request.query_string())));
        let name = format!("attachment; filename=\"{collection}-{outlet}\"");
        response.insert_header((header::ETAG, tag.to_string()));
        response.insert_header((header::CACHE_CONTROL, "private, no-cache"));
        response.insert_header((header::CONTENT_DISPOSITION, name));
        if page::is_known(&request, &tag) {
            return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
        }
    }
    let sent = trail(&request).defer();
    let place = request.extensions().get::<Place>().cloned();
    let (count, is_complete) = (Arc::clone(&sent.objects), Arc::clone(&sent.is_complete));
    let text = outlet.read(state.storage.clone(), collection, selection, &state.guard, state.now(), count);
    // The status is out by then, so that this and the end of the connection are all that tells.
    let text = text.inspect_err(|error| {
        tracing::error!(error = error as &dyn std::error::Error, "broke off export");
    });
    Ok(response.streaming(text.chain(stream::poll_fn(move |_| {
        // What the request holds goes with the body.
        let _ = (&sent, &place);
        is_complete.store(true, Ordering::Relaxed);
        Poll::Ready(None)
    }))))
}

/// Returns the part of the entity tag that tells different selections of one revision apart.
fn tag_of(query: &str) -> String {
    if query.is_empty() { String::new() } else { format!("-{}", query.replace(['"', '\\'], "")) }
}
