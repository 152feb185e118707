//! Finds where JSON values begin and end, without reading what they say.
//!
//! A scanner hands whole values to the JSON parser. It knows strings, escapes and nesting, and
//! nothing else: what is wrong inside a value is for the parser to say.

use std::io::{ErrorKind, Read};

use memchr::memchr2;

use super::{LimitKind, Limits, Position, ReadError, ReadErrorKind};

/// How many bytes are asked of the input at a time.
const CHUNK: usize = 64 << 10;

/// An input, the part of it that has been fetched, and where that part starts.
pub(super) struct Scanner<R> {
    input: R,
    chunk: Box<[u8]>,
    /// The fetched bytes that are not consumed: `chunk[next..end]`.
    next: usize,
    end: usize,
    position: Position,
    limits: Limits,
}

impl<R: Read> Scanner<R> {
    pub(super) fn new(input: R, limits: Limits) -> Self {
        let chunk = vec![0; CHUNK].into_boxed_slice();
        Self { input, chunk, next: 0, end: 0, position: Position::START, limits }
    }

    pub(super) fn position(&self) -> Position {
        self.position
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The next byte, or none at the end of the input.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        Ok(self.fetched()?.first().copied())
    }

    /// Goes past the next byte.
    pub(super) fn skip(&mut self) {
        self.consume(1);
    }

    /// The next byte that is not white space; the space before it is added to `text`.
    pub(super) fn peek_after_space(&mut self, text: &mut Vec<u8>) -> Result<Option<u8>, ReadError> {
        loop {
            let bytes = self.fetched()?;
            let space = bytes.iter().position(|byte| !is_space(*byte));
            let taken = bytes.get(..space.unwrap_or(bytes.len())).unwrap_or_default();
            let (length, end) = (taken.len(), bytes.is_empty());
            text.extend_from_slice(taken);
            self.consume(length);
            self.check_length(text)?;
            if space.is_some() || end {
                return self.peek();
            }
        }
    }

    /// Adds the value that starts at the next byte to `text`; it lies `depth` levels deep.
    pub(super) fn value(&mut self, depth: usize, text: &mut Vec<u8>) -> Result<(), ReadError> {
        let mut value = Value { state: State::Start, outside: depth, depth, string: 0 };
        loop {
            let (limits, position) = (self.limits, self.position);
            let bytes = self.fetched()?;
            if bytes.is_empty() {
                return match value.state {
                    State::Bare => Ok(()),
                    _ => Err(self.unexpected_end()),
                };
            }
            let (length, ended) = value.advance(bytes, &limits, position)?;
            text.extend_from_slice(bytes.get(..length).unwrap_or_default());
            self.consume(length);
            self.check_length(text)?;
            if ended {
                return Ok(());
            }
        }
    }

    pub(super) fn unexpected_end(&self) -> ReadError {
        self.error(ReadErrorKind::Syntax, "the input ends in the middle of a value")
    }

    pub(super) fn error(&self, kind: ReadErrorKind, message: impl Into<String>) -> ReadError {
        ReadError::new(kind, self.position, message)
    }

    fn check_length(&self, text: &[u8]) -> Result<(), ReadError> {
        match text.len() > self.limits.max_object_bytes {
            true => Err(ReadError::limit_exceeded(LimitKind::ObjectBytes, &self.limits, self.position)),
            false => Ok(()),
        }
    }

    /// The bytes that are fetched and not consumed; none at the end of the input only.
    fn fetched(&mut self) -> Result<&[u8], ReadError> {
        while self.next == self.end {
            match self.input.read(&mut self.chunk) {
                Ok(0) => break,
                Ok(length) => (self.next, self.end) = (0, length),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(ReadError::io(error, self.position)),
            }
            if self.position.offset() + self.end as u64 > self.limits.max_total_bytes {
                return Err(ReadError::limit_exceeded(LimitKind::TotalBytes, &self.limits, self.position));
            }
        }
        Ok(self.chunk.get(self.next..self.end).unwrap_or_default())
    }

    fn consume(&mut self, length: usize) {
        let end = self.end.min(self.next + length);
        self.position = self.position.after(self.chunk.get(self.next..end).unwrap_or_default());
        self.next = end;
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// A value of which a part has been seen.
struct Value {
    state: State,
    /// How many levels lie around the value.
    outside: usize,
    depth: usize,
    /// The length of the string so far.
    string: usize,
}

/// Where in a value the next byte lies.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// At its first byte.
    Start,
    /// Between the strings of a list or an object.
    Between,
    /// In a string.
    String,
    /// After a backslash in a string.
    Escape,
    /// In a number, `true`, `false` or `null` that is the whole value.
    Bare,
}

impl Value {
    /// Goes on through `bytes`, which start at `position`: how many belong to the value, and
    /// whether it ends there.
    fn advance(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        position: Position,
    ) -> Result<(usize, bool), ReadError> {
        let exceeded = |kind, at| {
            let before = bytes.get(..at).unwrap_or_default();
            Err(ReadError::limit_exceeded(kind, limits, position.after(before)))
        };
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (length, ended) = match self.state {
                State::String | State::Escape => self.string(rest),
                _ => self.outside_strings(rest),
            };
            at += length;
            if let Some(excess @ 1..) = self.string.checked_sub(limits.max_string) {
                let quote = usize::from(self.state == State::Between);
                return exceeded(LimitKind::String, at.saturating_sub(excess + quote));
            }
            if self.depth > limits.max_depth {
                return exceeded(LimitKind::Depth, at);
            }
            if ended {
                return Ok((at, true));
            }
        }
        Ok((at, false))
    }

    /// Goes to the end of a string or of `bytes`.
    fn string(&mut self, bytes: &[u8]) -> (usize, bool) {
        if self.state == State::Escape {
            self.state = State::String;
            self.string += 1;
            return (1, false);
        }
        let Some(at) = memchr2(b'"', b'\\', bytes) else {
            self.string += bytes.len();
            return (bytes.len(), false);
        };
        self.string += at;
        if bytes.get(at) == Some(&b'"') {
            self.state = State::Between;
            return (at + 1, self.depth == self.outside);
        }
        self.state = State::Escape;
        self.string += 1;
        (at + 1, false)
    }

    /// Goes to the next string, the next level, the end of the value or of `bytes`.
    fn outside_strings(&mut self, bytes: &[u8]) -> (usize, bool) {
        match self.state {
            State::Bare => return bare(bytes),
            State::Start if bytes.first().is_some_and(|byte| !is_structure(*byte)) => {
                self.state = State::Bare;
                return (1, false);
            }
            _ => {}
        }
        let Some((at, byte)) = bytes.iter().enumerate().find(|(_, byte)| is_structure(**byte)) else {
            return (bytes.len(), false);
        };
        match byte {
            b'"' => {
                self.state = State::String;
                self.string = 0;
            }
            b'{' | b'[' => {
                self.state = State::Between;
                self.depth += 1;
            }
            _ => {
                self.depth = self.depth.saturating_sub(1);
                return (at + 1, self.depth <= self.outside);
            }
        }
        (at + 1, false)
    }
}

/// Whether the byte begins a string or begins or ends a level.
fn is_structure(byte: u8) -> bool {
    matches!(byte, b'"' | b'{' | b'[' | b'}' | b']')
}

/// Goes to the end of a number, `true`, `false` or `null`, or of `bytes`.
fn bare(bytes: &[u8]) -> (usize, bool) {
    let ends = |byte: &u8| matches!(byte, b',' | b':' | b'}' | b']') || is_space(*byte);
    match bytes.iter().position(ends) {
        Some(at) => (at, true),
        None => (bytes.len(), false),
    }
}
