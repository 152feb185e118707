//! Standard output: colours, and pipes whose reader has left.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use stix_core::terminal::Printable;

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    Always,
    Never,
}

/// Standard output.
///
/// Once the reader of a pipe has left, what is written is dropped without an error.
#[derive(Debug)]
pub(crate) struct Output {
    writer: BufWriter<StdoutLock<'static>>,
    styles: Styles,
    closed: bool,
}

impl Output {
    pub(crate) fn new(color: Color) -> Self {
        let stdout = io::stdout();
        let colored = match color {
            Color::Auto => AutoStream::choice(&stdout) != ColorChoice::Never,
            Color::Always => true,
            Color::Never => false,
        };
        let styles = if colored { Styles::COLORED } else { Styles::default() };
        Self { writer: BufWriter::with_capacity(1 << 16, stdout.lock()), styles, closed: false }
    }

    /// The styles to use; without colours they print nothing.
    pub(crate) fn styles(&self) -> Styles {
        self.styles
    }

    /// Returns a text from outside as it is written on one line: whole, unless a terminal would obey some of its
    /// characters.
    pub(crate) fn exact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if io::stdout().is_terminal() { Printable(text).to_string().into() } else { text.into() }
    }

    /// Whether nobody reads any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Writes what is left.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.flush()
    }

    fn unless_closed<T>(&mut self, result: io::Result<T>, otherwise: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(otherwise)
            }
            result => result,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let result = self.writer.write(bytes);
        self.unless_closed(result, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let result = self.writer.flush();
        self.unless_closed(result, ())
    }
}

/// The styles of all that is printed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Styles {
    pub(crate) error: Style,
    pub(crate) warning: Style,
    pub(crate) good: Style,
    pub(crate) frame: Style,
    pub(crate) strong: Style,
}

impl Styles {
    const COLORED: Self = Self {
        error: AnsiColor::BrightRed.on_default().bold(),
        warning: AnsiColor::Yellow.on_default().bold(),
        good: AnsiColor::Green.on_default().bold(),
        frame: AnsiColor::BrightBlue.on_default().bold(),
        strong: Style::new().bold(),
    };
}
