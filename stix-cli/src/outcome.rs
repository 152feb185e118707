//! What a command came to, as its exit status says it.

use std::process::ExitCode;

/// The outcome of a command; of several outcomes the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// The answer is yes, or there was no question.
    Yes,
    /// The answer is no.
    No,
    /// There is no full answer.
    Trouble,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Yes => 0,
            Outcome::No => 1,
            Outcome::Trouble => 2,
        })
    }
}
