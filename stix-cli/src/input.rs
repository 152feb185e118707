//! What a command reads: files, the JSON files of folders, standard input.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Cursor, IsTerminal, Read};
use std::path::{Path, PathBuf};

use crate::encoding::{HEAD, Misfit};
use crate::failure::Failure;

/// The endings of the files that are read in a folder: JSON, JSON Lines, the one of the registered media type (appendix D),
/// and the one that feeds of mobile spyware use.
const ENDINGS: [&str; 4] = ["json", "jsonl", "stix", "stix2"];

/// One text to read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Stdin,
    File(PathBuf),
}

impl Input {
    /// What the arguments of a command name, in their order; each folder stands for the files in it.
    ///
    /// Without an argument it is standard input, unless that is a terminal, where nobody would notice
    /// that the program waits.
    pub(crate) fn all(paths: &[PathBuf]) -> Result<Vec<Result<Self, Failure>>, Failure> {
        Self::once(paths)?;
        if paths.is_empty() {
            if io::stdin().is_terminal() {
                let help = "name files or folders, or write `-` for standard input";
                return Err(Failure::new("there is nothing to read").with_help(Some(help.to_owned())));
            }
            return Ok(vec![Ok(Self::Stdin)]);
        }
        Ok(paths.iter().flat_map(|path| Self::named(path)).collect())
    }

    /// Standard input can be read once.
    pub(crate) fn once<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> Result<(), Failure> {
        if paths.into_iter().filter(|path| path.as_os_str() == "-").nth(1).is_none() {
            return Ok(());
        }
        let help = "it can be read once: write `-` once, and name files for the rest";
        Err(Failure::new("standard input is to be read twice").with_help(Some(help.to_owned())))
    }

    fn named(path: &Path) -> Vec<Result<Self, Failure>> {
        if path.as_os_str() == "-" {
            return vec![Ok(Self::Stdin)];
        }
        if !path.is_dir() {
            return vec![Ok(Self::File(path.to_owned()))];
        }
        let mut found = Vec::new();
        walk(path, &mut found);
        if found.is_empty() {
            let endings = ENDINGS.map(|ending| format!("*.{ending}")).join(", ");
            let message = format!("there is no file of {endings} in `{}`", path.display());
            found.push(Err(Failure::new(message)));
        }
        found
    }

    /// The path as it was given; `-` for standard input.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) => path.to_string_lossy().into_owned(),
        }
    }

    /// All bytes, or one more than the most that is of use.
    pub(crate) fn read(&self, most: usize) -> Result<Vec<u8>, Failure> {
        let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        let (reader, size) = self.open_sized()?;
        // One byte more, so that the end is found without growing.
        let mut bytes = Vec::with_capacity(usize::try_from(size.min(most)).unwrap_or(0) + 1);
        reader.take(most).read_to_end(&mut bytes).map_err(|error| self.unreadable(&error))?;
        Ok(bytes)
    }

    /// Begins to read, if it is UTF-8 as far as its beginning tells.
    pub(crate) fn open(&self) -> Result<impl Read + use<>, Failure> {
        self.open_sized().map(|(reader, _)| reader)
    }

    /// The input and how long it seems to be.
    fn open_sized(&self) -> Result<(impl Read + use<>, u64), Failure> {
        let opened: io::Result<(Box<dyn Read>, u64)> = match self {
            Self::Stdin => Ok((Box::new(io::stdin().lock()), 0)),
            Self::File(path) => File::open(path).and_then(|file| {
                let size = file.metadata()?.len();
                Ok((Box::new(file) as Box<dyn Read>, size))
            }),
        };
        let (mut reader, size) = opened.map_err(|error| self.unreadable(&error))?;
        let mut head = Vec::with_capacity(HEAD);
        let most = u64::try_from(HEAD).unwrap_or(u64::MAX);
        reader.by_ref().take(most).read_to_end(&mut head).map_err(|error| self.unreadable(&error))?;
        if let Some(Misfit { what, help }) = Misfit::of(&head) {
            return Err(Failure::new(format!("`{}` {what}", self.name())).with_help(Some(help.to_owned())));
        }
        Ok((Cursor::new(head).chain(reader), size))
    }

    fn unreadable(&self, error: &io::Error) -> Failure {
        Failure::new(format!("`{}` cannot be read: {error}", self.name()))
    }
}

/// The JSON files in a folder and below, sorted by name. Links to folders are not followed: they may go in circles.
fn walk(folder: &Path, found: &mut Vec<Result<Input, Failure>>) {
    let unreadable = |error: io::Error| {
        Err(Failure::new(format!("the folder `{}` cannot be read: {error}", folder.display())))
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return found.push(unreadable(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        match entry.and_then(|entry| Ok((entry.path(), entry.file_type()?.is_dir()))) {
            Ok(entry) => paths.push(entry),
            Err(error) => found.push(unreadable(error)),
        }
    }
    paths.sort();
    for (path, is_folder) in paths {
        if is_folder {
            walk(&path, found);
        } else if is_json(&path) && !path.is_dir() {
            found.push(Ok(Input::File(path)));
        }
    }
}

fn is_json(path: &Path) -> bool {
    let extension = path.extension().map(OsStr::to_ascii_lowercase);
    extension.is_some_and(|extension| ENDINGS.iter().any(|ending| extension == *ending))
}
