//! Any bytes at all give an object, a report or an error: the fuzz targets over their kept corpora, over objects that
//! are valid, nearly valid and damaged, and over noise.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{fs, path::Path, sync::LazyLock};

use proptest::{collection::vec, prelude::*, sample::Index, strategy::Union};
use serde_json::{Value, json};
use stix_core::{
    object::REGISTRY,
    strategies::{any_object, mutated},
};

#[path = "../../fuzz/src/bundle.rs"]
#[allow(unreachable_pub, reason = "a library elsewhere")]
mod bundle;
#[path = "../../fuzz/src/object.rs"]
#[allow(unreachable_pub, reason = "a library elsewhere")]
mod object;

/// Does something with bytes, and panics if a promise is broken.
type Target = fn(&[u8]);

/// All targets that read objects, whatever the bytes are meant to be.
const TARGETS: [(&str, Target); 4] = [
    ("object_read", object::read),
    ("object_check", object::check),
    ("bundle_read", bundle::read),
    ("bundle_whole", bundle::whole),
];

fn feed(bytes: &[u8]) {
    for (_, target) in TARGETS {
        target(bytes);
    }
}

/// The kept bytes of a target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    fs::read_dir(folder).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
}

/// The kept bytes of all targets.
static CORPUS: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| TARGETS.iter().flat_map(|(name, _)| corpus(name)).collect());

#[test]
fn the_targets_hold_over_their_corpora() {
    for (name, target) in TARGETS {
        let corpus = corpus(name);
        assert!(corpus.len() >= 40, "{name} has a corpus of {}", corpus.len());
        for bytes in corpus {
            target(&bytes);
            // Cut off anywhere, and without any byte; of long ones the ends tell the most.
            let ends = (0..bytes.len().min(20)).chain(bytes.len().saturating_sub(20)..bytes.len());
            for at in ends {
                target(&bytes[..at]);
                target(&[&bytes[..at], &bytes[at + 1..]].concat());
            }
        }
    }
}

/// One damage to a text.
#[derive(Clone, Debug)]
enum Damage {
    /// A byte is another.
    Flip(Index, u8),
    /// The text ends early.
    Cut(Index),
    /// A part is gone.
    Drop(Index, Index),
    /// A part stands twice.
    Repeat(Index, Index),
    /// Something is put in.
    Insert(Index, &'static str),
}

/// Pieces of JSON, of objects and of what is neither.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u",
    "\\ud83d",
    "\\u0000",
    "\0",
    "\u{feff}",
    "\n",
    " ",
    "null",
    "true",
    "-",
    "1e999",
    "-0.0",
    "99999999999999999999",
    "0.1",
    "\"type\":",
    "\"bundle\"",
    "\"indicator\"",
    "\"x-a\"",
    "\"file\"",
    "\"objects\":",
    "\"id\":",
    "\"id\":\"x-a--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f\"",
    "\"extensions\":{",
    "\"selectors\":[\"a.[0]\"]",
    "\"2024-01-15T10:00:00.000Z\"",
    "\"labels\":[]",
    "ü",
    "[[[[[[[[[[[[[[[[",
];

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<Index>;
    prop_oneof![
        4 => (place(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        1 => place().prop_map(Damage::Cut),
        2 => (place(), place()).prop_map(|(at, length)| Damage::Drop(at, length)),
        2 => (place(), place()).prop_map(|(at, length)| Damage::Repeat(at, length)),
        4 => (place(), prop::sample::select(PIECES)).prop_map(|(at, piece)| Damage::Insert(at, piece)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        let part = |at: &Index, most: &Index| {
            let start = at.index(length);
            start..(start + 1 + most.index(40)).min(length)
        };
        match damage {
            Damage::Flip(at, byte) => bytes[at.index(length)] = *byte,
            Damage::Cut(at) => bytes.truncate(at.index(length)),
            Damage::Drop(at, most) => drop(bytes.drain(part(at, most))),
            Damage::Repeat(at, most) => {
                let part = bytes[part(at, most)].to_vec();
                let at = at.index(length);
                bytes.splice(at..at, part);
            }
            Damage::Insert(at, piece) => {
                let at = at.index(length);
                bytes.splice(at..at, piece.bytes());
            }
        }
    }
    bytes
}

fn bundle_of(objects: &[Value]) -> Vec<u8> {
    let bundle = json!({
        "type": "bundle", "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "objects": objects,
    });
    bundle.to_string().into_bytes()
}

/// Ten times as many cases if the environment sets `TESTS_LONG`.
fn config(cases: u32) -> ProptestConfig {
    let cases = if std::env::var_os("TESTS_LONG").is_some() { cases * 10 } else { cases };
    ProptestConfig { failure_persistence: None, cases, ..ProptestConfig::default() }
}

fn any_mutated() -> impl Strategy<Value = Value> {
    Union::new(REGISTRY.iter().map(|def| mutated(def))).prop_map(|(value, _)| value)
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn valid_objects(objects in vec(any_object(), 1..4)) {
        feed(objects[0].to_string().as_bytes());
        feed(&bundle_of(&objects));
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn nearly_valid_objects(value in any_mutated()) {
        feed(value.to_string().as_bytes());
        bundle::read(&bundle_of(&[value]));
    }

    #[test]
    fn damaged_objects(value in any_object(), damages in vec(damage(), 1..6), in_bundle in any::<bool>()) {
        let bytes = if in_bundle { bundle_of(&[value]) } else { value.to_string().into_bytes() };
        feed(&damaged(bytes, &damages));
    }

    #[test]
    fn damaged_corpus(index in any::<Index>(), damages in vec(damage(), 1..6)) {
        feed(&damaged(index.get(&CORPUS).clone(), &damages));
    }

    #[test]
    fn noise(bytes in vec(any::<u8>(), 0..200)) {
        feed(&bytes);
    }

    #[test]
    fn pieces(pieces in vec(prop::sample::select(PIECES), 0..40)) {
        feed(pieces.concat().as_bytes());
    }
}
