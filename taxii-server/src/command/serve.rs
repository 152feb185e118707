//! `taxii-server serve`.

use std::error::Error;
use std::io;

use super::account;
use crate::clock::Clock;
use crate::config::Config;
use crate::server::Server;
use crate::storage::SqliteStorage;
use crate::telemetry;

pub(super) async fn run(config: Config, clock: Clock) -> Result<(), Box<dyn Error>> {
    if !config.listen.ip().is_loopback() && !config.insecure_http {
        return Err(format!(
            "`{}` can be reached by other machines, and plain HTTP would show them the passwords: listen on \
             `127.0.0.1`, or say `--insecure-http` if a proxy in front does TLS",
            config.listen
        )
        .into());
    }
    telemetry::start(config.log_format)?;
    let storage = SqliteStorage::open(&config.database).await?;
    if !config.anonymous {
        first_account(&storage, &clock).await?;
    }
    let discovery = config.public_url.clone();
    let mut running = Server::start(config, storage.clone(), clock).await?;
    let url = discovery.unwrap_or_else(|| running.url().to_owned());
    tracing::info!(address = %running.address(), discovery = format!("{}/taxii2/", url.trim_end_matches('/')), "serving");
    tokio::select! {
        ended = running.ended() => return Err(ended.err().map_or("the server ended by itself".into(), Into::into)),
        told = told_to_stop() => told?,
    }
    tracing::info!("stopping");
    running.stop().await;
    storage.close().await;
    Ok(())
}

/// On a database without accounts makes one, and says its password on the terminal, never in the log.
async fn first_account(storage: &SqliteStorage, clock: &Clock) -> Result<(), Box<dyn Error>> {
    if storage.accounts().await?.is_empty() {
        let password = account::add(storage, clock, "reader").await?;
        println!("made the account `reader` with the password {password}");
        println!("(shown this once; `taxii-server account password reader` makes another)");
    }
    Ok(())
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
