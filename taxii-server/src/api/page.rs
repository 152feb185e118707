//! Pages of objects, of the manifest and of versions (sections 3.2 and 3.5), which are made once and served until their
//! collection changes.
//!
//! A page is never older than the last commit before its request began: the revision of the collection is read first,
//! and a page that is kept is used for the revision before which it was made, and for no other. Its `ETag` is a digest
//! of what is sent, so it is the same from every server, and stays while other parts of the collection change.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, ETAG, EntityTag, HeaderName, IfNoneMatch, VARY,
};
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::encoding::Encoding;
use super::gate::trail;
use super::page_cache::Key;
use super::{State, manifest, objects, versions};
use crate::error::{ApiError, ErrorCode};
use crate::off_worker;
use crate::storage::{self, CollectionId, Cursor, DateAdded, Dated, Query};
use crate::wire::TAXII_MEDIA_TYPE;

const FIRST: HeaderName = HeaderName::from_static("x-taxii-date-added-first");
const LAST: HeaderName = HeaderName::from_static("x-taxii-date-added-last");

/// A body that is not longer, in bytes, is sent as it is: encoded it would fill as many packets.
const SMALL: usize = 1024;

/// The most bytes that an allocation takes beyond its length.
pub(super) const ALLOCATION: usize = 32;

/// What is asked for. How it is answered depends on nothing else, but for what the collection holds; above all not on
/// who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Wanted {
    pub(super) resource: Resource,
    pub(super) collection: CollectionId,
    pub(super) query: Query,
}

/// The resources that come in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Resource {
    /// An envelope with objects.
    Objects,
    /// A manifest.
    Manifest,
    /// The versions of an object.
    Versions,
}

/// A page as it is sent. Clones share the body.
#[derive(Clone, Debug)]
pub(super) struct Page {
    body: Bytes,
    encoding: Encoding,
    tag: EntityTag,
    first: Option<DateAdded>,
    last: Option<DateAdded>,
    rows: usize,
}

/// How many rows the answer has, for those who count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows(pub(super) usize);

impl State {
    /// The page that is wanted, for a client that sends this request; whether it may read the collection was asked
    /// before.
    pub(super) async fn page(&self, wanted: Wanted, request: &HttpRequest) -> Result<Page, ApiError> {
        let encoding = Encoding::negotiated(request)?;
        let revision = self.storage.revision(&wanted.collection).await?;
        let key = Key { wanted, revision, encoding };
        self.pages.get_or_make(&key, self.make(&key)).await
    }

    async fn make(&self, key: &Key) -> Result<Page, ApiError> {
        let Key { wanted, encoding, .. } = key;
        if *encoding == Encoding::Identity {
            return self.read(wanted).await;
        }
        // One that is wanted only encoded is not kept twice.
        let plain = match self.pages.get(&Key { encoding: Encoding::Identity, ..key.clone() }) {
            Some(plain) => plain,
            None => self.read(wanted).await?,
        };
        plain.encoded(*encoding).await
    }

    async fn read(&self, wanted: &Wanted) -> Result<Page, ApiError> {
        let Wanted { resource, collection, query } = wanted;
        let empty_lists = self.config.empty_lists;
        let query = query.clone();
        match resource {
            Resource::Objects => {
                let page = self.storage.objects(collection, &query).await?;
                Ok(off_worker::run(move || Page::new(&page, &query, objects::json(&page, empty_lists))).await)
            }
            Resource::Manifest => {
                let page = self.storage.records(collection, &query).await?;
                let write = move || Ok(Page::new(&page, &query, manifest::json(&page, empty_lists)?));
                off_worker::run(write).await
            }
            Resource::Versions => {
                let page = self.storage.records(collection, &query).await?;
                off_worker::run(move || Ok(Page::new(&page, &query, versions::json(&page)?))).await
            }
        }
    }
}

impl Page {
    /// The specification does not say which dates an empty page has: we repeat the place that was asked for, so that a
    /// client that keeps the header as its own place stays where it is, and say nothing when none was.
    pub(super) fn new<T: Dated>(page: &storage::Page<T>, query: &Query, body: Vec<u8>) -> Self {
        let first = page.rows.first().map(Dated::date_added).or(query.after);
        let last = page.rows.last().map(Dated::date_added).or(query.after);
        let (body, encoding) = (Bytes::from(body.into_boxed_slice()), Encoding::Identity);
        Self { tag: tag(&body, [first, last]), body, encoding, first, last, rows: page.rows.len() }
    }

    /// The same page in another encoding, if that makes it smaller.
    async fn encoded(self, encoding: Encoding) -> Result<Self, ApiError> {
        if self.body.len() <= SMALL {
            return Ok(self);
        }
        let encode = move || {
            let body = Bytes::from(encoding.encode(&self.body)?.into_boxed_slice());
            Ok(Self { tag: tag(&body, [self.first, self.last]), body, encoding, ..self })
        };
        let encoded: Result<_, std::io::Error> = off_worker::run(encode).await;
        encoded.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "a page could not be encoded");
            ApiError::new(ErrorCode::Internal)
        })
    }

    /// Whether there is nothing on it.
    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// How many bytes it has on the heap. A body has no room beyond its length.
    pub(super) fn allocated(&self) -> usize {
        let Self { body, encoding: _, tag, first: _, last: _, rows: _ } = self;
        body.len().saturating_add(tag.tag().len()).saturating_add(2 * ALLOCATION)
    }

    /// The answer to a request: the page with the dates of its first and last row, or only that the client has it
    /// already (RFC 9110, section 13.1.2).
    pub(super) fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let known = is_known(request, &self.tag);
        trail(request).objects(if known { 0 } else { self.rows });
        let mut response = HttpResponse::build(if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
        response.content_type(TAXII_MEDIA_TYPE);
        response.insert_header((ETAG, self.tag.to_string()));
        response.insert_header((VARY, "Accept-Encoding"));
        // Whoever keeps it must ask whether it still holds, and must not show it to others.
        response.insert_header((CACHE_CONTROL, "private, no-cache"));
        for (name, date) in [(FIRST, self.first), (LAST, self.last)] {
            if let Some(date) = date {
                response.insert_header((name, date.timestamp().to_string()));
            }
        }
        if known {
            return response.finish();
        }
        response.extensions_mut().insert(Rows(self.rows));
        if let Some(encoding) = self.encoding.name() {
            response.insert_header((CONTENT_ENCODING, encoding));
        }
        response.body(self.body.clone())
    }
}

/// Whether the client has what the tag names (RFC 9110, section 13.1.2).
pub(super) fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    match request.get_header::<IfNoneMatch>() {
        None => false,
        Some(IfNoneMatch::Any) => true,
        Some(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
    }
}

/// Where the next page begins; nothing when this is the last one.
pub(super) fn next<T: Dated>(page: &storage::Page<T>) -> Option<String> {
    let last = page.rows.last().filter(|_| page.more)?;
    Some(Cursor(last.date_added()).to_string())
}

/// Names what is sent: the bytes, and the dates in the headers.
fn tag(body: &[u8], dates: [Option<DateAdded>; 2]) -> EntityTag {
    let mut digest = Sha256::new();
    for date in dates {
        digest.update(date.map_or(-1, DateAdded::millis).to_be_bytes());
    }
    let digest = digest.chain_update(body).finalize();
    EntityTag::new_strong(URL_SAFE_NO_PAD.encode(digest.get(..16).unwrap_or_default()))
}
