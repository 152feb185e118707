//! SIGHUP, which asks the server to read its files again. It never ends the server.

/// Waits for SIGHUP, where there is such a thing.
pub(crate) struct Hangup {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangup {
    pub(crate) fn new() -> Self {
        Self {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
        }
    }

    pub(crate) async fn recv(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}

/// Answers SIGHUP where there are no files to read again.
pub(super) async fn nothing_to_reload() {
    let mut hangup = Hangup::new();
    loop {
        hangup.recv().await;
        tracing::info!("received SIGHUP: there is no certificate to read again");
    }
}
