//! Work that takes long beside the requests: reading and writing large JSON, compressing, hashing.
//!
//! An async worker serves many connections. It must not be kept by one of them, so whatever grows with a body, a page
//! or an object is done here, on a thread of its own.

use tokio::task::spawn_blocking;

/// Runs work on a thread for blocking work and returns its result. A panic goes on in the caller.
///
/// # Examples
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let text = taxii_server::off_worker::run(|| "x".repeat(3)).await;
/// assert_eq!(text, "xxx");
/// # });
/// ```
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is being shut down: nobody waits for the answer.
            Err(_) => std::future::pending().await,
        },
    }
}
