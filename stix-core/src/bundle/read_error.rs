//! Why a bundle could not be read, and where.

use std::{fmt, io};

use super::{LimitKind, Limits};

/// A place in an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    offset: u64,
    line: u64,
}

impl Position {
    /// The first byte.
    pub(super) const START: Self = Self { offset: 0, line: 1 };

    /// How many bytes stand before it.
    pub fn offset(self) -> u64 {
        self.offset
    }

    /// The number of the line, from 1.
    pub fn line(self) -> u64 {
        self.line
    }

    /// The place after these bytes.
    pub(super) fn after(self, bytes: &[u8]) -> Self {
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        Self { offset: self.offset + bytes.len() as u64, line: self.line + lines as u64 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}, line {}", self.offset, self.line)
    }
}

/// Why a bundle or an object in it could not be read.
#[derive(Debug)]
pub struct ReadError {
    kind: ReadErrorKind,
    position: Position,
    message: String,
    source: Option<io::Error>,
}

/// The ways in which reading fails.
///
/// ```
/// use stix_core::bundle::{BundleReader, Limits, Position, ReadErrorKind};
///
/// let mut reader = BundleReader::new(&b"[{\"type\": \"identity\"},\n oops]"[..], Limits::default());
/// let error = reader.next().and_then(Result::err).ok_or("an identity needs more")?;
/// assert_eq!((error.kind(), error.is_recoverable()), (ReadErrorKind::Object, true));
/// let error = reader.next().and_then(Result::err).ok_or("no JSON")?;
/// let place: Position = error.position();
/// assert_eq!((error.kind(), place.offset(), place.line()), (ReadErrorKind::Syntax, 24, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The input could not be read.
    Io,
    /// The text is not JSON, or ends too early.
    Syntax,
    /// The text is JSON, but no bundle, list of objects or object.
    Shape,
    /// An object lacks a property or has a value of the wrong kind. Reading may go on after it.
    Object,
    /// The text exceeds one of the [`Limits`].
    Limit(LimitKind),
}

impl ReadError {
    pub(super) fn new(kind: ReadErrorKind, position: Position, message: impl Into<String>) -> Self {
        Self { kind, position, message: message.into(), source: None }
    }

    pub(super) fn limit_exceeded(kind: LimitKind, limits: &Limits, position: Position) -> Self {
        let message = format!("{} the limit `{kind}` of {} allows", kind.excess(), limits.value(kind));
        Self::new(ReadErrorKind::Limit(kind), position, message)
    }

    pub(super) fn io(error: io::Error, position: Position) -> Self {
        let message = format!("the input cannot be read: {error}");
        Self { source: Some(error), ..Self::new(ReadErrorKind::Io, position, message) }
    }

    /// An error of the JSON parser in `text`, which starts at `start`.
    pub(super) fn json(error: &serde_json::Error, text: &[u8], start: Position) -> Self {
        let kind = if error.is_data() { ReadErrorKind::Object } else { ReadErrorKind::Syntax };
        let message = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let message = message.strip_suffix(&place).unwrap_or(&message);
        let lines = text.split_inclusive(|byte| *byte == b'\n');
        let before: usize = lines.take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
        let end = (before + error.column().saturating_sub(1)).min(text.len());
        Self::new(kind, start.after(text.get(..end).unwrap_or_default()), message)
    }

    /// In which way reading failed.
    pub fn kind(&self) -> ReadErrorKind {
        self.kind
    }

    /// The limit that is exceeded, if that is why reading failed.
    pub fn limit(&self) -> Option<LimitKind> {
        match self.kind {
            ReadErrorKind::Limit(kind) => Some(kind),
            _ => None,
        }
    }

    /// Where it failed.
    pub fn position(&self) -> Position {
        self.position
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the objects after this one can still be read.
    pub fn is_recoverable(&self) -> bool {
        self.kind == ReadErrorKind::Object
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at {})", self.message, self.position)
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
