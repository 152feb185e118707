//! What the settings say about the objects that are made of records.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use serde::Deserialize;
use stix_core::Timestamp;

use super::IocType;

/// How records become objects, as far as that can be chosen. The default is what an operator need not think about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mapping {
    /// What is made of an IOC.
    pub emit: Emit,
    /// How long indicators of each type are valid after their value was last seen; without an entry, without end.
    pub time_to_live: BTreeMap<IocType, Duration>,
    /// Whether every later sighting makes a new version.
    pub touch: bool,
    /// What becomes of what sources say in words.
    pub labels: Labels,
}

/// What is made of an IOC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
pub enum Emit {
    /// An indicator.
    #[default]
    #[serde(rename = "indicators")]
    Indicators,
    /// An indicator, the cyber-observable object, and that the one is based on the other.
    #[serde(rename = "indicators+observables")]
    Observables,
}

/// Which words of sources become labels, and what stands before them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Labels {
    /// The tags of an IOC.
    pub tag: Prefix,
    /// The CISA sectors of an IOC.
    pub sector: Prefix,
    /// The categories of its sources.
    pub category: Prefix,
}

/// What stands before a word.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(untagged)]
pub enum Prefix {
    /// This.
    Text(String),
    /// The name of the kind and a colon; with `false` there is no label at all.
    Switch(bool),
}

impl Default for Labels {
    fn default() -> Self {
        let switch = || Prefix::Switch(true);
        Self { tag: switch(), sector: switch(), category: switch() }
    }
}

impl Labels {
    /// The label for one that is known by the name of its kind and a colon.
    pub(super) fn label(&self, known: &str) -> Option<String> {
        let kinds = [("tag:", &self.tag), ("sector:", &self.sector), ("category:", &self.category)];
        let of_kind = kinds.into_iter().find_map(|(kind, prefix)| Some((prefix, known.strip_prefix(kind)?)));
        match of_kind {
            Some((Prefix::Switch(false), _)) => None,
            Some((Prefix::Text(prefix), word)) => Some(format!("{prefix}{word}")),
            Some((Prefix::Switch(true), _)) | None => Some(known.to_owned()),
        }
    }
}

impl Mapping {
    /// The end of the validity of an indicator for a value of this type that was seen from the first time to the last.
    ///
    /// The last time counts in tenths of the time to live after the first: so the end is the same whenever the indicator
    /// was made, and a later sighting moves it by a tenth at least, or not at all. With `touch` it counts as it is.
    pub(super) fn valid_until(
        &self,
        ioc: IocType,
        first: &Timestamp,
        last: Option<&Timestamp>,
    ) -> Option<Timestamp> {
        let live = TimeDelta::from_std(*self.time_to_live.get(&ioc)?).ok()?.num_milliseconds();
        let seen = last.map_or(0, |last| (last.instant() - first.instant()).num_milliseconds()).max(0);
        let counted = match live / 10 {
            tenth if tenth > 0 && !self.touch => seen - seen % tenth,
            _ => seen,
        };
        let until =
            first.instant().checked_add_signed(TimeDelta::try_milliseconds(live.checked_add(counted)?)?)?;
        // Beyond the year 9999 there is no timestamp, and no need of one.
        (until.timestamp() < 253_402_300_800).then(|| Timestamp::from_millis(until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_sighting_counts_in_tenths() {
        let day = Duration::from_secs(86_400);
        let mut mapping =
            Mapping { time_to_live: BTreeMap::from([(IocType::Ipv4, day * 10)]), ..Mapping::default() };
        let first: Timestamp = "2025-01-01T00:00:00.000Z".parse().unwrap();
        let until = |mapping: &Mapping, last: &str| {
            let last = (!last.is_empty()).then(|| last.parse().unwrap());
            mapping.valid_until(IocType::Ipv4, &first, last.as_ref()).unwrap().to_string()
        };
        for (last, expected) in [
            ("", "2025-01-11T00:00:00.000Z"),
            ("2024-01-01T00:00:00.000Z", "2025-01-11T00:00:00.000Z"),
            ("2025-01-01T00:00:00.000Z", "2025-01-11T00:00:00.000Z"),
            ("2025-01-01T23:59:59.999Z", "2025-01-11T00:00:00.000Z"),
            ("2025-01-02T00:00:00.000Z", "2025-01-12T00:00:00.000Z"),
            ("2025-02-01T12:00:00.000Z", "2025-02-11T00:00:00.000Z"),
        ] {
            assert_eq!(until(&mapping, last), expected, "{last}");
        }
        mapping.touch = true;
        assert_eq!(until(&mapping, "2025-01-01T23:59:59.999Z"), "2025-01-11T23:59:59.999Z");
        assert_eq!(mapping.valid_until(IocType::Domain, &first, None), None);
        mapping.time_to_live.insert(IocType::Domain, day * 4_000_000);
        assert_eq!(mapping.valid_until(IocType::Domain, &first, None), None);
    }

    #[test]
    fn labels_are_kept_renamed_or_left_out() {
        let labels: Labels = toml::from_str("tag = ''\nsector = 'industry/'\ncategory = false").unwrap();
        let label = |known| labels.label(known);
        assert_eq!(label("tag:a:b").as_deref(), Some("a:b"));
        assert_eq!(label("sector:energy").as_deref(), Some("industry/energy"));
        assert_eq!(label("category:news"), None);
        assert_eq!(label("phishing").as_deref(), Some("phishing"));
        assert_eq!(Labels::default().label("tag:a").as_deref(), Some("tag:a"));
    }
}
