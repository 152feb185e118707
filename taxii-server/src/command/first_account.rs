//! The first account, which `serve` makes on a database without accounts, and where its password goes.
//!
//! Under a service manager or in a container the standard output is the log. So the password is printed on a terminal only,
//! and goes to a file for the owner alone otherwise.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::account;
use super::output::Output;
use crate::auth::password;
use crate::clock::Clock;
use crate::config::Config;
use crate::storage::{Access, Database, Grants, Scope, Storage};

/// The name of the account.
const NAME: &str = "reader";

/// The name of the file with the password, beside the database.
const FILE: &str = "first-password";

/// The rights of the first account: it reads all collections.
pub(super) fn rights() -> Grants {
    Grants::from_iter([(Scope::Everywhere, Access::READ)])
}

/// Makes the account, unless there is one already.
///
/// # Errors
/// The database failed, or the password could not be shown.
pub(super) async fn make(
    config: &Config,
    storage: &dyn Storage,
    clock: &Clock,
) -> Result<(), Box<dyn Error>> {
    if !storage.accounts().await?.is_empty() {
        return Ok(());
    }
    let password = password::generate();
    let file = match Output::is_terminal() {
        true => None,
        false => Some(file(&config.database)),
    };
    // The file comes first: an account whose password nobody knows is of no use.
    if let Some(file) = &file
        && let Err(error) = write(file, &password)
    {
        tracing::warn!(
            file = %file.display(), %error,
            "made no account, because the password could not be written; use `taxii-server account create NAME`"
        );
        return Ok(());
    }
    let added = account::create_with(storage, clock, NAME, &rights(), &password).await;
    if let Err(error) = added {
        if let Some(file) = &file {
            let _ = std::fs::remove_file(file);
        }
        // Another server that starts on the same database may have been faster.
        return if storage.accounts().await?.is_empty() { Err(error) } else { Ok(()) };
    }
    match file {
        Some(file) => tracing::info!(
            account = NAME, file = %file.display(),
            "made the first account and wrote its password to a file"
        ),
        None => {
            writeln!(Output, "made the account `{NAME}` with the password {password}")?;
            writeln!(Output, "(shown this once; `taxii-server account password {NAME}` makes another)")?;
        }
    }
    Ok(())
}

/// The file for the password: beside an SQLite file, else in the working directory.
fn file(database: &Database) -> PathBuf {
    let folder = match database {
        Database::Sqlite(path) => path.parent().unwrap_or(Path::new("")),
        Database::Postgres(_) => Path::new(""),
    };
    let path = folder.join(FILE);
    std::path::absolute(&path).unwrap_or(path)
}

/// Writes a file that only its owner may read. One that is left of a former database is replaced.
fn write(path: &Path, password: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // Temporary files are for their owner from the beginning on, and the name may be a link to elsewhere.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{password}")?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
