//! Patterns and observed-data as feeds have them, the same in every run.

use serde_json::{Value, json};

/// A generator of numbers that look random (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// The eight kinds of values that most indicators are about: a path and a value for a number. Values for different
/// numbers differ.
pub(crate) fn indicator(kind: u64, number: u64) -> (&'static str, String) {
    let [a, b, c, ..] = number.to_le_bytes();
    match kind % 8 {
        0 => ("ipv4-addr:value", format!("10.{c}.{b}.{a}")),
        1 => ("ipv6-addr:value", format!("2001:db8::{c:x}:{:x}", number & 0xFFFF)),
        2 => ("domain-name:value", format!("host{number}.example{a}.org")),
        3 => ("url:value", format!("https://www.example{a}.net/path/{number}/index.html")),
        4 => ("email-addr:value", format!("user{number}@mail{a}.example.com")),
        5 => ("file:hashes.'SHA-256'", format!("{:064x}", Random::new(number).next())),
        6 => ("windows-registry-key:key", format!("HKEY_LOCAL_MACHINE\\Software\\Vendor{a}\\{number}")),
        _ => ("mac-addr:value", format!("02:00:{c:02x}:{b:02x}:{a:02x}:00")),
    }
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn equality(random: &mut Random, number: u64) -> String {
    let kind = number;
    let (path, value) = indicator(kind, number);
    if random.below(20) > 0 {
        return format!("[{path} = {}]", quoted(&value));
    }
    let others = (1..4).map(|more| quoted(&indicator(kind, number + (more << 40)).1));
    format!("[{path} IN ({}, {})]", quoted(&value), others.collect::<Vec<_>>().join(", "))
}

/// 95 % equality and `IN` over eight types, 2 % networks, 2 % `LIKE`, 0.5 % `MATCHES`, 0.5 % several observations.
pub(crate) fn patterns(count: u64) -> Vec<String> {
    let mut random = Random::new(1);
    let pattern = |number: u64| {
        let [a, b, ..] = number.to_le_bytes();
        match random.below(200) {
            0 => format!(r"[url:value MATCHES '^https?://[a-z]+{number}\\.example\\.(com|net)/']"),
            1 => {
                let (first, second) = (equality(&mut random, number), equality(&mut random, number));
                format!("({first} FOLLOWEDBY {second}) WITHIN 300 SECONDS")
            }
            2..=5 => format!("[ipv4-addr:value ISSUBSET '172.{b}.{a}.0/{}']", 20 + random.below(9)),
            6..=9 => format!("[domain-name:value LIKE '%.bad{number}.example']"),
            _ => equality(&mut random, number),
        }
    };
    (0..count).map(pattern).collect()
}

fn object(kind: u64, number: u64, index: usize) -> Value {
    let (path, value) = indicator(kind, number);
    let (object_type, _) = path.split_once(':').expect("a path has a type");
    let id = format!("{object_type}--{:08x}-0000-4000-8000-{index:012x}", number & 0xFFFF_FFFF);
    let mut object = json!({"type": object_type, "spec_version": "2.1", "id": id});
    match object_type {
        "file" => {
            object["name"] = json!(format!("setup{number}.exe"));
            object["size"] = json!(number % 100_000);
            object["hashes"] = json!({"SHA-256": value});
        }
        "windows-registry-key" => object["key"] = json!(value),
        _ => object["value"] = json!(value),
    }
    object
}

/// A bundle of observed-data, each with the traffic between two addresses and one to three more objects. One in a
/// hundred has a value that a pattern of equality asks for.
pub(crate) fn bundle(count: usize, patterns: u64) -> Value {
    let mut random = Random::new(2);
    let mut objects = Vec::new();
    for index in 0..count {
        let mut seen = vec![
            object(0, 1 << 23 | random.below(1 << 22), index * 8),
            object(0, random.below(1 << 22) | 3 << 22, index * 8 + 1),
        ];
        for more in 0..=random.below(3) {
            let hits = more == 0 && random.below(100) == 0;
            let number = if hits { random.below(patterns) } else { 1 << 50 | random.below(1 << 45) };
            let kind = if hits { number } else { random.next() };
            seen.push(object(kind, number, index * 8 + 2 + more as usize));
        }
        let ids: Vec<Value> = seen.iter().map(|object| object["id"].clone()).collect();
        seen.push(json!({
            "type": "network-traffic",
            "spec_version": "2.1",
            "id": format!("network-traffic--00000000-0000-4000-8000-{index:012x}"),
            "src_ref": ids[0], "dst_ref": ids[1], "src_port": 1024 + random.below(60_000), "dst_port": 443,
            "protocols": ["ipv4", "tcp", "https"],
        }));
        let instant =
            format!("2024-01-{:02}T{:02}:{:02}:00.000Z", 1 + index / 1440 % 28, index / 60 % 24, index % 60);
        let refs: Vec<Value> = seen.iter().map(|object| object["id"].clone()).collect();
        objects.append(&mut seen);
        objects.push(json!({
            "type": "observed-data",
            "spec_version": "2.1",
            "id": format!("observed-data--00000000-0000-4000-8000-{index:012x}"),
            "created": instant, "modified": instant,
            "first_observed": instant, "last_observed": instant, "number_observed": 1, "object_refs": refs,
        }));
    }
    json!({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects})
}
