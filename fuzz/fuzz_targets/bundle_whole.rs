//! See [`stix_fuzz::bundle::whole`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| stix_fuzz::bundle::whole(bytes));
