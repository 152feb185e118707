//! See [`stix_fuzz::server::taxii_filters`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| stix_fuzz::server::taxii_filters(bytes));
