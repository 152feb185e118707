//! Values of each type: well-formed, and nobody's.

use std::{
    fmt::Write,
    net::{Ipv4Addr, Ipv6Addr},
};

use rand::Rng;

use crate::{ioc::IocType, population::catalogue::pick};

/// Every so many URLs come one with a quote and one with a backslash.
const AWKWARD_EVERY: usize = 40;

/// Draws values. It counts the URLs, so that the awkward ones are in every population.
#[derive(Debug, Default)]
pub(super) struct Values {
    urls: usize,
}

impl Values {
    /// A value of this type, perhaps one that was drawn before.
    pub(super) fn draw(&mut self, ioc_type: IocType, rng: &mut impl Rng) -> String {
        match ioc_type {
            IocType::Ipv4 => ipv4(rng),
            IocType::Ipv6 => ipv6(rng),
            IocType::Domain => domain(rng),
            IocType::Url => self.url(rng),
            IocType::Md5 => hash::<16>(rng),
            IocType::Sha1 => hash::<20>(rng),
            IocType::Sha256 => hash::<32>(rng),
            IocType::Cve => cve(rng),
            IocType::MitreAttack => technique(rng),
            IocType::Email => email(rng),
        }
    }

    /// A URL; the first of all has a quote in it and the second one a backslash, as URLs in the wild do.
    fn url(&mut self, rng: &mut impl Rng) -> String {
        let position = self.urls % AWKWARD_EVERY;
        self.urls += 1;
        let scheme = if rng.random_bool(0.6) { "http" } else { "https" };
        let host = domain(rng);
        let number: u32 = rng.random_range(1..100_000);
        match position {
            0 => format!("{scheme}://{host}/o'brien/{number}"),
            1 => format!("{scheme}://{host}/share\\{}/{number}", word(rng)),
            _ if rng.random_bool(0.3) => format!("{scheme}://{host}/{}.php?id={number}", word(rng)),
            _ => format!("{scheme}://{host}/{}/{number}", word(rng)),
        }
    }
}

/// One of the documentation ranges (RFC 5737) now and then, else the benchmarking range (RFC 2544), which has
/// room for thousands.
fn ipv4(rng: &mut impl Rng) -> String {
    let last: u8 = rng.random();
    let address = match rng.random_range(0..12) {
        0 => Ipv4Addr::new(192, 0, 2, last),
        1 => Ipv4Addr::new(198, 51, 100, last),
        2 => Ipv4Addr::new(203, 0, 113, last),
        _ => Ipv4Addr::new(198, rng.random_range(18..=19), rng.random(), last),
    };
    address.to_string()
}

/// Of the documentation range 2001:db8::/32 (RFC 3849), in the canonical form (RFC 5952).
fn ipv6(rng: &mut impl Rng) -> String {
    Ipv6Addr::new(0x2001, 0xdb8, rng.random(), rng.random(), 0, 0, 0, rng.random()).to_string()
}

/// Of the reserved names (RFC 2606), in lower case.
fn domain(rng: &mut impl Rng) -> String {
    const PARENTS: &[&str] = &["example.com", "example.net", "example.org", "test", "example"];
    format!("{}-{}{}.{}", word(rng), word(rng), rng.random_range(1..1_000), pick(rng, PARENTS))
}

fn email(rng: &mut impl Rng) -> String {
    format!("{}.{}@{}", word(rng), word(rng), domain(rng))
}

