//! See [`stix_fuzz::pattern::matching`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| stix_fuzz::pattern::matching(bytes));
