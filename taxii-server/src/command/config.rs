//! `taxii-server config`.

use std::error::Error;

use clap::Subcommand;

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
        ConfigCommand::Check => check(config),
        ConfigCommand::Defaults => print!("{DEFAULTS}"),
    }
    Ok(())
}

fn check(config: &Config) {
    println!("the settings are good");
    println!("listen       {}", config.listen);
    println!("database     {}", config.database);
    for root in config.api_roots() {
        let url = config.api_root_url(&root.path);
        println!("api root     {url}  {}", root.title);
        for collection in root.collections {
            println!("collection   {url}collections/{}/  {}", collection.id, collection.title);
        }
    }
}
