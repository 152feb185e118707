//! The reasons why an expression cannot be used.

use std::fmt;

/// The reason why an expression cannot be used, and the byte of the expression where it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExpressionError {
    /// PCRE refuses the expression.
    Broken { reason: &'static str, at: usize },
    /// PCRE takes it, but this library cannot run it.
    Unsupported { construct: &'static str, at: usize },
}

impl ExpressionError {
    pub(super) fn broken(reason: &'static str, at: usize) -> Self {
        Self::Broken { reason, at }
    }

    pub(super) fn unsupported(construct: &'static str, at: usize) -> Self {
        Self::Unsupported { construct, at }
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken { reason, .. } => f.write_str(reason),
            Self::Unsupported { construct, .. } => f.write_str(construct),
        }
    }
}
