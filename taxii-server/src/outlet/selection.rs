//! The part of a collection that an export is asked for.
//!
//! | parameter | value | of a bundle and of lines | of a list |
//! | --- | --- | --- | --- |
//! | `added_after` | a timestamp | yes | yes |
//! | `confidence>` (`?confidence>=80`) or `confidence` | 0 to 100 | yes | yes |
//! | `label` | a label | yes | yes |
//! | `tlp` | the most restricted level | yes | yes |
//! | `type` | an object type | yes | no: the name of a list is its type |
//! | `limit` | the most values; the newest are taken, and come first | no | yes |
//! | `format` | `pan-os`: URLs without their scheme | no | URLs only |

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use stix_core::Identifier;
use stix_core::tlp::{Tlp, TlpLevel};

use super::Outlet;
use crate::ingest::IocType;
use crate::storage::DateAdded;
use crate::wire::Timestamp;

/// The most values that a list is cut to.
pub(super) const MOST_VALUES: usize = 1_000_000;

/// The part of a collection that is asked for: without anything said, all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    pub(super) added_after: Option<DateAdded>,
    pub(super) types: Vec<String>,
    confidence: Option<u8>,
    labels: Vec<String>,
    tlp: Option<TlpLevel>,
    pub(super) limit: Option<usize>,
    pub(super) layout: UrlLayout,
}

/// How URLs are written in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum UrlLayout {
    /// As they are.
    #[default]
    Whole,
    /// Without the scheme, and with a slash behind a host alone, as PAN-OS reads lists of URLs.
    PanOs,
}

/// What is wrong with a parameter of an export, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectionError(String);

impl Selection {
    /// Reads the query string of an export of this form.
    ///
    /// # Errors
    /// A parameter is unknown to the form, malformed, or comes twice.
    pub fn parse(query: &str, outlet: Outlet) -> Result<Self, SelectionError> {
        let mut selection = Self::default();
        let mut seen = Vec::new();
        for (name, value) in form_urlencoded(query) {
            let name = match name.as_str() {
                "confidence>" => "confidence",
                // What lists for PAN-OS are asked for by those who came from MineMeld.
                "v" => "format",
                name => name,
            };
            if seen.contains(&name.to_owned()) && name != "label" && name != "type" {
                return Err(SelectionError(format!("`{name}` comes twice")));
            }
            seen.push(name.to_owned());
            selection.set(name, value, outlet)?;
        }
        Ok(selection)
    }

    fn set(&mut self, name: &str, value: String, outlet: Outlet) -> Result<(), SelectionError> {
        let wrong = |expected: &str| SelectionError(format!("`{name}` is `{value}`: expected {expected}"));
        let is_list = matches!(outlet, Outlet::BlockList(_) | Outlet::Table(_));
        let lists_urls = matches!(outlet, Outlet::BlockList(IocType::Url));
        match name {
            "added_after" => {
                let time: Timestamp =
                    value.parse().map_err(|_| wrong("a timestamp such as `2026-01-01T00:00:00Z`"))?;
                self.added_after = Some(DateAdded::from(time));
            }
            "confidence" => {
                let least: Option<u8> = value.parse().ok().filter(|least| *least <= 100);
                self.confidence = Some(least.ok_or_else(|| wrong("a number from 0 to 100"))?);
            }
            "label" => self.labels.push(value),
            "tlp" => {
                let tlp = Tlp::ALL.iter().find(|tlp| tlp.level() == value.to_ascii_lowercase());
                self.tlp = Some(tlp.ok_or_else(|| wrong("a level of TLP such as `green`"))?.rank());
            }
            "type" if !is_list => self.types.push(value),
            "limit" if is_list => {
                let limit: Option<usize> =
                    value.parse().ok().filter(|limit| (1..=MOST_VALUES).contains(limit));
                self.limit = Some(limit.ok_or_else(|| wrong(&format!("a number from 1 to {MOST_VALUES}")))?);
            }
            "format" if lists_urls => match value.as_str() {
                "pan-os" | "panosurl" => self.layout = UrlLayout::PanOs,
                _ => return Err(wrong("`pan-os`")),
            },
            _ => {
                let known: &str = match (is_list, lists_urls) {
                    (false, _) => "`added_after`, `confidence`, `label`, `tlp` and `type`",
                    (true, false) => "`added_after`, `confidence`, `label`, `limit` and `tlp`",
                    (true, true) => "`added_after`, `confidence`, `format`, `label`, `limit` and `tlp`",
                };
                return Err(SelectionError(format!("`{outlet}` has no parameter `{name}`: it has {known}")));
            }
        }
        Ok(())
    }

