//! Why something could not be done.

use std::io::{self, Write as _};

use crate::output::Printable;

/// What went wrong, in a sentence, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    help: Option<String>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    pub(crate) fn with_help(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }

    /// Says it on standard error. If that is closed, nobody wants to know.
    pub(crate) fn print(&self) {
        let mut errors = io::stderr().lock();
        let _ = writeln!(errors, "error: {}", Printable(&self.message));
        if let Some(help) = &self.help {
            let _ = writeln!(errors, "  help: {}", Printable(help));
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(format!("standard output cannot be written: {error}"))
    }
}
