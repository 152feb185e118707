//! See [`stix_fuzz::object::check`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| stix_fuzz::object::check(bytes));
