//! See [`stix_fuzz::server::credentials`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| stix_fuzz::server::credentials(bytes));
