//! Connections that end before there is a request. Anybody can make any number of them, so each is counted, and the log
//! has a summary.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::auth::address;
use crate::metrics::Metrics;

/// The time from one summary to the next.
const SUMMARY: Duration = Duration::from_secs(60);

/// Counts connections that were turned away.
#[derive(Debug)]
pub(super) struct TurnedAway {
    metrics: Arc<Metrics>,
    handshakes: Mutex<Tally>,
    crowded: Mutex<Tally>,
}

/// Events since the last summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    count: u64,
    last: Option<IpAddr>,
}

impl TurnedAway {
    pub(super) fn new(metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self { metrics, handshakes: Mutex::default(), crowded: Mutex::default() })
    }

    /// Counts a client with which TLS could not be agreed on.
    pub(super) fn handshake_failed(&self, peer: Option<SocketAddr>, error: &std::io::Error) {
        tracing::debug!(peer = ?peer, error = error as &dyn std::error::Error, "TLS handshake failed");
        self.metrics.handshake_failed();
        add(&self.handshakes, peer.map(|peer| address::network(peer.ip())));
    }

    /// Counts a connection of a network that has as many as it may have.
    pub(super) fn crowded(&self, network: IpAddr) {
        tracing::debug!(%network, "refused connection");
        self.metrics.connection_refused();
        add(&self.crowded, Some(network));
    }

    /// Writes summaries until it is dropped.
    pub(super) async fn summarize(self: Arc<Self>) {
        loop {
            tokio::time::sleep(SUMMARY).await;
            self.report();
        }
    }

    fn report(&self) {
        if let Some(Tally { count, last }) = take(&self.handshakes) {
            tracing::info!(count, last_network = last.map(written), "TLS handshakes failed");
        }
        if let Some(Tally { count, last }) = take(&self.crowded) {
            tracing::warn!(
                count,
                last_network = last.map(written),
                "refused connections beyond `max_connections_per_network`"
            );
        }
    }
}

fn add(tally: &Mutex<Tally>, network: Option<IpAddr>) {
    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    *tally = Tally { count: tally.count.saturating_add(1), last: network };
}

fn take(tally: &Mutex<Tally>) -> Option<Tally> {
    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    Some(std::mem::take(&mut *tally)).filter(|tally| tally.count > 0)
}

fn written(network: IpAddr) -> String {
    match network {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{address}/64"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_has_the_count_and_the_last_network() {
        let away = TurnedAway::new(Arc::default());
        for peer in ["192.0.2.1:1", "[2001:db8::7]:2"] {
            away.handshake_failed(peer.parse().ok(), &std::io::ErrorKind::TimedOut.into());
        }
        let last = "2001:db8::".parse().ok();
        assert_eq!(take(&away.handshakes), Some(Tally { count: 2, last }));
        assert_eq!(take(&away.handshakes), None, "each is told once");
        assert_eq!(take(&away.crowded), None);
        assert_eq!(last.map(written).as_deref(), Some("2001:db8::/64"));
    }
}
