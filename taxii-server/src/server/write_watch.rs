//! How fast a client takes an answer. One that takes nothing, or a byte now and then, would hold the answer and its
//! connection for as long as it likes.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// So many bytes that a client takes give it a second more.
const BYTES_A_SECOND: u32 = 4 << 10;

/// Adds up the time for which the server waits for a client, less what the client has earned by taking bytes.
#[derive(Debug)]
pub(super) struct WriteWatch {
    patience: Duration,
    /// The time that was waited for the client, and not earned back.
    debt: Duration,
    waiting: Option<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    since: Instant,
    end: Pin<Box<Sleep>>,
}

impl WriteWatch {
    pub(super) fn new(patience: Duration) -> Self {
        Self { patience, debt: Duration::ZERO, waiting: None }
    }

    /// Ends the wait: the client has taken so many bytes.
    pub(super) fn taken(&mut self, bytes: usize) {
        if let Some(waiting) = self.waiting.take() {
            self.debt = self.debt.saturating_add(waiting.since.elapsed());
        }
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.debt = self.debt.saturating_sub(Duration::from_secs(1) * bytes / BYTES_A_SECOND);
    }

    /// Begins a wait for the client, or goes on with it. It is over when the client has been waited for too long; before,
    /// the task is woken when it will be.
    pub(super) fn wait(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let left = self.patience.saturating_sub(self.debt);
        let waiting = self.waiting.get_or_insert_with(|| {
            let since = Instant::now();
            Waiting { since, end: Box::pin(sleep_until(since + left)) }
        });
        waiting.end.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch_that_waited(seconds: u64) -> WriteWatch {
        WriteWatch { debt: Duration::from_secs(seconds), ..WriteWatch::new(Duration::from_secs(60)) }
    }

    #[tokio::test]
    async fn taken_bytes_earn_time_and_none_is_saved_up() {
        let mut watch = watch_that_waited(30);
        watch.taken(4 << 10);
        assert_eq!(watch.debt, Duration::from_secs(29));
        watch.taken(1 << 30);
        assert_eq!(watch.debt, Duration::ZERO);
        watch.taken(usize::MAX);
        assert_eq!(watch.debt, Duration::ZERO);
    }

    #[tokio::test]
    async fn time_that_was_waited_is_not_forgotten_for_a_byte() {
        let mut watch = watch_that_waited(59);
        watch.taken(1);
        let pending = std::future::poll_fn(|context| Poll::Ready(watch.wait(context))).await;
        assert!(pending.is_pending(), "a second is left");
        let mut watch = watch_that_waited(61);
        std::future::poll_fn(|context| watch.wait(context)).await;
    }
}
