//! `taxii-server check`: whether `serve` would work, without changing anything.

use std::error::Error;
use std::io::Write;
use std::net::TcpListener;

use super::output::Output;
use super::{ExitWith, serve};
use crate::clock::Clock;
use crate::config::Config;
use crate::feed::{Client, Failure};
use crate::ingest::AllowLists;
use crate::server::tls::Identity;
use crate::storage;

pub(super) async fn run(config: &Config, clock: &Clock) -> Result<(), Box<dyn Error>> {
    // Settings that are wrong do not come here.
    let mut outcomes = vec![("settings", Ok("good".to_owned()))];
    outcomes.push(("listen", listen(config)));
    outcomes.push(("database", database(config).await));
    outcomes.push(("tls", certificates(config, clock)));
    let feeds = serve::feeds(config);
    if feeds.is_empty() {
        outcomes.push(("feeds", Ok("none is polled".to_owned())));
    }
    for feed in feeds {
        let client = feed.api_key().map_err(Failure::from);
        let client = client.and_then(|_| Client::new(feed.clone(), clock.clone()));
        let outcome = client.map(|_| format!("`{}` has a key", feed.name));
        outcomes.push(("feed", outcome.map_err(|error| format!("`{}`: {error}", feed.name))));
    }
    if !config.allow_lists.is_empty() {
        let lists = AllowLists::open(&config.allow_lists);
        let lists = lists.map(|_| format!("{} can be used", config.allow_lists.len()));
        outcomes.push(("lists", lists.map_err(|error| error.to_string())));
    }
    let mut wrong = 0;
    for (what, outcome) in outcomes {
        match outcome {
            Ok(text) => writeln!(Output, "ok     {what:<9} {text}")?,
            Err(problem) => {
                wrong += 1;
                writeln!(Output, "wrong  {what:<9} {problem}")?;
            }
        }
    }
    match wrong {
        0 => Ok(()),
        1 => Err(ExitWith::new(1, "the server could not serve: one thing is wrong").into()),
        wrong => {
            Err(ExitWith::new(1, format!("the server could not serve: {wrong} things are wrong")).into())
        }
    }
}

/// A running server has the address, which is as good as its being free.
fn listen(config: &Config) -> Result<String, String> {
    serve::check_listen(config)?;
    match TcpListener::bind(config.listen) {
        Err(error) if error.kind() != std::io::ErrorKind::AddrInUse => {
            Err(format!("cannot listen on `{}`: {error}", config.listen))
        }
        Err(_) => Ok(format!("`{}` is in use, by a running server or another program", config.listen)),
        Ok(_) => Ok(format!("`{}`", config.listen)),
    }
}

async fn database(config: &Config) -> Result<String, String> {
    match storage::pending_migrations(&config.database).await {
        Ok(0) => Ok(format!("`{}` is up to date", config.database)),
        Ok(pending) => Err(format!(
            "`{}` needs {pending} migrations, which `taxii-server serve` would make",
            config.database
        )),
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            Err(format!("{error}{cause}"))
        }
    }
}

fn certificates(config: &Config, clock: &Clock) -> Result<String, String> {
    let Some(files) = config.tls() else {
        return Ok("plain HTTP is served".to_owned());
    };
    let identity = Identity::load(&files).map_err(|error| error.to_string())?;
    let file = files.certificate.display();
    match identity.expires() {
        Some(end) if end <= clock.now() => Err(format!("the certificate in `{file}` was valid until {end}")),
        Some(end) => Ok(format!("`{file}` and its key are usable until {end}")),
        None => Ok(format!("`{file}` and its key are usable")),
    }
}
