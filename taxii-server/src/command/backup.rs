//! `taxii-server backup`.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use super::ExitWith;
use super::output::Output;
use crate::config::Config;
use crate::storage::{self, Database};

pub(super) async fn run(config: &Config, path: &Path) -> Result<(), Box<dyn Error>> {
    match &config.database {
        Database::Sqlite(file) => {
            storage::backup(file, path).await?;
            writeln!(Output, "`{}` is a copy of `{}`", path.display(), config.database)?;
            Ok(())
        }
        other => {
            Err(ExitWith::new(2, format!("`{other}` is copied with pg_dump, not with this program")).into())
        }
    }
}
