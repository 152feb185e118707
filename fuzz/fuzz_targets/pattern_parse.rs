//! See [`stix_fuzz::pattern::parse`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| stix_fuzz::pattern::parse(bytes));
