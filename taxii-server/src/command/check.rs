//! `taxii-server check`: whether `serve` would work, without changing anything.

use std::error::Error;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use chrono::TimeDelta;

use super::output::Output;
use super::{ExitWith, serve};
use crate::clock::Clock;
use crate::clock_status::ClockStatus;
use crate::config::Config;
use crate::feed::{Client, Failure, FeedSettings};
use crate::ingest::{AllowLists, AttackLibrary};
use crate::server::tls::Identity;
use crate::storage::{self, Database};

/// A certificate that ends within this time is worth a word.
const SOON: TimeDelta = TimeDelta::days(14);

pub(super) async fn run(config: &Config, clock: &Clock) -> Result<(), Box<dyn Error>> {
    // Settings that are wrong do not come here.
    let mut outcomes = vec![("settings", Ok("good".to_owned()))];
    outcomes.push(("listen", serve::check_listen(config).and_then(|()| can_listen(config.listen))));
    if let Some(admin) = config.admin_listen {
        outcomes.push(("admin", can_listen(admin)));
    }
    let private = files_of_secrets(config).into_iter().filter_map(|path| readable_by_others(&path));
    outcomes.extend(private.map(|problem| ("files", Err(problem))));
    outcomes.push(("database", database(config).await));
    outcomes.extend(clock_outcomes(config, clock).await);
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
fn can_listen(address: SocketAddr) -> Result<String, String> {
    match TcpListener::bind(address) {
        Err(error) if error.kind() != std::io::ErrorKind::AddrInUse => {
            Err(format!("cannot listen on `{address}`: {error}"))
        }
        Err(_) => Ok(format!("`{address}` is in use, by a running server or another program")),
        Ok(_) => Ok(format!("`{address}`")),
    }
}

/// The files that only the server may read, as far as they are there.
fn files_of_secrets(config: &Config) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = config.tls_key.iter().cloned().collect();
    if let Database::Sqlite(path) = &config.database {
        files.push(path.clone());
    }
    let of_feed = |feed: &FeedSettings| [feed.api_key_file.clone(), feed.proxy_password_file.clone()];
    files.extend(serve::feeds(config).iter().flat_map(of_feed).flatten());
    files
}

/// What is wrong with a file that every user of the machine can read.
fn readable_by_others(path: &Path) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        let mode = std::fs::metadata(path).ok()?.permissions().mode();
        let path = path.display();
        (mode & 0o007 != 0).then(|| format!("`{path}` can be read by every user: run `chmod 600 {path}`"))
    }
    #[cfg(not(unix))]
    None
}

/// Whether a feed has what a poll needs.
fn usable(feed: &FeedSettings, clock: &Clock) -> Result<(), String> {
    let client = feed.api_key().map_err(Failure::from);
    client.and_then(|_| Client::new(feed.clone(), clock.clone())).map_err(|failure| failure.to_string())?;
    let library = feed.attack_bundle.as_deref().map(AttackLibrary::open).transpose();
    library.map(drop).map_err(|error| error.to_string())
}

async fn database(config: &Config) -> Result<String, String> {
    if let Some(path) = config.database.missing_file() {
        return new_file(path);
    }
    if let Database::Sqlite(path) = &config.database {
        writable(path)?;
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

/// How the clock stands to what an existing database knows of the time, a line for each problem. None of them keeps the server
/// from starting, and a feed may confirm the clock then. A database that cannot be read as it is, is told as such.
async fn clock_outcomes(config: &Config, clock: &Clock) -> Vec<(&'static str, Result<String, String>)> {
    let as_it_is = !storage::is_unopened_backup(&config.database)
        && matches!(storage::pending_migrations(&config.database).await, Ok(0));
    if !as_it_is {
        return Vec::new();
    }
    let Ok(storage) = storage::open_existing(&config.database).await else { return Vec::new() };
    let status = ClockStatus::read(&*storage, clock.now()).await;
    storage.close().await;
    let Ok(status) = status else { return Vec::new() };
    let line = |text| ("clock", Ok(text));
    match status.problems() {
        problems if problems.is_empty() => vec![line("near the latest time known to be right".to_owned())],
        problems => {
            problems.into_iter().map(|problem| line(format!("{}: {}", problem.text, problem.help))).collect()
        }
    }
}

/// A file that `serve` makes when it starts, in a folder that has to be there.
fn new_file(path: &Path) -> Result<String, String> {
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(format!("cannot make `{}`: there is no folder `{}`", path.display(), folder.display()));
    }
    writable(path)?;
    Ok(format!("`{}` is not there yet, `taxii-server serve` makes it", path.display()))
}

/// Whether the folder of a database can be written: SQLite keeps its log beside the file.
fn writable(path: &Path) -> Result<(), String> {
    let folder = folder_of(path);
    tempfile::Builder::new().prefix(".taxii-check").tempfile_in(folder).map(drop).map_err(|error| {
        format!(
            "the folder `{}` must be writable, since SQLite writes beside its file: {error}",
            folder.display()
        )
    })
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn certificates(config: &Config, clock: &Clock) -> Result<String, String> {
    let Some(files) = config.tls() else {
        return Ok("plain HTTP is served".to_owned());
    };
    let identity = Identity::load(&files).map_err(|error| error.to_string())?;
    let file = files.certificate.display();
    match identity.expires() {
        Some(end) if end <= clock.now() => Err(format!("the certificate in `{file}` was valid until {end}")),
        Some(end) if end - clock.now() < SOON => {
            Ok(format!("`{file}` and its key are usable, but only until {end}: renew the certificate"))
        }
        Some(end) => Ok(format!("`{file}` and its key are usable until {end}")),
        None => Ok(format!("`{file}` and its key are usable")),
    }
}
