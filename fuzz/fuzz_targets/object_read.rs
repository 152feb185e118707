//! See [`stix_fuzz::object::read`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| stix_fuzz::object::read(bytes));
