//! `stix schema`: the JSON Schema of a type of object.

use std::io::{self, Write};

use clap::Args;
use serde_json::Value;
use stix_core::schema::json_schemas;

use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::output::Output;
use crate::suggestion::did_you_mean;

/// Print the JSON Schema (2020-12) of a type of object
///
/// Without a name the types are listed; `object` stands for an object of any type.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stix schema
  stix schema indicator > indicator.json")]
pub(crate) struct Schema {
    /// The type of object, as its property `type` has it
    #[arg(value_name = "TYPE")]
    object_type: Option<String>,
}

impl Schema {
    pub(crate) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        let schemas: Vec<(String, Value)> = json_schemas()
            .map(|(file, schema)| (file.trim_end_matches(".json").to_owned(), schema))
            .collect();
        match &self.object_type {
            None => {
                for (name, _) in &schemas {
                    writeln!(output, "{name}")?;
                }
            }
            Some(wanted) => {
                let found = schemas.iter().find(|(name, _)| name == wanted);
                let Some((_, schema)) = found else {
                    let names = schemas.iter().map(|(name, _)| name.as_str());
                    let help = did_you_mean(wanted, names);
                    let help = help.unwrap_or_else(|| "`stix schema` lists the types".to_owned());
                    let message = format!("there is no schema of the type `{wanted}`");
                    return Err(Failure::new(message).with_help(Some(help)));
                };
                serde_json::to_writer_pretty(&mut *output, schema).map_err(io::Error::from)?;
                writeln!(output)?;
            }
        }
        Ok(Outcome::Yes)
    }
}
