//! The values of IOCs: what they are, whether they can be that, and how they are written.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use stix_pattern::Pattern;

use super::repair::{Repair, Repairs};
use super::{Compared, Subject};

/// The types of IOCs that the feed documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum IocType {
    /// An IPv4 address or network.
    Ipv4,
    /// An IPv6 address or network.
    Ipv6,
    /// A domain name.
    Domain,
    /// A URL.
    Url,
    /// An e-mail address.
    Email,
    /// The MD5 of a file.
    Md5,
    /// The SHA-1 of a file.
    Sha1,
    /// The SHA-256 of a file.
    Sha256,
    /// The SHA-512 of a file.
    Sha512,
    /// The CVE id of a vulnerability.
    Cve,
    /// The id of a technique of MITRE ATT&CK.
    MitreAttack,
}

impl IocType {
    /// All there are.
    pub const ALL: [Self; 11] = [
        Self::Ipv4,
        Self::Ipv6,
        Self::Domain,
        Self::Url,
        Self::Email,
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::Cve,
        Self::MitreAttack,
    ];

    /// The name that the feed uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Domain => "domain",
            Self::Url => "url",
            Self::Email => "email",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::Cve => "cve",
            Self::MitreAttack => "mitre-attack",
        }
    }

    /// Reads the name that the feed uses.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase().replace('_', "-");
        Self::ALL.into_iter().find(|ioc| ioc.name() == name)
    }

    /// Those that a pattern can name.
    pub fn in_patterns() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|ioc| ioc.path().is_some())
    }

    /// How many hexadecimal digits the hash of a file has.
    pub fn digits(self) -> Option<usize> {
        match self {
            Self::Md5 => Some(32),
            Self::Sha1 => Some(40),
            Self::Sha256 => Some(64),
            Self::Sha512 => Some(128),
            _ => None,
        }
    }

    /// The object path of the value in a pattern, for a type that a pattern can name.
    pub fn path(self) -> Option<(&'static str, &'static [&'static str])> {
        Some(match self {
            Self::Ipv4 => ("ipv4-addr", &["value"]),
            Self::Ipv6 => ("ipv6-addr", &["value"]),
            Self::Domain => ("domain-name", &["value"]),
            Self::Url => ("url", &["value"]),
            Self::Email => ("email-addr", &["value"]),
            Self::Md5 => ("file", &["hashes", "MD5"]),
            Self::Sha1 => ("file", &["hashes", "SHA-1"]),
            Self::Sha256 => ("file", &["hashes", "SHA-256"]),
            Self::Sha512 => ("file", &["hashes", "SHA-512"]),
            Self::Cve | Self::MitreAttack => return None,
        })
    }

    /// The type whose value a pattern compares at this path.
    ///
    /// The feed documents no pattern for the last two; what it may send is read all the same.
    pub fn at_path(object_type: &str, keys: &[&str]) -> Option<Self> {
        if let ["hashes", name] = keys {
            let plain = name.replace(['-', '_'], "").to_ascii_lowercase();
            let hashes = Self::ALL.into_iter().filter(|ioc| ioc.digits().is_some() && object_type == "file");
            return hashes.into_iter().find(|ioc| ioc.name() == plain);
        }
        let documented = Self::ALL.into_iter().find(|known| known.path() == Some((object_type, keys)));
        documented.or(match object_type {
            "vulnerability" => Some(Self::Cve),
            "attack-pattern" => Some(Self::MitreAttack),
            _ => None,
        })
    }

    /// The value that a pattern compares, its type, and whether the path to it is spelled as it should be.
    pub fn in_pattern(pattern: &Pattern) -> Option<(Self, bool, &str)> {
        let (path, value) = pattern.as_single_equality()?;
        let keys = path.keys()?;
        let ioc = Self::at_path(path.object_type(), &keys)?;
        let as_named = ioc.path().is_none_or(|(_, named)| named == keys.as_slice());
        Some((ioc, as_named, value))
    }

    /// The noun for descriptions.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Ipv4 => "IPv4 address",
            Self::Ipv6 => "IPv6 address",
            Self::Domain => "Domain name",
            Self::Url => "URL",
            Self::Email => "E-mail address",
            Self::Md5 => "File with an MD5 hash",
            Self::Sha1 => "File with a SHA-1 hash",
            Self::Sha256 => "File with a SHA-256 hash",
            Self::Sha512 => "File with a SHA-512 hash",
            Self::Cve => "Vulnerability",
            Self::MitreAttack => "Attack pattern",
        }
    }
}

/// A value that is what its type says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Observable {
    /// The type.
    pub ioc: IocType,
    /// The value, in the one way in which it is written here.
    pub value: String,
}

