//! The `taxii-server` command.
fn main() {}