    /// Returns whether an object, given as its JSON text, is asked for. One that cannot be read is not.
    pub(super) fn takes(&self, text: &[u8]) -> bool {
        if self.confidence.is_none() && self.labels.is_empty() && self.tlp.is_none() {
            return true;
        }
        let Ok(facts) = serde_json::from_slice::<Facts<'_>>(text) else { return false };
        self.confidence.is_none_or(|least| facts.confidence.is_some_and(|confidence| confidence >= least))
            && self.labels.iter().all(|label| facts.labels.iter().any(|has| has == label))
            && self.tlp.is_none_or(|most| facts.tlp().is_none_or(|level| level <= most))
    }
}

/// The parts of an object that are asked about.
#[derive(Debug, Deserialize)]
struct Facts<'a> {
    confidence: Option<u8>,
    #[serde(default, borrow)]
    labels: Vec<Cow<'a, str>>,
    #[serde(default)]
    object_marking_refs: Vec<Identifier>,
}

impl Facts<'_> {
    /// The most restricted level that the object is marked with.
    fn tlp(&self) -> Option<TlpLevel> {
        self.object_marking_refs.iter().filter_map(Tlp::of).map(Tlp::rank).max()
    }
}

/// The names and values of a query string.
fn form_urlencoded(query: &str) -> Vec<(String, String)> {
    let Ok(url) = reqwest::Url::parse(&format!("http://x/?{query}")) else { return Vec::new() };
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Writes a URL without its scheme, with a slash behind a host alone.
pub(super) fn pan_os(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    if rest.contains('/') { rest.to_owned() } else { format!("{rest}/") }
}

impl fmt::Display for SelectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SelectionError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_strictly() {
        let cases = [
            ("ipv4.txt", "", None),
            ("ipv4.txt", "confidence>=80", None),
            ("ipv4.txt", "confidence=80&limit=5&tlp=green&label=a&label=b", None),
            ("ipv4.txt", "added_after=2026-01-01T00:00:00Z", None),
            ("url.txt", "format=pan-os", None),
            ("url.txt", "v=panosurl", None),
            ("bundle.json", "type=indicator&type=malware&tlp=AMBER%2BSTRICT", None),
            ("ipv4.txt", "confidence=101", Some("0 to 100")),
            ("ipv4.txt", "confidence=80&confidence>=90", Some("twice")),
            ("ipv4.txt", "limit=0", Some("1 to 1000000")),
            ("ipv4.txt", "limit=-5", Some("1 to 1000000")),
            ("ipv4.txt", "tlp=purple", Some("level of TLP")),
            ("ipv4.txt", "added_after=yesterday", Some("timestamp")),
            ("ipv4.txt", "format=pan-os", Some("no parameter `format`")),
            ("url.txt", "format=fortinet", Some("`pan-os`")),
            ("ipv4.txt", "type=indicator", Some("no parameter `type`")),
            ("bundle.json", "limit=5", Some("no parameter `limit`")),
            ("ipv4.txt", "scheme=strip", Some("no parameter `scheme`")),
        ];
        for (form, query, expected) in cases {
            let parsed = Selection::parse(query, form.parse().unwrap());
            match expected {
                None => assert!(parsed.is_ok(), "{form}?{query}: {parsed:?}"),
                Some(part) => {
                    let error = parsed.unwrap_err().to_string();
                    assert!(error.contains(part), "{form}?{query}: {error}");
                }
            }
        }
    }

    #[test]
    fn objects_are_selected_by_their_own_words() {
        let green = Tlp::Green2.id();
        let object =
            serde_json::json!({"confidence": 80, "labels": ["a", "b"], "object_marking_refs": [green]})
                .to_string();
        let bare = "{}";
        for (query, with, without) in [
            ("", true, true),
            ("confidence=80", true, false),
            ("confidence=81", false, false),
            ("confidence=0", true, false),
            ("label=a", true, false),
            ("label=a&label=b", true, false),
            ("label=a&label=c", false, false),
            ("tlp=green", true, true),
            ("tlp=red", true, true),
            ("tlp=clear", false, true),
        ] {
            let selection = Selection::parse(query, Outlet::Bundle).unwrap();
            assert_eq!(selection.takes(object.as_bytes()), with, "{query}");
            assert_eq!(selection.takes(bare.as_bytes()), without, "{query}");
        }
        assert!(
            !Selection::parse("confidence=1", Outlet::Bundle).unwrap().takes(b"{\"confidence\": \"high\"}")
        );
    }

    #[test]
    fn urls_of_pan_os_have_no_scheme() {
        for (url, expected) in [
            ("https://a.example/b?c=d", "a.example/b?c=d"),
            ("http://a.example", "a.example/"),
            ("http://a.example:8080", "a.example:8080/"),
            ("ftp://a.example/http://b", "a.example/http://b"),
        ] {
            assert_eq!(pan_os(url), expected);
        }
    }
}
