//! The database: whether it can be opened, written and brought up to date.

use std::error::Error;

use super::Finding;
use crate::clock::Clock;
use crate::clock_status::ClockStatus;
use crate::storage::{self, Database};

/// Checks the permissions first, because SQLite blames the file for what the folder forbids.
pub(super) async fn check(database: &Database) -> Finding {
    if let Err(error) = storage::check_access(database) {
        return Finding::wrong("database", error.to_string());
    }
    if let Database::Sqlite(path) = database
        && !path.exists()
    {
        let text = format!("`{}` is not there yet, `taxii-server serve` makes it", path.display());
        return Finding::good("database", text);
    }
    match storage::pending_migrations(database).await {
        Ok(0) => Finding::good("database", format!("`{database}` is up to date")),
        Ok(pending) => Finding::good(
            "database",
            format!("`{database}` needs {pending} migrations, which `taxii-server serve` makes"),
        ),
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            let help = match database {
                Database::Sqlite(_) if cause.contains("malformed") || cause.contains("not a database") => {
                    "; restore a backup"
                }
                _ => "",
            };
            Finding::wrong("database", format!("{error}{cause}{help}"))
        }
    }
}

/// Tells how the clock stands to what an existing database knows of the time, a line for each problem. None of them keeps the
/// server from starting, and a feed may confirm the clock then. A database that cannot be read as it is, is told as such.
pub(super) async fn clock(database: &Database, clock: &Clock) -> Vec<Finding> {
    let as_it_is = !storage::is_unopened_backup(database)
        && matches!(storage::pending_migrations(database).await, Ok(0));
    if !as_it_is {
        return Vec::new();
    }
    let Ok(storage) = storage::open_existing(database).await else { return Vec::new() };
    let status = ClockStatus::read(&*storage, clock.now()).await;
    storage.close().await;
    let Ok(status) = status else { return Vec::new() };
    match status.problems() {
        problems if problems.is_empty() => {
            vec![Finding::good("clock", "near the latest time known to be right")]
        }
        problems => problems
            .into_iter()
            .map(|problem| Finding::warning("clock", format!("{}: {}", problem.text, problem.help)))
            .collect(),
    }
}
