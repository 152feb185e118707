//! What the tests from the outside share: running the built `taxii-server`, and the Python clients against it.
//!
//! Everything here panics where the surroundings are not as a test needs them: a broken test bench is a failed
//! test.
#![forbid(unsafe_code)]

pub mod client;
pub mod program;

use std::path::{Path, PathBuf};

/// The root folder of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace").to_owned()
}

/// Whether the tests that gain by it should take long: `tests/run --long` says so.
pub fn long() -> bool {
    std::env::var_os("TESTS_LONG").is_some_and(|value| value == "1")
}
