//! URL parameters: `added_after`, `limit`, `next` and `match[...]` (section 3.4).
//!
//! A parameter that we know is read strictly: a malformed or repeated one is a 400. Others are ignored, as
//! are `match` fields that the endpoint does not have.

use std::collections::HashSet;
use std::str::FromStr;

use stix_core::Timestamp as StixTimestamp;

use crate::config::Config;
use crate::error::ApiError;
use crate::storage::deletion::Doomed;
use crate::storage::{Cursor, DateAdded, Query, VersionFilter};
use crate::wire::Timestamp;

/// A field of an object that a `match` parameter names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchField {
    /// `match[id]`
    Id,
    /// `match[type]`
    Type,
    /// `match[version]`
    Version,
    /// `match[spec_version]`
    SpecVersion,
}

impl MatchField {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Id, Self::Type, Self::Version, Self::SpecVersion];

    fn parameter(self) -> &'static str {
        match self {
            Self::Id => "match[id]",
            Self::Type => "match[type]",
            Self::Version => "match[version]",
            Self::SpecVersion => "match[spec_version]",
        }
    }

    /// The most values that are taken; a query must not become expensive.
    fn most(self) -> usize {
        match self {
            Self::Id => 1000,
            Self::Type | Self::Version => 100,
            Self::SpecVersion => 10,
        }
    }
}

/// Reads the query string of a URL, with these `match` fields.
///
/// `limit` is lowered to the greatest page of the settings. Of `added_after` and `next` the later place
/// counts: a client may drop `added_after` when it follows `next`, keep it, or move it on.
///
/// # Errors
///
/// A known parameter is malformed or comes twice.
pub fn parse(text: &str, fields: &[MatchField], config: &Config) -> Result<Query, ApiError> {
    read(text, fields, Query::new(config.max_page.get(), config.max_page_bytes), config)
}

/// Puts what the query string says into a query.
fn read(text: &str, fields: &[MatchField], mut query: Query, config: &Config) -> Result<Query, ApiError> {
    let mut seen = HashSet::new();
    for pair in text.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(name) = decode(name) else { continue };
        let known = KNOWN.contains(&name.as_str()) || fields.iter().any(|field| field.parameter() == name);
        if !known {
            continue;
        }
        let value = decode(value).ok_or_else(|| malformed(&name, "text in UTF-8"))?;
        set(&mut query, &name, &value, config)?;
        if !seen.insert(name.clone()) {
            return Err(ApiError::bad_request(format!("the parameter `{name}` comes twice")));
        }
    }
    Ok(query)
}

/// Reads which versions of an object a DELETE is about (section 5.7); without `match[version]` all.
///
/// # Errors
///
/// A known parameter is malformed or comes twice.
pub fn parse_doomed(text: &str, config: &Config) -> Result<Doomed, ApiError> {
    let fields = [MatchField::Version, MatchField::SpecVersion];
    let all =
        Query { versions: VersionFilter::All, ..Query::new(config.max_page.get(), config.max_page_bytes) };
    let Query { versions, spec_versions, .. } = read(text, &fields, all, config)?;
    Ok(match (versions, spec_versions) {
        (VersionFilter::All, None) => Doomed::Object,
        (versions, spec_versions) => Doomed::Versions { versions, spec_versions },
    })
}

const KNOWN: [&str; 3] = ["added_after", "limit", "next"];

fn set(query: &mut Query, name: &str, value: &str, config: &Config) -> Result<(), ApiError> {
    match name {
        "added_after" => {
            let timestamp: Timestamp = value.parse().map_err(|_| malformed(name, "one timestamp"))?;
            query.after = query.after.max(Some(DateAdded::from(timestamp)));
        }
        "limit" => query.limit = limit(value)?.min(config.max_page.get()),
        "next" if value.is_empty() => {}
        "next" => {
            let Cursor(place) =
                value.parse().map_err(|_| malformed(name, "the `next` of an earlier answer"))?;
            query.after = query.after.max(Some(place));
        }
        "match[id]" => query.ids = Some(values(MatchField::Id, value, "STIX identifiers", is_identifier)?),
        "match[type]" => query.types = Some(values(MatchField::Type, value, "STIX types", is_type)?),
        "match[spec_version]" => {
            let list =
                values(MatchField::SpecVersion, value, "versions of STIX such as `2.1`", is_spec_version)?;
            query.spec_versions = Some(list);
        }
        _ => query.versions = versions(value)?,
    }
    Ok(())
}

/// A positive whole number; one too great to be held is only a very great one.
fn limit(value: &str) -> Result<u32, ApiError> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || value.bytes().all(|byte| byte == b'0') {
        return Err(malformed("limit", "one whole number greater than 0"));
    }
    Ok(value.parse().unwrap_or(u32::MAX))
}

