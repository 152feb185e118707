//! See [`stix_fuzz::server::block_lists`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| stix_fuzz::server::block_lists(bytes));
