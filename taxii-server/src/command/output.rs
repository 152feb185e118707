//! What commands print, to readers who may leave before the end.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};

/// The standard output. Once the reader of a pipe has left, what is written is dropped without an error: a command that
/// changes something must not stop in the middle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output;

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        unless_closed(io::stdout().write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        unless_closed(io::stdout().flush(), ())
    }
}

/// Says something on the standard error, where it can be read or not.
pub(super) fn remark(text: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{text}");
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