/// So many random bytes in lower-case hexadecimal.
fn hash<const BYTES: usize>(rng: &mut impl Rng) -> String {
    let bytes: [u8; BYTES] = std::array::from_fn(|_| rng.random());
    bytes.iter().fold(String::with_capacity(2 * BYTES), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn cve(rng: &mut impl Rng) -> String {
    format!("CVE-{}-{:04}", rng.random_range(2015..=2025), rng.random_range(100..50_000))
}

/// A technique of ATT&CK for Enterprise, or one of its first sub-techniques.
fn technique(rng: &mut impl Rng) -> String {
    let (number, last_sub) = pick(rng, TECHNIQUES);
    match rng.random_range(0..=last_sub) {
        0 => format!("T{number}"),
        sub => format!("T{number}.{sub:03}"),
    }
}

/// Numbers of techniques, and the last of their sub-techniques that may come; 0 where there is none.
const TECHNIQUES: &[(u16, u16)] = &[
    (1003, 8),
    (1005, 0),
    (1016, 1),
    (1018, 0),
    (1021, 6),
    (1027, 6),
    (1033, 0),
    (1036, 5),
    (1041, 0),
    (1046, 0),
    (1047, 0),
    (1053, 3),
    (1055, 5),
    (1056, 4),
    (1057, 0),
    (1059, 8),
    (1068, 0),
    (1070, 6),
    (1071, 4),
    (1078, 4),
    (1082, 0),
    (1083, 0),
    (1090, 4),
    (1102, 3),
    (1105, 0),
    (1110, 4),
    (1112, 0),
    (1133, 0),
    (1134, 5),
    (1140, 0),
    (1189, 0),
    (1190, 0),
    (1203, 0),
    (1204, 2),
    (1218, 5),
    (1219, 0),
    (1486, 0),
    (1490, 0),
    (1543, 4),
    (1547, 5),
    (1548, 4),
    (1550, 4),
    (1552, 6),
    (1555, 5),
    (1560, 3),
    (1562, 4),
    (1566, 3),
    (1567, 2),
    (1569, 2),
    (1571, 0),
    (1573, 2),
    (1574, 2),
];

fn word(rng: &mut impl Rng) -> &'static str {
    pick(rng, WORDS)
}

const WORDS: &[&str] = &[
    "account", "alpine", "archive", "beacon", "billing", "bridge", "cargo", "cedar", "cloud", "copper",
    "delta", "depot", "drive", "ember", "falcon", "gate", "harbor", "invoice", "lantern", "ledger", "login",
    "maple", "mirror", "north", "orbit", "parcel", "pixel", "portal", "quartz", "relay", "river", "secure",
    "signal", "silver", "stone", "studio", "summit", "update", "valley", "verify", "violet", "winter",
];

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn every_value_has_the_form_of_its_type() {
        let mut rng = StdRng::seed_from_u64(3);
        let mut values = Values::default();
        for ioc_type in IocType::ALL {
            for _ in 0..500 {
                let value = values.draw(ioc_type, &mut rng);
                assert!(well_formed(ioc_type, &value), "{ioc_type}: {value}");
            }
        }
    }

    fn well_formed(ioc_type: IocType, value: &str) -> bool {
        let reserved = |host: &str| {
            let ends = [".example.com", ".example.net", ".example.org", ".test", ".example"];
            ends.iter().any(|end| host.ends_with(end))
                && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
        };
        let digest =
            |length| value.len() == length && value.bytes().all(|b| b"0123456789abcdef".contains(&b));
        let number = |text: &str, least| text.len() >= least && text.bytes().all(|b| b.is_ascii_digit());
        match ioc_type {
            IocType::Ipv4 => matches!(
                value.parse::<Ipv4Addr>().unwrap().octets(),
                [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [198, 18..=19, _, _]
            ),
            IocType::Ipv6 => {
                let address: Ipv6Addr = value.parse().unwrap();
                address.segments()[..2] == [0x2001, 0xdb8] && address.to_string() == value
            }
            IocType::Domain => reserved(value),
            IocType::Url => value
                .strip_prefix("http://")
                .or(value.strip_prefix("https://"))
                .and_then(|rest| rest.split_once('/'))
                .is_some_and(|(host, path)| reserved(host) && !path.is_empty()),
            IocType::Email => {
                value.split_once('@').is_some_and(|(local, host)| !local.is_empty() && reserved(host))
            }
            IocType::Md5 => digest(32),
            IocType::Sha1 => digest(40),
            IocType::Sha256 => digest(64),
            IocType::Cve => {
                let parts: Vec<&str> = value.split('-').collect();
                matches!(parts.as_slice(), ["CVE", year, id] if year.len() == 4 && number(year, 4) && number(id, 4))
            }
            IocType::MitreAttack => {
                let (base, sub) = value.split_once('.').unwrap_or((value, "001"));
                base.len() == 5
                    && base.starts_with('T')
                    && number(&base[1..], 4)
                    && sub.len() == 3
                    && number(sub, 3)
            }
        }
    }
}
