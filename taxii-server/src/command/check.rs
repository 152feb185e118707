//! `taxii-server check`: whether `serve` would work, without changing anything.

use std::error::Error;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;

use super::output::Output;
use super::{ExitWith, serve};
use crate::clock::Clock;
use crate::config::Config;
use crate::feed::{Client, Failure, FeedSettings};
use crate::ingest::{AllowLists, AttackLibrary};
use crate::server::tls::Identity;
use crate::storage::{self, Database};

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
        let outcome = usable(&feed, clock).map(|()| format!("`{}` has a key", feed.name));
        outcomes.push(("feed", outcome.map_err(|problem| format!("`{}`: {problem}", feed.name))));
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

/// Whether a feed has what a poll needs.
fn usable(feed: &FeedSettings, clock: &Clock) -> Result<(), String> {
    let client = feed.api_key().map_err(Failure::from);
    client.and_then(|_| Client::new(feed.clone(), clock.clone())).map_err(|failure| failure.to_string())?;
    let library = feed.attack_bundle.as_deref().map(AttackLibrary::open).transpose();
    library.map(drop).map_err(|error| error.to_string())
}

async fn database(config: &Config) -> Result<String, String> {
    if let Database::Sqlite(path) = &config.database
        && !path.exists()
    {
        return new_file(path);
    }
    match storage::pending_migrations(&config.database).await {
        Ok(0) => Ok(format!("`{}` is up to date", config.database)),
        Ok(pending) => {
            Ok(format!("`{}` needs {pending} migrations, which `taxii-server serve` makes", config.database))
        }
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            Err(format!("{error}{cause}"))
        }
    }
}

/// A file that `serve` makes when it starts, in a folder that has to be there.
fn new_file(path: &Path) -> Result<String, String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match folder.is_dir() {
        true => Ok(format!("`{}` is not there yet, `taxii-server serve` makes it", path.display())),
        false => Err(format!("cannot make `{}`: there is no folder `{}`", path.display(), folder.display())),
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
