//! Passwords that are tried although too many logins have failed: one after the other, so that a right one is let in and
//! guesses stay slow and cheap.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

/// The wait after a wrong password before the next is tried from the same network.
const PAUSE: Duration = Duration::from_millis(200);

/// The most tries that wait for each other in a network, so that guesses do not hold all connections.
const MOST_WAITING: usize = 16;

/// From this many networks on, those are forgotten from which nothing is being tried.
const TIDY_FROM: usize = 1000;

/// Lets tries through one by one, of each network and of all together.
#[derive(Debug)]
pub(super) struct SlowLane {
    networks: Mutex<HashMap<Option<IpAddr>, Arc<Semaphore>>>,
    /// So that many networks together take no more than one core.
    all: Arc<Semaphore>,
    patience: Duration,
}

/// The turn of a try; the next comes when it is dropped.
#[derive(Debug)]
pub(super) struct Lane {
    network: OwnedSemaphorePermit,
    all: OwnedSemaphorePermit,
}

impl SlowLane {
    /// A lane in which a try waits so long for its turn.
    pub(super) fn new(patience: Duration) -> Self {
        Self { networks: Mutex::default(), all: Arc::new(Semaphore::new(1)), patience }
    }

    /// Waits for the turn of a try from this network; nothing when too many wait, or it takes too long.
    pub(super) async fn enter(&self, network: Option<IpAddr>) -> Option<Lane> {
        let of_network = self.of(network)?;
        let entered = async {
            let network = of_network.acquire_owned().await.ok()?;
            Some(Lane { network, all: Arc::clone(&self.all).acquire_owned().await.ok()? })
        };
        timeout(self.patience, entered).await.ok()?
    }

    /// The turns of the network, unless too many tries wait for one.
    fn of(&self, network: Option<IpAddr>) -> Option<Arc<Semaphore>> {
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        if networks.len() >= TIDY_FROM {
            networks.retain(|_, turns| Arc::strong_count(turns) > 1);
        }
        let turns = networks.entry(network).or_insert_with(|| Arc::new(Semaphore::new(1)));
        // Each try that waits or has its turn holds one.
        (Arc::strong_count(turns) <= MOST_WAITING).then(|| Arc::clone(turns))
    }
}

impl Lane {
    /// Ends the turn of a try that failed: other networks have theirs at once, this one has to wait.
    pub(super) fn failed(self) {
        let Self { network, all } = self;
        drop(all);
        tokio::spawn(async move {
            sleep(PAUSE).await;
            drop(network);
        });
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    fn network(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[tokio::test(start_paused = true)]
    async fn network_waits_after_a_wrong_password_and_others_do_not() {
        let lanes = SlowLane::new(Duration::from_secs(10));
        let start = Instant::now();
        for _ in 0..3 {
            lanes.enter(network(1)).await.unwrap().failed();
        }
        assert_eq!(start.elapsed(), 2 * PAUSE);
        drop(lanes.enter(network(2)).await.unwrap());
        assert_eq!(start.elapsed(), 2 * PAUSE, "another network need not wait");
        drop(lanes.enter(network(1)).await.unwrap());
        drop(lanes.enter(network(1)).await.unwrap());
        assert_eq!(start.elapsed(), 3 * PAUSE, "nor need anybody after a right one");
    }

    #[tokio::test(start_paused = true)]
    async fn tries_that_wait_are_bounded_in_number_and_time() {
        let lanes = SlowLane::new(Duration::from_secs(10));
        let first = lanes.enter(network(1)).await.unwrap();
        let start = Instant::now();
        let entered = futures_util::future::join_all((0..100).map(|_| lanes.enter(network(1)))).await;
        assert!(entered.iter().all(Option::is_none));
        assert_eq!(start.elapsed(), Duration::from_secs(10), "some have waited");
        let none = lanes.enter(network(2)).await;
        assert!(none.is_none(), "of all networks together one has its turn");
        drop(first);
        assert!(lanes.enter(network(2)).await.is_some());
    }

    #[tokio::test]
    async fn networks_are_forgotten() {
        let lanes = SlowLane::new(Duration::from_secs(10));
        for number in 0..10_000_u32 {
            drop(lanes.enter(Some(IpAddr::from(number.to_be_bytes()))).await.unwrap());
        }
        assert!(lanes.networks.lock().unwrap().len() <= TIDY_FROM);
    }
}
