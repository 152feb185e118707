//! `stix id`: compares the identifiers of cyber-observable objects with the deterministic ones (section 2.9).

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value};
use stix_core::Identifier;
use stix_core::bundle::{BundleReader, Limits};
use stix_core::deterministic_id::deterministic_id;
use stix_core::object::def;
use stix_core::schema::Class;
use stix_core::terminal::Printable;

use crate::failure::Failure;
use crate::format::Format;
use crate::input::Input;
use crate::outcome::Outcome;
use crate::output::Output;

/// Compare the identifiers of cyber-observable objects with the deterministic ones
///
/// An identifier with a UUID of version 5 says that it is deterministic; one of another version may
/// differ.
///
/// Exit status: 0 all that say so are, 1 one is not, 2 one could not be read.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stix id observables.json
  stix id --format json intel/")]
pub(crate) struct Id {
    /// Files, folders that are searched for *.json and *.jsonl, or `-` for standard input
    #[arg(value_name = "FILE")]
    paths: Vec<PathBuf>,
    /// How to print what was found; as JSON, one object for all files
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// All that was compared.
#[derive(Debug, Serialize)]
struct Document {
    /// Whether everything could be read and no identifier says wrongly that it is deterministic.
    valid: bool,
    files: Vec<File>,
}

#[derive(Debug, Serialize)]
struct File {
    path: String,
    objects: Vec<Compared>,
}

/// A cyber-observable object.
#[derive(Debug, Serialize)]
struct Compared {
    line: u64,
    #[serde(rename = "type")]
    object_type: String,
    id: Option<String>,
    deterministic_id: Option<Identifier>,
    result: Comparison,
    /// Whether the identifier says that it is deterministic, and is not.
    wrong: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Comparison {
    Same,
    Different,
    /// One of the two is missing.
    None,
}

impl Id {
    pub(crate) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        let mut outcome = Outcome::Yes;
        let mut files = Vec::new();
        for input in Input::all(&self.paths)? {
            match input.and_then(|input| File::read(&input)) {
                Ok(file) => {
                    if file.objects.iter().any(|object| object.wrong) {
                        outcome = outcome.max(Outcome::No);
                    }
                    files.push(file);
                }
                Err(failure) => {
                    failure.print();
                    outcome = Outcome::Trouble;
                }
            }
        }
        match self.format {
            Format::Text => files.iter().try_for_each(|file| file.write(output))?,
            Format::Json => {
                let document = Document { valid: outcome == Outcome::Yes, files };
                serde_json::to_writer(&mut *output, &document).map_err(io::Error::from)?;
                writeln!(output)?;
            }
        }
        Ok(outcome)
    }
}

impl File {
    fn read(input: &Input) -> Result<Self, Failure> {
        let limits = Limits::default();
        let path = input.name();
        let bytes = input.read(usize::try_from(limits.max_total_bytes).unwrap_or(usize::MAX))?;
        let mut reader = BundleReader::new(&*bytes, limits).values();
        let mut objects = Vec::new();
        while let Some(value) = reader.next() {
            let value = value.map_err(|error| Failure::new(format!("`{path}` cannot be read: {error}")))?;
            if let Value::Object(object) = value {
                objects.extend(Compared::new(reader.position().line(), &object));
            }
        }
        if reader.documents() == 0 {
            return Err(Failure::new(format!("`{path}` cannot be read: there is no JSON")));
        }
        Ok(Self { path, objects })
    }

    fn write(&self, output: &mut Output) -> io::Result<()> {
        let name = if self.path == "-" { "<stdin>" } else { &self.path };
        let name = Printable(name);
        for object in &self.objects {
            write!(output, "{name}:{}: ", object.line)?;
            object.write(output)?;
        }
        let count = |result| self.objects.iter().filter(|object| object.result == result).count();
        let (same, different, none) =
            (count(Comparison::Same), count(Comparison::Different), count(Comparison::None));
        let all = self.objects.len();
        let plural = if all == 1 { "" } else { "s" };
        writeln!(
            output,
            "{name}: {all} cyber-observable object{plural} ({same} same, {different} different, {none} none)"
        )
    }
}

impl Compared {
    /// The comparison, if the object is a cyber-observable object.
    fn new(line: u64, object: &Map<String, Value>) -> Option<Self> {
        let object_type = object.get("type")?.as_str()?;
        let deterministic_id = deterministic_id(object);
        let is_observable = def(object_type).is_some_and(|def| def.class == Class::Sco);
        if !is_observable && deterministic_id.is_none() {
            return None;
        }
        let id = object.get("id").and_then(Value::as_str);
        let result = match (id, &deterministic_id) {
            (Some(id), Some(deterministic)) if id == deterministic.as_str() => Comparison::Same,
            (Some(_), Some(_)) => Comparison::Different,
            _ => Comparison::None,
        };
        let wrong = result == Comparison::Different && id.is_some_and(says_deterministic);
        Some(Self {
            line,
            object_type: object_type.to_owned(),
            id: id.map(str::to_owned),
            deterministic_id,
            result,
            wrong,
        })
    }

    fn write(&self, output: &mut Output) -> io::Result<()> {
        let styles = output.styles();
        let id = Printable(self.id.as_deref().unwrap_or("no identifier"));
        let style = if self.wrong { styles.error } else { styles.good };
        match (self.result, &self.deterministic_id) {
            (Comparison::Same, _) => writeln!(output, "{style}same{style:#} {id}"),
            (Comparison::Different, Some(other)) if self.wrong => {
                writeln!(output, "{style}different{style:#} {id}, deterministic is {other}")
            }
            (_, Some(other)) => {
                let why = if self.id.is_some() { " (may differ: no UUID of version 5)" } else { "" };
                writeln!(output, "{} {id}, deterministic is {other}{why}", self.result.word())
            }
            (result, None) => writeln!(output, "{} {id}", result.word()),
        }
    }
}

impl Comparison {
    fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::None => "none",
        }
    }
}

/// Deterministic identifiers have a UUID of version 5, and others should not.
fn says_deterministic(id: &str) -> bool {
    id.parse::<Identifier>().is_ok_and(|id| id.uuid().get_version_num() == 5)
}
