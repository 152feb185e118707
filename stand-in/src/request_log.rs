//! What was asked, for tests to look at.

use actix_web::web::Query;

use crate::auth::KeyTier;

/// One request that the server got, and the status it answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestLog {
    /// The method, for example `GET`.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query as it came, without the question mark; empty when there was none.
    pub query: String,
    /// What the key of the request was.
    pub key: KeyTier,
    /// The status of the answer. An answer that was cut has the status it began with.
    pub status: u16,
    /// How many rows the answer had, before any fault.
    pub rows: usize,
}

impl RequestLog {
    /// The value of a query parameter, percent-decoded; the first one if it came more than once.
    ///
    /// ```no_run
    /// # fn assertions(upstream: &socdefenders_standin::Handle) {
    /// let last = upstream.requests().pop();
    /// assert_eq!(last.and_then(|request| request.parameter("limit")).as_deref(), Some("100"));
    /// # }
    /// ```
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        let pairs = Query::<Vec<(String, String)>>::from_query(&self.query).ok()?.into_inner();
        pairs.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}
