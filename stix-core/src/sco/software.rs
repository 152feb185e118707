//! Software (STIX 2.1 section 6.14).

use stix_derive::StixObject;

use crate::{
    ScoCommon,
    validate::{self, Check, Json, Members, Rule},
};

/// Software, with the operating systems.
///
/// ```
/// use stix_core::sco::Software;
///
/// let word = Software::new("Word")
///     .with_vendor("Microsoft")
///     .with_cpe("cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*")
///     .with_version("2002")
///     .validated()?;
/// assert_eq!(word.vendor.as_deref(), Some("Microsoft"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "software", class = Sco, section = "6.14", check = check)]
#[non_exhaustive]
pub struct Software {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The name of the software.
    #[stix(id_contributing)]
    pub name: String,
    /// The Common Platform Enumeration name, in version 2.3.
    #[stix(id_contributing)]
    pub cpe: Option<String>,
    /// The identifier of its software identification tag.
    #[stix(id_contributing)]
    pub swid: Option<String>,
    /// The languages that it supports, as RFC 5646 tags.
    pub languages: Option<Vec<String>>,
    /// The name of its vendor.
    #[stix(id_contributing)]
    pub vendor: Option<String>,
    /// Its version.
    #[stix(id_contributing)]
    pub version: Option<String>,
}

fn check<'c>(software: &'c Members<'c>, check: &mut Check<'c>) {
    if let Some(cpe) = software.text("cpe")
        && !is_cpe(cpe)
    {
        let message = format_args!("`{cpe}` is no formatted string of CPE 2.3");
        let help = match cpe.starts_with("cpe:/") {
            true => "write it in the form of CPE 2.3, which begins with `cpe:2.3:`",
            false => {
                "write `cpe:2.3:`, then `a`, `h` or `o`, then ten more parts, each after a colon; `*` is any"
            }
        };
        check.member("cpe", |check| check.problem_with_help(Rule::Cpe, message, help));
    }
    let Some(Json::Array(languages)) = software.get("languages") else { return };
    check.member("languages", |check| {
        for (index, language) in languages.iter().enumerate() {
            if let Some(tag) = language.as_str() {
                check.item(index, |check| validate::language_tag(tag, check));
            }
        }
    });
}

/// A formatted string of NIST IR 7695: `cpe:2.3:`, the kind, and ten more parts.
fn is_cpe(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("cpe:2.3:") else { return false };
    let (mut count, mut start, mut escaped) = (0, 0, false);
    for (index, byte) in rest.bytes().chain([b':']).enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b':' => {
                let fits = rest.get(start..index).is_some_and(|part| is_cpe_part(count, part));
                if !fits {
                    return false;
                }
                (count, start) = (count + 1, index + 1);
            }
            _ => {}
        }
    }
    count == 11 && !escaped
}

fn is_cpe_part(index: usize, part: &str) -> bool {
    match index {
        0 => matches!(part, "a" | "h" | "o" | "*" | "-"),
        _ if matches!(part, "*" | "-") => true,
        _ => is_cpe_value(part),
    }
}

/// Letters, digits and `_ - .`; other marks after a backslash; wildcards only at the ends.
fn is_cpe_value(part: &str) -> bool {
    let inner = part.trim_start_matches('?');
    let inner = if inner.len() == part.len() { part.strip_prefix('*').unwrap_or(part) } else { inner };
    let mut inner = inner;
    // A wildcard at the end counts as one only if no backslash is before it.
    while let Some(shorter) = inner.strip_suffix(['?', '*']).filter(|shorter| !shorter.ends_with('\\')) {
        inner = shorter;
    }
    let mut bytes = inner.bytes();
    while let Some(byte) = bytes.next() {
        let fits = match byte {
            b'\\' => bytes.next().is_some_and(|next| next.is_ascii_punctuation()),
            _ => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
        };
        if !fits {
            return false;
        }
    }
    !part.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpe_has_its_parts() {
        for text in [
            "cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*",
            "cpe:2.3:o:linux:linux_kernel:5.?:-:*:*:*:*:x64:*",
            "cpe:2.3:a:a\\:b:c\\+\\+:*:*:*:*:*:*:*:*",
        ] {
            assert!(is_cpe(text), "{text}");
        }
        for text in [
            "cpe:/a:microsoft:word:2000",
            "cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*",
            "cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*:*",
            "cpe:2.3:x:microsoft:word:2000:*:*:*:*:*:*:*",
            "cpe:2.3:a:micro soft:word:2000:*:*:*:*:*:*:*",
            "cpe:2.3:a::word:2000:*:*:*:*:*:*:*",
        ] {
            assert!(!is_cpe(text), "{text}");
        }
    }
}
