//! A connection as HTTP sees it.
//!
//! What the framework refuses before there is a request (a header that is malformed, too large or too slow) it answers
//! without a body. Such an answer is given the TAXII error here (TAXII 2.1, section 3.6.1), as it passes. And a client
//! that does not take what it has asked for, or takes it too slowly, is given up.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection_limit::Permit;
use super::header_watch::HeaderWatch;
use super::write_watch::WriteWatch;
use crate::error::{ApiError, ErrorCode};
use crate::wire::TAXII_MEDIA_TYPE;

/// How long a client is waited for that takes nothing; what it takes gives it more time: see [`WriteWatch`].
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the header of a request may take. That of the first is given up a little sooner, with an answer.
const HEADER: Duration = Duration::from_secs(20);

/// A connection over a stream of bytes.
#[derive(Debug)]
pub(super) struct Connection<S> {
    stream: S,
    /// The bytes that go out in place of those at hand.
    instead: Option<Instead>,
    header: HeaderWatch,
    writing: WriteWatch,
    _permit: Permit,
}

#[derive(Debug)]
struct Instead {
    bytes: Vec<u8>,
    sent: usize,
    stands_for: usize,
}

impl<S> Connection<S> {
    /// A connection that speaks HTTP/1.1.
    pub(super) fn new(stream: S, permit: Permit) -> Self {
        let (header, writing) = (HeaderWatch::new(HEADER), WriteWatch::new(PATIENCE));
        Self { stream, instead: None, header, writing, _permit: permit }
    }

    /// The stream.
    pub(super) fn stream(&self) -> &S {
        &self.stream
    }

    /// Returns the outcome of writing, or ends the wait for it. Of the outcome it is told how many bytes went.
    fn patiently<T>(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
        bytes: impl FnOnce(&T) -> usize,
    ) -> Poll<io::Result<T>> {
        match outcome {
            Poll::Ready(outcome) => {
                self.writing.taken(outcome.as_ref().map_or(0, bytes));
                Poll::Ready(outcome)
            }
            Poll::Pending => {
                ready!(self.writing.wait(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> Connection<S> {
    fn write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.instead.is_none() {
            self.instead =
                in_taxii(bytes).map(|new| Instead { bytes: new, sent: 0, stands_for: bytes.len() });
        }
        let Some(instead) = &mut self.instead else {
            return Pin::new(&mut self.stream).poll_write(context, bytes);
        };
        while let Some(rest) = instead.bytes.get(instead.sent..).filter(|rest| !rest.is_empty()) {
            let sent = ready!(Pin::new(&mut self.stream).poll_write(context, rest))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            instead.sent += sent;
        }
        let stands_for = instead.stands_for;
        self.instead = None;
        Poll::Ready(Ok(stands_for))
    }
}

/// The framework's answer with the body of a TAXII error, if it is one that has none.
fn in_taxii(answer: &[u8]) -> Option<Vec<u8>> {
    /// Its answers are shorter.
    const LONGEST: usize = 512;

    let head = answer.get(..answer.len().min(LONGEST))?.strip_suffix(b"\r\n\r\n")?;
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let status_line = lines.next()?;
    let status = status_line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
    let status = StatusCode::from_bytes(status.as_bytes()).ok().filter(StatusCode::is_client_error)?;
    let headers: Vec<_> = lines.filter(|line| !is(line, "content-length")).collect();
    if headers.iter().any(|line| is(line, "content-type") || is(line, "transfer-encoding")) {
        return None;
    }
    let body = serde_json::to_vec(&ApiError::new(ErrorCode::of_status(status)).message()).ok()?;
    let length = body.len();
    let mut new =
        format!("{status_line}\r\ncontent-type: {TAXII_MEDIA_TYPE}\r\ncontent-length: {length}\r\n");
    for line in headers {
        new.push_str(line);
        new.push_str("\r\n");
    }
    new.push_str("\r\n");
    Some([new.into_bytes(), body].concat())
}

fn is(line: &str, header: &str) -> bool {
    line.split_once(':').is_some_and(|(name, _)| name.eq_ignore_ascii_case(header))
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.header.read(buffer.filled().get(before..).unwrap_or_default());
        self.header.check(context)?;
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = self.write(context, bytes);
        self.header.written(bytes);
        self.patiently(context, outcome, |count| *count)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        self.patiently(context, outcome, |()| 0)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // TLS says goodbye, which a client may not take either.
        let outcome = Pin::new(&mut self.stream).poll_shutdown(context);
        self.patiently(context, outcome, |()| 0)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::super::connection_limit::ConnectionLimit;
    use super::*;

    fn connection<S>(stream: S) -> Connection<S> {
        Connection::new(stream, ConnectionLimit::new(0, &[]).admit(None).unwrap())
    }

    #[test]
    fn only_what_has_no_body_is_given_one() {
        let bare =
            b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let said = String::from_utf8(in_taxii(bare).unwrap()).unwrap();
        let (head, body) = said.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\n"), "{head}");
        assert!(
            head.contains(&format!("content-length: {}", body.len())) && head.contains("connection: close")
        );
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["http_status"], "431");
        for other in [
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nContent-Type: application/taxii+json;version=2.1\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}",
            "{\"HTTP/1.1 400 \":1}\r\n\r\n",
            "",
        ] {
            assert_eq!(in_taxii(other.as_bytes()), None, "{other}");
        }
    }

    #[tokio::test]
    async fn it_passes_through_a_narrow_pipe() {
        let (near, mut far) = tokio::io::duplex(7);
        let writing = tokio::spawn(async move {
            let mut connection = connection(near);
            connection.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            connection.write_all(b"rest").await.unwrap();
        });
        let mut said = String::new();
        far.read_to_string(&mut said).await.unwrap();
        writing.await.unwrap();
        assert!(said.ends_with("\"http_status\":\"400\"}rest"), "{said}");
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_given_up() {
        let (near, _far) = tokio::io::duplex(7);
        let writing = WriteWatch::new(Duration::from_millis(50));
        let mut connection = Connection { writing, ..connection(near) };
        let outcome = connection.write_all(&[b'x'; 100]).await;
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn client_that_takes_a_byte_now_and_then_is_given_up() {
        let (near, mut far) = tokio::io::duplex(7);
        let writing = WriteWatch::new(Duration::from_millis(200));
        let mut connection = Connection { writing, ..connection(near) };
        let slowly = async {
            let mut byte = [0];
            while let Ok(1..) = far.read(&mut byte).await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let outcome = tokio::select! { outcome = connection.write_all(&[b'x'; 1 << 20]) => outcome, () = slowly => Ok(()) };
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn client_that_pauses_and_then_takes_enough_is_served() {
        let (near, mut far) = tokio::io::duplex(64 << 10);
        let writing = WriteWatch::new(Duration::from_secs(2));
        let mut connection = Connection { writing, ..connection(near) };
        let reading = async {
            let mut part = vec![0; 64 << 10];
            let mut left = 1 << 20;
            while left > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
                left -= far.read(&mut part).await.unwrap();
            }
        };
        let (outcome, ()) = tokio::join!(connection.write_all(&[b'x'; 1 << 20]), reading);
        outcome.unwrap();
    }
}
