//! How fast a bundle is checked: by the validator, and against the generated JSON Schema.

#![allow(missing_docs, reason = "the macros make a function without documentation")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::Value;
use stix_core::{Bundle, schema::StixObject, schema::json_schema, validate::Validator};

#[path = "generated/bundles.rs"]
mod bundles;

fn validate(criterion: &mut Criterion) {
    let validator = Validator::new();
    let schema = jsonschema::validator_for(&json_schema(Bundle::OBJECT)).ok();
    for (name, text) in bundles::all() {
        let mut group = criterion.benchmark_group(format!("validate {name}"));
        group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(20);
        group.bench_function("validator, from text", |bench| {
            bench.iter(|| validator.bytes(black_box(&text)).is_valid());
        });
        let Ok(value) = serde_json::from_slice::<Value>(&text) else { continue };
        group.bench_function("json schema, already parsed", |bench| {
            bench.iter(|| schema.as_ref().map(|schema| schema.is_valid(black_box(&value))));
        });
        group.finish();
    }
}

criterion_group!(benches, validate);
criterion_main!(benches);
