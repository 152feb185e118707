//! How long the header of a request takes. The framework asks that of the first request of a connection only; with those
//! after it a client could hold a connection for ever.

use std::io;
use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::{Sleep, sleep};

/// Watches the bytes of HTTP/1.1 that come and go on a connection.
#[derive(Debug)]
pub(super) struct HeaderWatch {
    patience: Duration,
    /// When the header must be there; it begins with its first byte.
    end: Option<Pin<Box<Sleep>>>,
    /// The line that is being read has nothing in it yet, and is not the first.
    at_empty_line: bool,
    complete: bool,
}

impl HeaderWatch {
    pub(super) fn new(patience: Duration) -> Self {
        Self { patience, end: None, at_empty_line: false, complete: false }
    }

    /// Bytes that came.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                _ if self.complete => return,
                b'\n' if self.at_empty_line => {
                    self.complete = true;
                    self.end = None;
                }
                b'\n' => self.at_empty_line = true,
                b'\r' => {}
                _ => self.at_empty_line = false,
            }
        }
        if self.end.is_none() && !self.complete && !bytes.is_empty() {
            self.end = Some(Box::pin(sleep(self.patience)));
        }
    }

    /// Bytes that go: with an answer begins the wait for the next request, but not while the body of this one is asked
    /// for.
    pub(super) fn written(&mut self, bytes: &[u8]) {
        if self.complete && !bytes.starts_with(b"HTTP/1.1 100") {
            *self = Self::new(self.patience);
        }
    }

    /// Whether the header has taken too long; else the task is woken when it will have.
    pub(super) fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let over = self.end.as_mut().is_some_and(|end| end.as_mut().poll(context).is_ready());
        if over { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use super::*;

    #[tokio::test]
    async fn a_header_ends_with_an_empty_line() {
        let cases: [(&[&str], bool); 6] = [
            (&["GET / HTTP/1.1\r\nhost: x\r\n\r\n"], true),
            (&["GET / HTTP/1.1\r\nhost: x\r", "\n\r", "\n"], true),
            (&["\r\nGET / HTTP/1.1\nhost: x\n\n"], true),
            (&["GET / HTTP/1.1\r\n", "\r\n", "a body\n"], true),
            (&["GET / HTTP/1.1\r\nhost: x\r\n"], false),
            (&["G"], false),
        ];
        for (parts, complete) in cases {
            let mut watch = HeaderWatch::new(Duration::from_secs(1));
            parts.iter().for_each(|part| watch.read(part.as_bytes()));
            assert_eq!((watch.complete, watch.end.is_none()), (complete, complete), "{parts:?}");
            watch.written(b"HTTP/1.1 100 Continue\r\n\r\n");
            assert_eq!(watch.complete, complete, "{parts:?}");
            watch.written(b"HTTP/1.1 200 OK\r\n");
            assert!(!watch.complete, "{parts:?}");
        }
    }

    #[tokio::test]
    async fn each_header_has_its_time() {
        let mut watch = HeaderWatch::new(Duration::from_millis(20));
        let mut checked = async || std::future::poll_fn(|context| Poll::Ready(watch.check(context))).await;
        assert!(checked().await.is_ok());
        tokio::time::sleep(Duration::from_millis(40)).await;
        assert!(checked().await.is_ok(), "nothing has come");
        watch.read(b"GET / HTTP/1.1\r\n\r\n");
        watch.written(b"HTTP/1.1 200 OK\r\n\r\n");
        watch.read(b"GET ");
        tokio::time::sleep(Duration::from_millis(40)).await;
        watch.read(b"/");
        let outcome = std::future::poll_fn(|context| Poll::Ready(watch.check(context))).await;
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::TimedOut, "the second");
    }
}
