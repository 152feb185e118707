//! `taxii-server config`.

use std::error::Error;
use std::io::{self, Write};

use clap::Subcommand;

use stix_core::terminal::Printable;

use super::output::Output;
use crate::config::{Config, DEFAULTS};

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check the settings and say what is served where
    Check,
    /// Print a file with the default settings and a comment for each
    Defaults,
}

pub(super) fn run(command: &ConfigCommand, config: &Config) -> Result<(), Box<dyn Error>> {
    match command {
        ConfigCommand::Check => check(config)?,
        ConfigCommand::Defaults => write!(Output, "{DEFAULTS}")?,
    }
    Ok(())
}

fn check(config: &Config) -> io::Result<()> {
    writeln!(Output, "the settings are good")?;
    writeln!(Output, "listen       {}", config.listen)?;
    writeln!(Output, "database     {}", config.database)?;
    for root in config.api_roots() {
        let url = config.api_root_url(&root.path);
        writeln!(Output, "api root     {url}  {}", Printable(&root.title))?;
        for collection in root.collections {
            writeln!(
                Output,
                "collection   {url}collections/{}/  {}",
                collection.id,
                Printable(&collection.title)
            )?;
        }
    }
    Ok(())
}
