//! What the fuzz targets do with the bytes they are given.
//!
//! Each target is a plain function, so that an ordinary test runs it over the corpus as well. Run one for long with
//! `cargo +nightly fuzz run pattern_parse`.

pub mod bundle;
pub mod object;
pub mod pattern;
pub mod server;