/// `all` alone, or any of `first`, `last` and timestamps, none of them twice.
fn versions(value: &str) -> Result<VersionFilter, ApiError> {
    let parameter = MatchField::Version.parameter();
    let expected = "`all` alone, or `first`, `last` and timestamps";
    if value == "all" {
        return Ok(VersionFilter::All);
    }
    let (mut first, mut last, mut exact) = (false, false, Vec::new());
    for item in list(MatchField::Version, value)? {
        let twice = match item {
            "first" => std::mem::replace(&mut first, true),
            "last" => std::mem::replace(&mut last, true),
            _ => {
                let version = StixTimestamp::from_str(item).map_err(|_| malformed(parameter, expected))?;
                let twice = exact.contains(&version);
                exact.push(version);
                twice
            }
        };
        if twice {
            return Err(ApiError::bad_request(format!("`{parameter}` has a value twice")));
        }
    }
    exact.sort();
    Ok(VersionFilter::Some { first, last, exact })
}

/// Values that all have the right form, each once; in order, so that the same question is known again.
fn values(
    field: MatchField,
    value: &str,
    expected: &str,
    good: fn(&str) -> bool,
) -> Result<Vec<String>, ApiError> {
    let mut values: Vec<String> = Vec::new();
    for item in list(field, value)? {
        if !good(item) {
            return Err(malformed(field.parameter(), expected));
        }
        if !values.iter().any(|value| value == item) {
            values.push(item.to_owned());
        }
    }
    values.sort();
    Ok(values)
}

fn list(field: MatchField, value: &str) -> Result<impl Iterator<Item = &str>, ApiError> {
    if value.split(',').count() > field.most() {
        let (parameter, most) = (field.parameter(), field.most());
        return Err(ApiError::bad_request(format!("`{parameter}` has more than {most} values")));
    }
    Ok(value.split(','))
}

/// Whether the text is a type, `--` and something; whether such an object exists is another question.
fn is_identifier(text: &str) -> bool {
    let graphic = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic());
    text.split_once("--").is_some_and(|(object_type, rest)| is_type(object_type) && graphic(rest))
}

fn is_type(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !text.is_empty() && text.len() <= 250 && text.bytes().all(good)
}

fn is_spec_version(text: &str) -> bool {
    let digits = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(major, minor)| digits(major) && digits(minor))
}

fn malformed(parameter: &str, expected: &str) -> ApiError {
    ApiError::bad_request(format!("the parameter `{parameter}` is malformed: expected {expected}"))
}

/// Undoes percent-encoding. A plus sign stays one: no value of ours has a space, and clients write
/// `+00:00` as it is.
fn decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
            decoded.push(high << 4 | low);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Result<Query, ApiError> {
        parse(text, &MatchField::ALL, &Config::default())
    }

    #[test]
    fn understood_parameters() {
        let place = |text: &str| Some(DateAdded::from(text.parse::<Timestamp>().unwrap()));
        let default = Query::new(1000, Config::default().max_page_bytes);
        let new_year = place("2026-01-01T00:00:00Z");
        let cases = [
            ("", default.clone()),
            ("&", default.clone()),
            ("next=", default.clone()),
            ("foo=1&foo=2", default.clone()),
            ("match[match[type]]=indicator", default.clone()),
            ("match[name]=x", default.clone()),
            ("limit=5", Query { limit: 5, ..default.clone() }),
            ("limit=5000", default.clone()),
            ("limit=99999999999999999999", default.clone()),
            ("added_after=2026-01-01T00:00:00Z", Query { after: new_year, ..default.clone() }),
            ("added_after=2026-01-01T00:00:00.0009Z", Query { after: new_year, ..default.clone() }),
            ("added_after=2026-01-01T00:00:00+00:00", Query { after: new_year, ..default.clone() }),
            ("added_after=2026-01-01T00%3A00%3A00%2B00%3A00", Query { after: new_year, ..default.clone() }),
            ("next=AQAAAZt22qgA", Query { after: new_year, ..default.clone() }),
            (
                "next=AQAAAZt22qgA&added_after=2020-01-01T00:00:00Z",
                Query { after: new_year, ..default.clone() },
            ),
            (
                "added_after=2027-01-01T00:00:00Z&next=AQAAAZt22qgA",
                Query { after: place("2027-01-01T00:00:00Z"), ..default.clone() },
            ),
            (
                "match%5Btype%5D=indicator%2Cmalware,indicator",
                Query { types: Some(vec!["indicator".to_owned(), "malware".to_owned()]), ..default.clone() },
            ),
            (
                "match[spec_version]=2.0,2.1",
                Query { spec_versions: Some(vec!["2.0".to_owned(), "2.1".to_owned()]), ..default.clone() },
            ),
            ("match[version]=all", Query { versions: VersionFilter::All, ..default.clone() }),
            (
                "match[version]=first,last,2026-01-01T00:00:00Z",
                Query {
                    versions: VersionFilter::Some {
                        first: true,
                        last: true,
                        exact: vec!["2026-01-01T00:00:00Z".parse().unwrap()],
                    },
                    ..default.clone()
                },
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(all(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn expensive_lists_are_refused() {
        assert!(all(&format!("match[type]={}", vec!["a"; 101].join(","))).is_err());
    }
}
