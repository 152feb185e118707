//! What pages of objects, of the manifest and of versions have in common (sections 3.2 and 3.5).

use actix_web::http::header::HeaderName;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::storage::{Cursor, Dated, Page, Query};
use crate::wire::TAXII_MEDIA_TYPE;

const FIRST: HeaderName = HeaderName::from_static("x-taxii-date-added-first");
const LAST: HeaderName = HeaderName::from_static("x-taxii-date-added-last");

/// How many rows the answer has, for those who count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows(pub(super) usize);

/// Where the next page begins; nothing when this is the last one.
pub(super) fn next<T: Dated>(page: &Page<T>) -> Option<String> {
    let last = page.rows.last().filter(|_| page.more)?;
    Some(Cursor(last.date_added()).to_string())
}

/// A successful answer with the dates of its first and last row in the headers. The specification does not
/// say what an empty page has there: we repeat the place that was asked for, so that a client that keeps
/// the header as its own place stays where it is, and say nothing when none was.
pub(super) fn answer<T: Dated>(page: &Page<T>, query: &Query) -> HttpResponseBuilder {
    let first = page.rows.first().map(Dated::date_added).or(query.after);
    let last = page.rows.last().map(Dated::date_added).or(query.after);
    let mut response = HttpResponse::Ok();
    response.content_type(TAXII_MEDIA_TYPE);
    response.extensions_mut().insert(Rows(page.rows.len()));
    for (name, date) in [(FIRST, first), (LAST, last)] {
        if let Some(date) = date {
            response.insert_header((name, date.timestamp().to_string()));
        }
    }
    response
}