impl Observable {
    /// Reads a value: takes the defanging away, gives a mistaken one its right type, writes it one way.
    ///
    /// # Errors
    /// It is no value of the type, nor of one that it is mistaken for.
    pub fn read(ioc: IocType, text: &str, repairs: &mut Repairs) -> Result<Self, UnusableValue> {
        let trimmed = text.trim();
        let text = refang(trimmed);
        if text != trimmed {
            repairs.insert(Repair::Defanged);
        }
        let made = |ioc, value: Option<String>| value.map(|value| Self { ioc, value });
        let read = match ioc {
            IocType::Ipv4 | IocType::Ipv6 => address(&text, repairs),
            IocType::Domain if text.contains("://") => made(IocType::Url, url(&text)),
            IocType::Domain => address(&text, repairs).or_else(|| made(ioc, domain(&text))),
            IocType::Url => made(ioc, url(&text)),
            IocType::Email => made(ioc, email(&text)),
            IocType::Md5 | IocType::Sha1 | IocType::Sha256 | IocType::Sha512 => hash(&text),
            IocType::Cve => made(ioc, cve(&text)),
            IocType::MitreAttack => made(ioc, technique(&text)),
        };
        let read = read.ok_or_else(|| UnusableValue { ioc, text: text.chars().take(200).collect() })?;
        if read.ioc != ioc {
            repairs.insert(Repair::Retyped);
        }
        Ok(read)
    }
}

impl Observable {
    /// What the value is about.
    ///
    /// # Errors
    /// A pattern cannot hold the value.
    pub fn subject(self) -> Result<Subject, stix_pattern::build::BuildError> {
        let Self { ioc, value } = self;
        Ok(match (ioc, ioc.path()) {
            (IocType::MitreAttack, _) => Subject::Technique(value),
            (_, Some((object_type, keys))) => {
                let pattern = stix_pattern::build::equals(object_type, keys.iter().copied(), value.as_str())?
                    .to_string();
                Subject::Indicator { pattern, compared: Some(Compared { ioc, value }) }
            }
            (_, None) => Subject::Vulnerability(value),
        })
    }
}

/// A value that is not what its type says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableValue {
    ioc: IocType,
    text: String,
}

