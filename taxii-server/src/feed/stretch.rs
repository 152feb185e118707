//! Reading as much of a window as can be read whole.

use chrono::{DateTime, Utc};

use super::Failure;
use super::client::{Ask, Client};
use super::page::Page;
use super::poll::Poller;
use super::walk::{self, Walk};
use super::window::{End, Window};

/// Into how many parts a window is cut of which it is not known how much too large it is.
const PARTS: u64 = 8;

/// What was read: of which window, and how.
#[derive(Debug)]
pub(super) struct Stretch {
    /// The window, or a part of it at the end that was wanted.
    pub(super) window: Window,
    /// What is in it.
    pub(super) walk: Walk,
}

impl Poller {
    /// Reads a window by the list. What cannot be read whole is cut by time, down to the smallest window, then read by
    /// type and confidence. If even that misses records, the walk says so.
    pub(super) async fn stretch(
        &mut self,
        client: &Client,
        mut window: Window,
        end: End,
    ) -> Result<Stretch, Failure> {
        loop {
            let ask = window.ask(self.settings().page);
            let walk = match walk::list(client, &ask, self.ends != Some(false)).await {
                Err(failure @ Failure::TooManyRecords { server_time, .. }) => {
                    window = self.smaller(window, end, server_time).ok_or(failure)?;
                    continue;
                }
                walk => walk?,
            };
            let now = self.hear(&walk)?;
            self.learn(client, &window, &walk).await?;
            if self.ends == Some(false) {
                window.until = None;
            }
            if walk.is_whole() {
                return Ok(Stretch { window, walk });
            }
            if self.ends != Some(false)
                && let Some(part) = window.within(walk.clamped_to).part(end, walk.parts(), now)
            {
                window = part;
                continue;
            }
            let walk = walk::list_in_parts(client, &window.ask(self.settings().page), walk).await?;
            return Ok(Stretch { window, walk });
        }
    }

    /// Cuts a window of which an answer has told too much to be read. Nothing is left to cut of the smallest window, and
    /// of one whose end the service does not mind.
    fn smaller(&self, window: Window, end: End, server_time: Option<DateTime<Utc>>) -> Option<Window> {
        let now = server_time.unwrap_or_else(|| self.clock().now());
        let part = window.part(end, PARTS, now).filter(|_| self.ends != Some(false))?;
        let feed = &self.settings().name;
        tracing::info!(feed, "asked for a shorter time, since an answer had too many records");
        Some(part)
    }

    /// Finds out whether the service minds `until`, which not all of its pages document. Where the answer does not show
    /// it, the totals do: of what lies in the window, of what has come since it begins, and of what since it ends.
    async fn learn(&mut self, client: &Client, window: &Window, walk: &Walk) -> Result<(), Failure> {
        let (Some(until), None) = (window.until, self.ends) else { return Ok(()) };
        self.ends = walk.kept_end;
        let (Some(inside), None) = (walk.total, self.ends) else { return Ok(()) };
        let since =
            async |since| client.ask::<Page>(&Ask { since, limit: 1, ..Ask::default() }).await?.reply.total();
        let after = since(Some(until)).await?;
        // If nothing has come after the window, both kinds of service say the same.
        if after > 0 {
            self.ends = Some(inside + after / 2 < since(window.since).await?);
        }
        if self.ends == Some(false) {
            let feed = &self.settings().name;
            tracing::info!(
                feed,
                "the service does not mind `until`: what is too much is read by type and confidence"
            );
        }
        Ok(())
    }
}
