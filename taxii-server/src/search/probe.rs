//! A value that somebody has seen, as the observable objects that it may be (STIX 2.1, section 6).

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use serde_json::{Value, json};
use stix_pattern::matcher::{CompiledPattern, Instant, MatchLimits, Observation};

use super::mentions::{self, network, spelled};
use super::{Found, How, compiled};
use crate::storage::StoredObject;
use crate::storage::mention::MentionKey;

/// A value to be found.
#[derive(Debug)]
pub(super) struct Probe {
    text: String,
    /// Not for a time beyond what the matcher knows.
    now: Option<Instant>,
    /// What it may be.
    seen: Vec<Value>,
    /// The networks that contain it.
    around: Vec<IpNet>,
    /// The same as objects.
    networks: Vec<Value>,
}

/// The longest value that is looked for, in characters.
const LONGEST: usize = 4096;

impl Probe {
    pub(super) fn new(text: &str, now: DateTime<Utc>) -> Self {
        let text: String = text.trim().chars().take(LONGEST).collect();
        let nanoseconds = now.timestamp_nanos_opt().unwrap_or_default();
        let network = network(&text);
        let around: Vec<IpNet> = network.into_iter().flat_map(containing).collect();
        Self {
            now: Instant::from_nanoseconds(nanoseconds.into()),
            seen: network.map_or_else(|| objects(&text), |network| vec![address(network)]),
            networks: around.iter().copied().map(address).collect(),
            around,
            text,
        }
    }

    /// The keys under which stands what can match.
    pub(super) fn keys(&self) -> Vec<MentionKey> {
        let around = self.around.iter().map(|network| MentionKey::of(&spelled(*network)));
        std::iter::once(mentions::key(&self.text)).chain(around).collect()
    }

    /// An object that was found by one of the keys. That it names a network says nothing if it does not match.
    pub(super) fn named(&self, object: StoredObject) -> Option<Found> {
        let value: Value = serde_json::from_slice(&object.body).ok()?;
        let tried = compiled(&value).and_then(|pattern| self.try_on(&pattern));
        let names = || mentions::keys(&value).contains(&mentions::key(&self.text)).then_some(How::Names);
        let how = tried.or_else(names)?;
        Some(Found { object, how })
    }

    /// An object that was found by one of the keys, if it names the text. Its pattern is not tried.
    pub(super) fn named_untried(&self, object: StoredObject) -> Option<Found> {
        let value: Value = serde_json::from_slice(&object.body).ok()?;
        let names = mentions::keys(&value).contains(&mentions::key(&self.text));
        names.then_some(Found { object, how: How::Names })
    }

    /// An indicator, if it matches.
    pub(super) fn tried(&self, object: StoredObject) -> Option<Found> {
        let value: Value = serde_json::from_slice(&object.body).ok()?;
        let how = self.try_on(&compiled(&value)?)?;
        Some(Found { object, how })
    }

    fn try_on(&self, pattern: &CompiledPattern) -> Option<How> {
        let now = self.now?;
        let matches = |object: &Value| {
            let observation = Observation::of_objects(now, [object]);
            pattern.is_match_alone(&observation, &MatchLimits::default()).unwrap_or_default()
        };
        match () {
            () if self.seen.iter().any(matches) => Some(How::Matches),
            () if self.networks.iter().any(matches) => Some(How::Contains),
            () => None,
        }
    }
}

/// The networks around a network, from the smallest to the largest.
fn containing(network: IpNet) -> impl Iterator<Item = IpNet> {
    std::iter::successors(network.supernet(), IpNet::supernet)
}

fn address(network: IpNet) -> Value {
    let object_type = if let IpNet::V4(_) = network { "ipv4-addr" } else { "ipv6-addr" };
    json!({"type": object_type, "value": spelled(network)})
}

/// What a text that is no address may be. Hashes and names come in upper and lower case.
fn objects(text: &str) -> Vec<Value> {
    let (lower, upper) = (text.to_lowercase(), text.to_uppercase());
    let algorithm = match text.len() {
        32 => Some("MD5"),
        40 => Some("SHA-1"),
        64 => Some("SHA-256"),
        128 => Some("SHA-512"),
        _ => None,
    };
    if let Some(algorithm) = algorithm.filter(|_| text.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        let file = |hash: &str| json!({"type": "file", "hashes": {algorithm: hash}});
        return [text, &lower, &upper].map(file).into();
    }
    if text.contains("://") {
        return vec![json!({"type": "url", "value": text})];
    }
    if text.contains('@') {
        return [text, &lower].map(|text| json!({"type": "email-addr", "value": text})).into();
    }
    let names = [text, &lower].map(|text| json!({"type": "domain-name", "value": text}));
    names.into_iter().chain([json!({"type": "file", "name": text})]).collect()
}
