//! Checking objects against the specification: every problem, where it is and what to write instead.

mod report;
mod structure;
mod valid;

pub use report::{Problem, Report, Rule, Severity};
pub use structure::check_object;
pub use valid::Valid;
