//! A request and its answer on a connection, whichever application gives the answer.
//!
//! Three rules hold for every answer, early ones and errors included:
//! - A request body that was not read to its end closes the connection (RFC 9112, section 9.3): the answer says
//!   `Connection: close`, and the framework drains the rest for a moment. The framework does so only for a body that
//!   somebody still holds, so the answer holds it. It would read a chunked body that nobody holds without any bound.
//! - A long chunk is written in slices, so that a client that reads slowly holds no copy of a page.
//! - What has no `Cache-Control` is not stored by anybody, because what a caller may see depends on the caller.

use std::cell::RefCell;
use std::error::Error;
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_http::error::PayloadError;
use actix_http::{Payload, Request, Response};
use actix_web::HttpResponse;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, STRICT_TRANSPORT_SECURITY};
use bytes::Bytes;
use futures_util::Stream;

/// The most bytes that are handed to the connection at a time.
const SLICE: usize = 64 << 10;

/// Headers that the listener adds to every answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    /// Plain HTTP.
    Plain,
    /// TLS; browsers are told to use nothing else from then on (RFC 6797), if the settings say so.
    Tls {
        /// Send `Strict-Transport-Security`.
        strict: bool,
    },
}

/// A request that is being answered.
pub(super) struct Exchange {
    body: Option<SharedBody>,
    transport: Transport,
}

impl Exchange {
    /// Takes hold of the body of a request before the application gets it.
    pub(super) fn begin(request: &mut Request, transport: Transport) -> Self {
        Self { body: SharedBody::of(request), transport }
    }

    /// Completes what the application answers. Errors are answers, too.
    pub(super) async fn end<B: MessageBody + 'static>(
        self,
        answering: impl Future<Output = Result<ServiceResponse<B>, HttpResponse>>,
    ) -> Result<Response<BoxBody>, HttpResponse> {
        let mut response = match answering.await {
            Ok(response) => Response::from(response).map_into_boxed_body(),
            Err(error) => Response::from(error),
        };
        add_headers(response.headers_mut(), self.transport);
        let sliced = |answer| Sliced { answer, rest: Bytes::new(), _request: self.body };
        Ok(response.map_body(|_, answer| BoxBody::new(sliced(answer))))
    }
}

fn add_headers(headers: &mut HeaderMap, transport: Transport) {
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    if transport == (Transport::Tls { strict: true }) {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

/// The body of a request, which both the application and the answer hold.
#[derive(Clone)]
struct SharedBody(Rc<RefCell<Payload>>);

impl SharedBody {
    /// Takes the body of a request, and puts a shared one in its place.
    fn of(request: &mut Request) -> Option<Self> {
        let payload = request.take_payload();
        if matches!(payload, Payload::None) {
            return None;
        }
        let shared = Self(Rc::new(RefCell::new(payload)));
        *request.payload() = Payload::Stream { payload: Box::pin(shared.clone()) };
        Some(shared)
    }
}

impl Stream for SharedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(context)
    }
}

/// The body of an answer in slices. It holds the body of the request.
struct Sliced {
    answer: BoxBody,
    rest: Bytes,
    _request: Option<SharedBody>,
}

impl MessageBody for Sliced {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.answer).poll_next(context)) {
                Some(Ok(chunk)) => self.rest = chunk,
                end => return Poll::Ready(end),
            }
        }
        if self.rest.len() <= SLICE {
            return Poll::Ready(Some(Ok(mem::take(&mut self.rest))));
        }
        Poll::Ready(Some(Ok(self.rest.split_to(SLICE))))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::poll_fn;

    use actix_http::body::BodyStream;
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn long_chunk_is_sliced_without_a_copy() {
        let page = Bytes::from(vec![b'x'; 3 * SLICE + 1]);
        let chunks = [Bytes::from_static(b"head"), Bytes::new(), page.clone()];
        let answer = BodyStream::new(stream::iter(chunks.map(Ok::<_, Infallible>)));
        let mut sliced = Sliced { answer: BoxBody::new(answer), rest: Bytes::new(), _request: None };
        let mut lengths = Vec::new();
        let inside = page.as_ptr_range();
        while let Some(slice) = poll_fn(|context| Pin::new(&mut sliced).poll_next(context)).await {
            let slice = slice.unwrap();
            lengths.push(slice.len());
            assert!(slice.len() == 4 || inside.contains(&slice.as_ptr()), "a slice is a copy");
        }
        assert_eq!(lengths, [4, SLICE, SLICE, SLICE, 1]);
    }

    #[test]
    fn answer_without_a_rule_of_its_own_is_not_stored() {
        let mut headers = HeaderMap::new();
        add_headers(&mut headers, Transport::Plain);
        assert_eq!(headers.get(CACHE_CONTROL).unwrap(), "private, no-store");
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        add_headers(&mut headers, Transport::Tls { strict: true });
        assert_eq!(headers.get(CACHE_CONTROL).unwrap(), "private, no-cache");
        assert_eq!(headers.get(STRICT_TRANSPORT_SECURITY).unwrap(), "max-age=31536000");
        headers.remove(STRICT_TRANSPORT_SECURITY);
        add_headers(&mut headers, Transport::Tls { strict: false });
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
    }
}
