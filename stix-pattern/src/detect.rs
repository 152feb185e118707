//! Patterns for plain values, whose type is told by how they look: addresses, networks, names, URLs, hashes, keys.

use crate::Pattern;
use crate::ast::{ComparisonExpression, ComparisonOperator, ComparisonTest, StepKind, TextOperator, Value};
use crate::build::{self, BuildError};
use crate::check::{as_number, plain_value};

/// A value whose type was told by how it looks.
///
/// ```
/// use stix_pattern::detect::Detected;
///
/// let pattern = |text: &str| Some(Detected::of(text)?.pattern().ok()?.to_string());
/// assert_eq!(pattern("198.51.100.0/24").as_deref(), Some("[ipv4-addr:value ISSUBSET '198.51.100.0/24']"));
/// assert_eq!(pattern("hxxp://a[.]example/").as_deref(), Some("[url:value = 'http://a.example/']"));
/// assert_eq!(pattern("AS64496").as_deref(), Some("[autonomous-system:number = 64496]"));
/// assert_eq!(pattern("some words"), None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Detected {
    kind: Kind,
    value: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Equal { object_type: &'static str, steps: &'static [&'static str] },
    Network { object_type: &'static str },
}

/// The types whose values are told by the checks of patterns, the narrow ones first.
const TYPES: [&str; 6] = ["mac-addr", "ipv4-addr", "ipv6-addr", "url", "email-addr", "domain-name"];

/// Hashes by the number of their digits.
const HASHES: [(usize, &[&str]); 4] = [
    (32, &["hashes", "MD5"]),
    (40, &["hashes", "SHA-1"]),
    (64, &["hashes", "SHA-256"]),
    (128, &["hashes", "SHA-512"]),
];

impl Detected {
    /// Returns the value of the type that a text looks like. Defanged values are put right, and so are MAC addresses
    /// in other spellings and abbreviated hives of the registry. `None` if the text looks like nothing known.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let equal =
            |object_type, steps, value: Value| Self { kind: Kind::Equal { object_type, steps }, value };
        let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let Some((_, steps)) = HASHES.iter().find(|(digits, _)| is_hex && *digits == text.len()) {
            return Some(equal("file", steps, text.to_ascii_lowercase().into()));
        }
        if let Some(number) =
            text.get(..2).filter(|start| start.eq_ignore_ascii_case("AS")).and_then(|_| as_number(text))
        {
            return Some(equal("autonomous-system", &["number"], Value::Integer(number.parse().ok()?)));
        }
        if text.starts_with("HK")
            && text.contains('\\')
            && let Some(key) = plain_value("windows-registry-key", text)
        {
            return Some(equal("windows-registry-key", &["key"], key.into()));
        }
        TYPES.into_iter().find_map(|object_type| {
            let value = plain_value(object_type, text)?;
            // One name may be a domain of a local network, or any word.
            if object_type == "domain-name" && !value.trim_end_matches('.').contains('.') {
                return None;
            }
            if object_type == "url" && !value.contains("://") {
                return None;
            }
            let is_network = matches!(object_type, "ipv4-addr" | "ipv6-addr") && value.contains('/');
            Some(match is_network {
                true => Self { kind: Kind::Network { object_type }, value: value.into() },
                false => equal(object_type, &["value"], value.into()),
            })
        })
    }

    /// Returns the type of the object that has such a value.
    #[must_use]
    pub fn object_type(&self) -> &'static str {
        match self.kind {
            Kind::Equal { object_type, .. } | Kind::Network { object_type } => object_type,
        }
    }

    /// Returns the test that an object has this value, or lies in this network.
    ///
    /// # Errors
    ///
    /// None that is known: the paths are those of the object model.
    pub fn test(&self) -> Result<ComparisonTest, BuildError> {
        match (self.kind, &self.value) {
            (Kind::Network { object_type }, Value::String(network)) => {
                let path = build::object_path(object_type, ["value"])?;
                Ok(ComparisonTest::text(path, TextOperator::IsSubset, network.as_str()))
            }
            (Kind::Network { object_type }, value) => {
                let path = build::object_path(object_type, ["value"])?;
                ComparisonTest::compare(path, ComparisonOperator::Equal, value.clone())
            }
            (Kind::Equal { object_type, steps }, value) => {
                let path = build::object_path(object_type, steps.iter().map(|step| StepKind::from(*step)))?;
                ComparisonTest::compare(path, ComparisonOperator::Equal, value.clone())
            }
        }
    }

    /// Returns the pattern of that test.
    ///
    /// # Errors
    ///
    /// The same as [`Self::test`].
    pub fn pattern(&self) -> Result<Pattern, BuildError> {
        Pattern::new(ComparisonExpression::from(self.test()?).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Checker;

    #[test]
    fn types_are_told_by_how_values_look() {
        for (text, expected) in [
            ("192.0.2.1", Some("[ipv4-addr:value = '192.0.2.1']")),
            ("192[.]0[.]2[.]1", Some("[ipv4-addr:value = '192.0.2.1']")),
            ("192.0.2.1/32", Some("[ipv4-addr:value = '192.0.2.1']")),
            ("192.0.2.0/24", Some("[ipv4-addr:value ISSUBSET '192.0.2.0/24']")),
            ("2001:db8::1", Some("[ipv6-addr:value = '2001:db8::1']")),
            ("2001:db8::/32", Some("[ipv6-addr:value ISSUBSET '2001:db8::/32']")),
            ("AA-BB-CC-DD-EE-FF", Some("[mac-addr:value = 'aa:bb:cc:dd:ee:ff']")),
            ("evil.example", Some("[domain-name:value = 'evil.example']")),
            ("hxxps://evil[.]example/it's", Some(r"[url:value = 'https://evil.example/it\'s']")),
            ("a@b.example", Some("[email-addr:value = 'a@b.example']")),
            (
                "D41D8CD98F00B204E9800998ECF8427E",
                Some("[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']"),
            ),
            (r"HKLM\Software\x", Some(r"[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\Software\\x']")),
            ("AS64496", Some("[autonomous-system:number = 64496]")),
            ("evil", None),
            ("", None),
            ("999.1.1.1", None),
            ("a b.example", None),
        ] {
            let pattern = Detected::of(text).map(|detected| detected.pattern().unwrap().to_string());
            assert_eq!(pattern.as_deref(), expected, "{text}");
            if let Some(pattern) = pattern {
                assert_eq!(Checker::default().check(&pattern).problems(), [], "{pattern}");
            }
        }
    }
}
