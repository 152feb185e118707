//! Content negotiation (TAXII 2.1, sections 1.6.8 and 3.1).
//!
//! An `Accept` header is a list of media ranges (RFC 9110, section 12.5.1). The general-purpose parsers
//! know no `version` parameter, and TAXII's rules hang on it, hence a parser of our own.

/// Whether a client that sent these `Accept` headers takes `application/taxii+json;version=2.1`.
///
/// No header at all means anything. Of the ranges that cover the type the most specific one decides, as in
/// HTTP, so `application/taxii+json;q=0, */*` refuses.
///
/// ```
/// use taxii_server::media_type::accepts_taxii;
///
/// assert!(accepts_taxii(["application/taxii+json; version=2.1"]));
/// assert!(!accepts_taxii(["application/vnd.oasis.taxii+json; version=2.0"]));
/// ```
pub fn accepts_taxii<'a>(headers: impl IntoIterator<Item = &'a str>) -> bool {
    accepts(headers, taxii)
}

/// Whether a client that sent these `Accept` headers takes a page for people.
///
/// ```
/// use taxii_server::media_type::accepts_html;
///
/// assert!(accepts_html(["text/html,application/xhtml+xml,*/*;q=0.8"]));
/// assert!(!accepts_html(["application/taxii+json;version=2.1"]));
/// ```
pub fn accepts_html<'a>(headers: impl IntoIterator<Item = &'a str>) -> bool {
    accepts(headers, html)
}

/// Whether a media type is accepted to which `rank` says how closely each range describes it.
fn accepts<'a>(
    headers: impl IntoIterator<Item = &'a str>,
    rank: fn(&str, Option<&str>) -> Option<Specificity>,
) -> bool {
    let mut seen = false;
    let mut best: Option<(Specificity, bool)> = None;
    for range in headers.into_iter().flat_map(|header| split(header, ',')) {
        seen = true;
        let Some((name, version, acceptable)) = parts(range) else { continue };
        let Some(specificity) = rank(&name, version.as_deref()) else { continue };
        if best.is_none_or(|(known, verdict)| specificity > known || (specificity == known && !verdict)) {
            best = Some((specificity, acceptable));
        }
    }
    if seen { best.is_some_and(|(_, acceptable)| acceptable) } else { true }
}

/// What a request says that its body is (sections 1.6.8 and 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyType {
    /// `application/taxii+json`, of version 2.1 or without a version.
    Taxii,
    /// `application/stix+json`, of version 2.1 or without a version.
    Stix,
}

impl BodyType {
    /// Reads a `Content-Type`; nothing for any other type.
    ///
    /// ```
    /// use taxii_server::media_type::BodyType;
    ///
    /// assert_eq!(BodyType::read("application/taxii+json; version=2.1"), Some(BodyType::Taxii));
    /// assert_eq!(BodyType::read("application/json"), None);
    /// ```
    pub fn read(header: &str) -> Option<Self> {
        let (name, version, _) = parts(header)?;
        match (name.as_str(), version.as_deref()) {
            ("application/taxii+json", None | Some("2.1")) => Some(Self::Taxii),
            ("application/stix+json", None | Some("2.1")) => Some(Self::Stix),
            _ => None,
        }
    }
}

/// How closely a range describes the type; greater is closer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Specificity {
    /// `*/*`
    Any,
    /// `application/*`
    Family,
    /// `application/json`, or the STIX type some clients list: taken as TAXII without a version.
    Relative,
    /// `application/taxii+json`
    Type,
    /// `application/taxii+json;version=2.1`
    Version,
}

/// How closely a range describes TAXII's media type, if it covers it.
fn taxii(name: &str, version: Option<&str>) -> Option<Specificity> {
    Some(match (name, version) {
        ("*/*", _) => Specificity::Any,
        ("application/*", _) => Specificity::Family,
        ("application/json", _) | ("application/stix+json", None | Some("2.1")) => Specificity::Relative,
        ("application/taxii+json", None) => Specificity::Type,
        ("application/taxii+json", Some("2.1")) => Specificity::Version,
        _ => return None,
    })
}

/// How closely a range describes HTML, if it covers it.
fn html(name: &str, _: Option<&str>) -> Option<Specificity> {
    Some(match name {
        "*/*" => Specificity::Any,
        "text/*" => Specificity::Family,
        "application/xhtml+xml" => Specificity::Relative,
        "text/html" => Specificity::Type,
        _ => return None,
    })
}

/// The name in lower case, the version if there is one, and whether the weight is above zero.
fn parts(range: &str) -> Option<(String, Option<String>, bool)> {
    let mut parts = split(range, ';');
    let name = parts.next()?.to_ascii_lowercase();
    let mut version = None;
    let mut acceptable = true;
    for parameter in parts {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = value.trim().trim_matches('"');
        match key.trim().to_ascii_lowercase().as_str() {
            "version" => version = Some(value.to_owned()),
            "q" => acceptable = value.parse::<f32>().is_ok_and(|weight| weight > 0.0),
            _ => {}
        }
    }
    Some((name, version, acceptable))
}

/// The trimmed, non-empty parts of a header between separators that are not inside a quoted string.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |character| {
        let inside = quoted;
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        character == separator && !inside
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_means_anything_and_several_headers_are_one_list() {
        assert!(accepts_taxii([]));
        assert!(accepts_taxii(["text/html", "application/taxii+json"]));
        assert!(!accepts_taxii(["application/taxii+json;q=0", "*/*"]));
    }
}
