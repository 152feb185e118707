//! See [`stix_fuzz::server::feed_records`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| stix_fuzz::server::feed_records(bytes));
