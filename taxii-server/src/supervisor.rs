//! Background tasks that outlive a panic: each is started again after a pause, and what happened is logged, counted and
//! told by `/healthz`.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::{JoinHandle, JoinSet};

use crate::metrics::Metrics;

/// The pause after a first panic; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How long a task runs until its earlier panics count no more.
const SOUND_AFTER: Duration = Duration::from_secs(600);
/// After so many panics in a row a task is taken to be broken for good.
const BROKEN_AFTER: u32 = 5;

/// Starts background tasks, and knows which of them have panicked. Clones share that.
#[derive(Clone, Debug)]
pub struct Supervisor {
    metrics: Arc<Metrics>,
    panics: Arc<Mutex<BTreeMap<String, Panics>>>,
    first_pause: Duration,
}

/// The panics of a task in a row.
#[derive(Clone, Copy, Debug)]
struct Panics {
    count: u32,
    last: Instant,
}

/// How the background tasks do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskHealth {
    /// None has panicked lately.
    Good,
    /// These have panicked lately, and were started again.
    Restarted(Vec<String>),
    /// These panic again and again.
    Broken(Vec<String>),
}

impl Supervisor {
    /// Counts panics in these metrics.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics, panics: Arc::default(), first_pause: FIRST_PAUSE }
    }

    /// Starts a task of its own, which runs until it ends by itself or the handle is aborted.
    pub fn spawn<F: Future<Output = ()> + Send + 'static>(
        &self,
        name: impl Into<String>,
        start: impl Fn() -> F + Send + Sync + 'static,
    ) -> JoinHandle<()> {
        let (supervisor, name) = (self.clone(), name.into());
        tokio::spawn(async move { supervisor.supervise(&name, start).await })
    }

    /// Runs a task until it ends by itself, and starts it again when it panics. Dropped, this ends the task.
    pub async fn supervise<F: Future<Output = ()> + Send + 'static>(
        &self,
        name: &str,
        start: impl Fn() -> F,
    ) {
        let mut pause = self.first_pause;
        loop {
            let began = Instant::now();
            let mut task = JoinSet::new();
            task.spawn(start());
            match task.join_next().await {
                Some(Err(error)) if error.is_panic() => {
                    if began.elapsed() >= SOUND_AFTER {
                        pause = self.first_pause;
                    }
                    self.note(name, began, &message(&*error.into_panic()));
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
                }
                _ => return,
            }
        }
    }

    fn note(&self, name: &str, began: Instant, message: &str) {
        self.metrics.task_panicked(name);
        let mut panics = self.panics.lock().unwrap_or_else(PoisonError::into_inner);
        let before =
            panics.get(name).filter(|_| began.elapsed() < SOUND_AFTER).map_or(0, |before| before.count);
        let count = before.saturating_add(1);
        panics.insert(name.to_owned(), Panics { count, last: Instant::now() });
        tracing::error!(task = name, count, message, "background task panicked: it is started again");
    }

    /// Returns how the tasks do.
    pub fn health(&self) -> TaskHealth {
        let panics = self.panics.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = || panics.iter().filter(|(_, panics)| panics.last.elapsed() < SOUND_AFTER);
        let broken: Vec<_> = recent()
            .filter(|(_, panics)| panics.count >= BROKEN_AFTER)
            .map(|(name, _)| name.clone())
            .collect();
        let restarted: Vec<_> = recent().map(|(name, _)| name.clone()).collect();
        match (broken.is_empty(), restarted.is_empty()) {
            (false, _) => TaskHealth::Broken(broken),
            (true, false) => TaskHealth::Restarted(restarted),
            (true, true) => TaskHealth::Good,
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("without a message").to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn supervisor() -> Supervisor {
        Supervisor { first_pause: Duration::from_millis(1), ..Supervisor::new(Arc::default()) }
    }

    /// A task that panics so often, and then ends.
    fn panicking(times: u32) -> (Arc<AtomicU32>, impl Fn() -> futures_util::future::BoxFuture<'static, ()>) {
        let starts = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&starts);
        let start = move || {
            let started = counted.fetch_add(1, Ordering::SeqCst);
            let task = async move {
                tokio::task::yield_now().await;
                assert!(started >= times, "this is a test");
            };
            Box::pin(task) as futures_util::future::BoxFuture<'static, ()>
        };
        (starts, start)
    }

    #[tokio::test]
    async fn task_is_started_again_until_it_ends() {
        let supervisor = supervisor();
        let (starts, start) = panicking(3);
        supervisor.spawn("poller", start).await.unwrap();
        assert_eq!(starts.load(Ordering::SeqCst), 4);
        assert_eq!(supervisor.health(), TaskHealth::Restarted(vec!["poller".to_owned()]));
        let text = supervisor.metrics.text(&crate::metrics::Gauges::default());
        assert!(text.contains("taxii_task_panics_total{task=\"poller\"} 3"), "{text}");
    }

    #[tokio::test]
    async fn task_that_panics_again_and_again_is_broken() {
        let supervisor = supervisor();
        supervisor.spawn("index", panicking(BROKEN_AFTER).1).await.unwrap();
        supervisor.spawn("intake", panicking(1).1).await.unwrap();
        assert_eq!(supervisor.health(), TaskHealth::Broken(vec!["index".to_owned()]));
    }

    #[tokio::test]
    async fn other_tasks_go_on_and_an_aborted_one_ends() {
        let supervisor = supervisor();
        let alive = Arc::new(());
        let held = Arc::clone(&alive);
        let other = supervisor.spawn("other", move || {
            let held = Arc::clone(&held);
            async move {
                std::future::pending::<()>().await;
                drop(held);
            }
        });
        supervisor.spawn("index", panicking(2).1).await.unwrap();
        assert!(!other.is_finished());
        other.abort();
        assert!(other.await.unwrap_err().is_cancelled());
        while Arc::strong_count(&alive) > 1 {
            tokio::task::yield_now().await;
        }
        assert_eq!(supervisor.health(), TaskHealth::Restarted(vec!["index".to_owned()]));
    }
}
