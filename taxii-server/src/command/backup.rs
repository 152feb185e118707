//! `taxii-server backup` and `taxii-server restore`.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use super::ExitWith;
use super::output::Output;
use crate::clock::Clock;
use crate::config::Config;
use crate::storage::{self, Database};

pub(super) async fn backup(config: &Config, path: &Path) -> Result<(), Box<dyn Error>> {
    let file = sqlite_file(config, "pg_dump")?;
    storage::backup(file, path).await?;
    writeln!(Output, "`{}` is a copy of `{}`", path.display(), config.database)?;
    writeln!(
        Output,
        "to go back: stop the server, and run `taxii-server restore {}`, which also sets the `-wal` and `-shm` files aside",
        path.display()
    )?;
    Ok(())
}

pub(super) async fn restore(config: &Config, path: &Path, clock: &Clock) -> Result<(), Box<dyn Error>> {
    let file = sqlite_file(config, "pg_restore")?;
    let restored = storage::restore(file, path, clock.now()).await?;
    writeln!(Output, "`{}` is the backup `{}` now", config.database, path.display())?;
    for kept in restored.kept {
        writeln!(Output, "what was there is kept as `{}`", kept.display())?;
    }
    if !restored.knows_former_dates {
        writeln!(
            Output,
            "the dates of adding of what was there cannot be read: those of new objects begin an hour from now"
        )?;
    }
    Ok(())
}

fn sqlite_file<'a>(config: &'a Config, instead: &str) -> Result<&'a Path, ExitWith> {
    match &config.database {
        Database::Sqlite(file) => Ok(file),
        other => Err(ExitWith::new(2, format!("`{other}` is a PostgreSQL database: use {instead}"))),
    }
}
