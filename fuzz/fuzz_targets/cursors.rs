//! See [`stix_fuzz::server::cursors`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| stix_fuzz::server::cursors(bytes));
