//! What commands print, to readers who may leave before the end.
//!
//! Names, records and messages come from feeds and clients. On a terminal nothing of them is obeyed: all that is printed
//! passes [`visible_lines`]. To a file or a pipe the bytes go unchanged.

use std::error::Error;
use std::fmt;
use std::io::{self, IsTerminal, Write};

use stix_core::terminal::visible_lines;

/// The standard output. Once the reader of a pipe has left, what is written is dropped without an error: a command that
/// changes something must not stop in the middle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output;

impl Output {
    /// Whether somebody reads it on a terminal.
    pub(super) fn is_terminal() -> bool {
        io::stdout().is_terminal()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut stdout = io::stdout();
        let written = match Self::is_terminal() {
            true => stdout.write_all(visible_lines(bytes).as_bytes()).map(|()| bytes.len()),
            false => stdout.write(bytes),
        };
        unless_closed(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        unless_closed(io::stdout().flush(), ())
    }
}

/// Says something on the standard error, where it can be read or not.
pub(super) fn remark(text: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{}", visible_lines(text.to_string().as_bytes()));
}

/// Says what failed, with its causes.
pub(super) fn complain(error: &dyn Error) {
    remark(format_args!("error: {error}"));
    let mut cause = error.source();
    while let Some(error) = cause {
        remark(format_args!("  because: {error}"));
        cause = error.source();
    }
}

fn unless_closed<T>(result: io::Result<T>, otherwise: T) -> io::Result<T> {
    result.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(otherwise),
        kind => Err(io::Error::new(kind, format!("cannot write to the standard output: {error}"))),
    })
}
