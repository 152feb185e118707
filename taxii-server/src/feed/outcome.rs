//! What a poll did, or why it could not be made.

use std::error::Error;
use std::fmt;

use super::Failure;
use crate::ingest::Ingested;
use crate::storage::StorageError;

/// What a poll did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polled {
    /// What ingest did with the records.
    pub ingested: Ingested,
    /// Whether all that was to be read was read; else the place stays.
    pub complete: bool,
    /// How many stretches were found to be out of reach.
    pub gaps: usize,
}

/// A poll that could not be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum PollError {
    /// The feed gave no usable answer.
    Feed(Failure),
    /// The store failed.
    Storage(StorageError),
}

impl PollError {
    /// What the operator can do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Feed(failure) => failure.help(),
            Self::Storage(_) => "nothing is lost, the next poll asks for the same records again",
        }
    }
}

impl fmt::Display for PollError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Feed(failure) => failure.fmt(f),
            Self::Storage(error) => {
                error.fmt(f)?;
                error.source().map_or(Ok(()), |source| write!(f, " ({source})"))
            }
        }
    }
}

impl std::error::Error for PollError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Feed(failure) => Some(failure),
            Self::Storage(error) => Some(error),
        }
    }
}

impl From<Failure> for PollError {
    fn from(failure: Failure) -> Self {
        Self::Feed(failure)
    }
}

impl From<StorageError> for PollError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}
