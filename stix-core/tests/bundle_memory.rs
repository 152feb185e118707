//! A bundle larger than memory is visited in little memory.
//!
//! Alone in its file, since what it measures is the peak of the whole process.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::io::{Cursor, Read};

use stix_core::{
    Object,
    bundle::{BundleReader, Limits},
};

const HEAD: &str = r#"{"type": "bundle", "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "objects": ["#;

/// A bundle of `count` indicators, made while it is read.
struct Generated {
    count: u64,
    given: u64,
    part: Cursor<Vec<u8>>,
}

impl Generated {
    fn new(count: u64) -> Self {
        Self { count, given: 0, part: Cursor::new(HEAD.into()) }
    }

    fn next_part(&mut self) -> Option<Vec<u8>> {
        self.given += 1;
        if self.given > self.count {
            return (self.given == self.count + 1).then(|| b"]}".to_vec());
        }
        let comma = if self.given == 1 { "" } else { ",\n" };
        let text = format!(
            r#"{comma}{{"type": "indicator", "spec_version": "2.1", "id": "indicator--{:08x}-17d4-4cbf-938f-98ee46b3cd3f",
            "created": "2024-01-15T10:00:00.000Z", "modified": "2024-01-15T10:00:00.000Z",
            "description": "{}", "pattern": "[ipv4-addr:value = '192.0.2.1']", "pattern_type": "stix",
            "valid_from": "2024-01-15T10:00:00Z"}}"#,
            self.given,
            "what is to be known about it \\\"and more\\\" ".repeat(200),
        );
        Some(text.into_bytes())
    }
}

impl Read for Generated {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            match self.part.read(buffer)? {
                0 => match self.next_part() {
                    Some(part) => self.part = Cursor::new(part),
                    None => return Ok(0),
                },
                length => return Ok(length),
            }
        }
    }
}

/// The most memory that this process has held, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// 96 MiB, or 1 GiB if the environment sets `TESTS_LONG`: more than the 64 MiB that are allowed.
#[test]
fn a_large_bundle_is_visited_in_little_memory() {
    let bytes: u64 = if std::env::var_os("TESTS_LONG").is_some() { 1 << 30 } else { 96 << 20 };
    let count = bytes / 8_300;
    let mut reader = BundleReader::new(Generated::new(count), Limits::default());
    let mut seen = 0;
    for object in reader.by_ref() {
        assert!(matches!(object.unwrap(), Object::Indicator(_)));
        seen += 1;
    }
    assert_eq!(seen, count);
    assert!(reader.id().is_some());
    let length = std::io::copy(&mut Generated::new(count), &mut std::io::sink()).unwrap();
    assert!(length >= bytes, "only {length} bytes were read");
    let peak = peak();
    eprintln!("{} MiB read, peak {} KiB", length >> 20, peak >> 10);
    assert!(peak < 64 << 20, "{peak} bytes of memory");
}
