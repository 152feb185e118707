//! Why something could not be done.

use std::io::{self, Write as _};

use stix_core::terminal::Printable;

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

    /// What went wrong, without the help.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Says it on standard error.
    pub(crate) fn print(&self) {
        say("error", &self.message, self.help.as_deref());
    }
}

/// Says on standard error what somebody may not expect.
pub(crate) fn warn(message: &str, help: Option<&str>) {
    say("warning", message, help);
}

/// If standard error is closed, nobody wants to know.
fn say(label: &str, message: &str, help: Option<&str>) {
    let mut errors = io::stderr().lock();
    let _ = writeln!(errors, "{label}: {}", Printable(message));
    if let Some(help) = help {
        let _ = writeln!(errors, "  help: {}", Printable(help));
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(format!("standard output cannot be written: {error}"))
    }
}
