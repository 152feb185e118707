//! `taxii-server serve`.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::first_account;
use super::open_files::allow_connections;
use crate::audit;
use crate::bridge::Bridge;
use crate::clock::Clock;
use crate::config::Config;
use crate::feed::FeedSettings;
use crate::server::hangup::Hangup;
use crate::storage::{self, Database, Storage, StorageError};
use crate::telemetry::{self, AuditPlace};

/// How long everything together may take to end; the server alone takes less.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn run(config: Config, clock: Clock) -> Result<(), Box<dyn Error>> {
    // From here on SIGHUP does not end the process, however long it takes to open the database.
    let _hangup = Hangup::new();
    check_listen(&config)?;
    telemetry::start(config.log_format, AuditPlace::of(&config, "server"))?;
    let settings = format!("{:x}", Sha256::digest(format!("{config:?}")));
    audit::server("started", &settings);
    let max_connections = allow_connections(config.max_connections);
    let config = with_feeds(Config { max_connections, ..config });
    let _lock = storage::lock(&config.database)?;
    let storage = open(&config.database).await?;
    if config.anonymous_grants().is_none() {
        first_account::make(&config, &*storage, &clock).await?;
    }
    let discovery = config.public_url.clone();
    let mut bridge = Bridge::start(config, storage, clock).await?;
    let server = bridge.server();
    let url = discovery.unwrap_or_else(|| server.url().to_owned());
    tracing::info!(address = %server.address(), discovery = format!("{}/taxii2/", url.trim_end_matches('/')), "serving");
    let ended = until_told_to_stop(&mut bridge).await;
    if tokio::time::timeout(PATIENCE, bridge.stop()).await.is_err() {
        tracing::warn!("not everything came to its end in time");
    }
    audit::server("stopped", &settings);
    ended
}

/// Opens the database, and says so if that creates an SQLite file.
async fn open(database: &Database) -> Result<Arc<dyn Storage>, StorageError> {
    let missing = database.missing_file();
    let storage = storage::open(database).await?;
    if let Some(path) = missing {
        tracing::info!(database = %path.display(), "created the database");
    }
    Ok(storage)
}

/// Plain HTTP only where no other machine listens in, or where the operator says so.
pub(super) fn check_listen(config: &Config) -> Result<(), String> {
    if config.tls().is_some() || config.listen.ip().is_loopback() || config.insecure_http {
        return Ok(());
    }
    Err(format!(
        "`{}` can be reached by other machines, and plain HTTP would show them the passwords: name a \
         certificate with `--tls-certificate` and `--tls-key`, listen on `127.0.0.1`, or say `--insecure-http` if a proxy in front does TLS",
        config.listen
    ))
}

/// Waits for the signal to stop; the server ending by itself is an error.
pub(super) async fn until_told_to_stop(bridge: &mut Bridge) -> Result<(), Box<dyn Error>> {
    tokio::select! {
        ended = bridge.server().ended() => Err(ended.err().map_or("the server ended by itself".into(), Into::into)),
        told = told_to_stop() => {
            tracing::info!("stopping");
            Ok(told?)
        }
    }
}

/// The feeds that are polled.
pub(super) fn feeds(config: &Config) -> Vec<FeedSettings> {
    match config.feeds.as_slice() {
        [] => FeedSettings::from_environment().into_iter().collect(),
        feeds => feeds.to_vec(),
    }
}

/// Without a `[[feed]]`, a key in the environment is enough to poll SOC Defenders.
fn with_feeds(mut config: Config) -> Config {
    config.feeds = feeds(&config);
    if config.feeds.is_empty() {
        tracing::warn!(
            "no feed is polled: set SOCDEFENDERS_API_KEY, or write a `[[feed]]` into the settings"
        );
    }
    config
}

/// Waits for Ctrl-C or, where there is such a thing, SIGTERM.
async fn told_to_stop() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