impl fmt::Display for UnusableValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` cannot be read as the value of an IOC ({})", self.text, self.ioc.noun())
    }
}

/// Undoes the spellings that keep a value from being clicked on.
fn refang(text: &str) -> String {
    let text = text.replace("[.]", ".").replace("(.)", ".").replace("(dot)", ".").replace("[dot]", ".");
    let text = text.replace("[@]", "@").replace("(at)", "@").replace("[:]", ":").replace("[://]", "://");
    for (defanged, scheme) in [("hxxps://", "https://"), ("hxxp://", "http://"), ("fxp://", "ftp://")] {
        if text.get(..defanged.len()).is_some_and(|start| start.eq_ignore_ascii_case(defanged)) {
            return format!("{scheme}{}", text.get(defanged.len()..).unwrap_or_default());
        }
    }
    text
}

/// An address or a network of either family; of `address:port` the address.
fn address(text: &str, repairs: &mut Repairs) -> Option<Observable> {
    let v4 =
        |text: &str| text.parse::<Ipv4Addr>().ok().map(|address| (IocType::Ipv4, address.to_string(), 32));
    let v6 =
        |text: &str| text.parse::<Ipv6Addr>().ok().map(|address| (IocType::Ipv6, address.to_string(), 128));
    if let Some((host, bits)) = text.split_once('/') {
        let (ioc, value, most) = v4(host).or_else(|| v6(host))?;
        let bits = bits.parse::<u8>().ok().filter(|bits| *bits <= most)?;
        // A single address has one spelling, or it would be two indicators.
        let value = if bits == most { value } else { format!("{value}/{bits}") };
        return Some(Observable { ioc, value });
    }
    let with_port = || {
        let (host, port) = text.rsplit_once(':')?;
        port.parse::<u16>().ok()?;
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        v4(host).or_else(|| v6(bracketed?))
    };
    let (ioc, value, _) = match v4(text).or_else(|| v6(text)) {
        Some(plain) => plain,
        None => {
            let address = with_port()?;
            repairs.insert(Repair::Port);
            address
        }
    };
    Some(Observable { ioc, value })
}

fn domain(text: &str) -> Option<String> {
    let name = text.strip_suffix('.').unwrap_or(text).to_lowercase();
    let label = |label: &str| {
        (1..=63).contains(&label.chars().count())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    let known = name.len() <= 253 && name.contains('.') && name.split('.').all(label);
    known.then_some(name)
}

/// Kept as it is written: what is normal for one server is another page on the next.
fn url(text: &str) -> Option<String> {
    let parsed = reqwest::Url::parse(text).ok()?;
    let plain = text.contains("://")
        && parsed.has_host()
        && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    plain.then(|| text.to_owned())
}

fn email(text: &str) -> Option<String> {
    let (local, host) = text.rsplit_once('@')?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
    (!local.is_empty() && local.chars().all(plain)).then_some(())?;
    Some(format!("{local}@{}", domain(host)?))
}

/// A hash is of the algorithm that its length tells, whatever the feed calls it.
fn hash(text: &str) -> Option<Observable> {
    let ioc = IocType::ALL.into_iter().find(|ioc| ioc.digits() == Some(text.len()))?;
    let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal.then(|| Observable { ioc, value: text.to_ascii_lowercase() })
}

/// `CVE-YYYY-NNNN`, with more digits where needed, but then without a zero before them.
fn cve(text: &str) -> Option<String> {
    let name = text.to_ascii_uppercase();
    let (year, number) = name.strip_prefix("CVE-")?.split_once('-')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = year.len() == 4
        && digits(year)
        && digits(number)
        && (number.len() == 4 || number.len() > 4 && !number.starts_with('0'));
    well_formed.then_some(name)
}

/// `T1059` or `T1059.001`.
fn technique(text: &str) -> Option<String> {
    let name = text.to_ascii_uppercase();
    let (main, sub) = match name.strip_prefix('T')?.split_once('.') {
        Some((main, sub)) => (main, Some(sub)),
        None => (name.strip_prefix('T')?, None),
    };
    let digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(main, 4) && sub.is_none_or(|sub| digits(sub, 3))).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Option<(IocType, String)> {
        let ioc = IocType::named(name).unwrap();
        Observable::read(ioc, text, &mut Repairs::new())
            .ok()
            .map(|observable| (observable.ioc, observable.value))
    }

    #[test]
    fn values_are_repaired_retyped_or_refused() {
        use IocType::{Cve, Domain, Email, Ipv4, Ipv6, Md5, MitreAttack, Sha1, Sha256, Url};
        let sha1 = "A".repeat(40);
        let cases = [
            ("ipv4", "192.0.2.1", Some((Ipv4, "192.0.2.1"))),
            ("ipv4", " 192[.]0[.]2[.]1 ", Some((Ipv4, "192.0.2.1"))),
            ("ipv4", "192.0.2.1:8080", Some((Ipv4, "192.0.2.1"))),
            ("ipv4", "192.0.2.0/24", Some((Ipv4, "192.0.2.0/24"))),
            ("ipv4", "192.0.2.1/32", Some((Ipv4, "192.0.2.1"))),
            ("ipv4", "192.0.2.0/33", None),
            ("ipv4", "999.1.1.1", None),
            ("ipv4", "", None),
            ("ipv4", "2001:db8::1", Some((Ipv6, "2001:db8::1"))),
            ("ipv6", "2001:DB8:0:0::1", Some((Ipv6, "2001:db8::1"))),
            ("ipv6", "[2001:db8::1]:443", Some((Ipv6, "2001:db8::1"))),
            ("domain", "Evil.Example.COM.", Some((Domain, "evil.example.com"))),
            ("domain", "evil(dot)example[.]com", Some((Domain, "evil.example.com"))),
            ("domain", "192.0.2.1", Some((Ipv4, "192.0.2.1"))),
            ("domain", "hxxp://evil.example/a", Some((Url, "http://evil.example/a"))),
            ("domain", "exa mple.com", None),
            ("domain", "localhost", None),
            ("url", "hXXps://evil[.]example/a?b='c'", Some((Url, "https://evil.example/a?b='c'"))),
            ("url", "evil.example/a", None),
            ("email", "joe[@]example.com", Some((Email, "joe@example.com"))),
            ("email", "joe.example.com", None),
            ("sha256", sha1.as_str(), Some((Sha1, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"))),
            ("md5", "d41d8cd98f00b204e9800998ecf8427g", None),
            ("cve", "cve-2024-12345", Some((Cve, "CVE-2024-12345"))),
            ("cve", "CVE-2024-012345", None),
            ("mitre_attack", "t1059.001", Some((MitreAttack, "T1059.001"))),
            ("mitre-attack", "TA0001", None),
        ];
        for (name, text, expected) in cases {
            assert_eq!(
                read(name, text),
                expected.map(|(ioc, value)| (ioc, value.to_owned())),
                "{name} {text}"
            );
        }
        assert_eq!(read("md5", &"0".repeat(32)).unwrap().0, Md5);
        assert_eq!(read("sha1", &"0".repeat(64)).unwrap().0, Sha256);
    }

    #[test]
    fn paths_lead_back_to_their_types() {
        for name in ["ipv4", "ipv6", "domain", "url", "email", "md5", "sha1", "sha256", "sha512"] {
            let ioc = IocType::named(name).unwrap();
            let (object_type, keys) = ioc.path().unwrap();
            assert_eq!(IocType::at_path(object_type, keys), Some(ioc));
        }
        assert_eq!(IocType::at_path("file", &["hashes", "md5"]), Some(IocType::Md5));
        assert_eq!(IocType::at_path("file", &["hashes", "SHA_256"]), Some(IocType::Sha256));
        assert_eq!(IocType::at_path("file", &["hashes", "ipv4"]), None, "no hash is called so");
        assert_eq!(IocType::at_path("file", &["name"]), None);
    }
}
