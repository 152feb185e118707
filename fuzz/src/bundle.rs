//! Bundles, lists and lines of objects, read object by object. However the bytes come and whatever they are, reading
//! ends, and holds no more at a time than its limits allow.

use std::io::Read;

use serde_json::Value;
use stix_core::{
    Bundle, Object,
    bundle::{BundleItem, BundleReader, Limits},
};

/// An input that gives a few bytes at a time.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = (1 + self.0.len() % 7).min(buffer.len()).min(self.0.len());
        let (given, rest) = self.0.split_at(length);
        buffer[..length].copy_from_slice(given);
        self.0 = rest;
        Ok(length)
    }
}

/// Reads the objects one by one, in all ways.
pub fn read(bytes: &[u8]) {
    let limits = Limits::default();
    let (objects, members) = items(BundleReader::new(bytes, limits), bytes.len(), limits);
    assert_eq!(items(BundleReader::new(Drip(bytes), limits), bytes.len(), limits), (objects, members));
    let (values, _) = items(BundleReader::new(bytes, limits).values(), bytes.len(), limits);
    let (objects, _) = items(BundleReader::new(bytes, limits), bytes.len(), limits);
    if values.iter().all(Result::is_ok) {
        assert_eq!(values.len(), objects.len());
    }
    let narrow = Limits::default()
        .with_max_object_bytes(100)
        .with_max_string(30)
        .with_max_depth(3)
        .with_max_objects(4);
    items(BundleReader::new(bytes, narrow), bytes.len(), narrow);
}

/// What a reader gives, with the messages of errors, and what else is in the bundle.
fn items<R: Read, T: BundleItem>(
    mut reader: BundleReader<R, T>,
    length: usize,
    limits: Limits,
) -> (Vec<Result<T, String>>, Value) {
    let mut items = Vec::new();
    while let Some(item) = reader.next() {
        assert!(reader.text().len() <= limits.max_object_bytes + (64 << 10));
        assert!(reader.position().offset() <= length as u64 && reader.position().line() >= 1);
        let goes_on = item.as_ref().map_or_else(|error| error.is_recoverable(), |_| true);
        items.push(item.map_err(|error| error.to_string()));
        assert!(items.len() <= 1 + length, "reading does not end");
        if !goes_on {
            assert!(reader.next().is_none(), "nothing comes after a text that cannot be read");
        }
    }
    assert!(items.len() as u64 <= limits.max_objects + 1);
    (items, Value::Object(reader.members().clone()))
}

/// Reads one bundle, prints it and reads it again.
pub fn whole(bytes: &[u8]) {
    let Ok(bundle) = Bundle::from_slice(bytes) else { return };
    let printed = serde_json::to_string(&bundle).expect("a bundle is printed");
    assert_eq!(printed.parse::<Bundle>().expect("what is printed is read"), bundle);
    let value: Value = serde_json::from_slice(bytes).expect("a bundle is JSON");
    assert_eq!(serde_json::to_value(&bundle).expect("a bundle is printed"), value);
    let objects: Vec<Object> = bundle.objects.unwrap_or_default();
    assert!(objects.len() <= bytes.len());
}
