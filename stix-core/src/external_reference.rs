//! External references (STIX 2.1 section 2.5).

use stix_derive::StixStruct;

use crate::{
    Custom,
    validate::{self, Check, Json, Members, Rule},
    values::Hashes,
};

/// A pointer to something outside STIX: an article, a record of another system.
///
/// It needs a description, a url or an external id beside the name of the source.
///
/// ```
/// use stix_core::ExternalReference;
///
/// let reference = ExternalReference::new("cve").with_external_id("CVE-2021-44228");
/// assert_eq!(reference.source_name, "cve");
/// ```
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "external-reference", section = "2.5", at_least_one(description, url, external_id), check = check)]
#[non_exhaustive]
pub struct ExternalReference {
    /// The name of the source, such as `cve` or `mitre-attack`.
    pub source_name: String,
    /// What is to be found there.
    pub description: Option<String>,
    /// The address of the thing.
    pub url: Option<String>,
    /// Hashes of what the address serves, by algorithm.
    pub hashes: Option<Hashes>,
    /// The identifier that the source gives the thing.
    pub external_id: Option<String>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}

/// Checks what the source of a reference and its address ask for.
fn check<'c>(reference: &'c Members<'c>, check: &mut Check<'c>) {
    external_id(reference, check);
    if let Some(url) = reference.text("url") {
        check.member("url", |check| validate::uri(url, check));
    }
}

/// Looks for external references with a URL but no hashes of what is there; the first stands for all of an object.
pub(crate) fn without_hashes<'c>(object: &'c Members<'c>, check: &mut Check<'c>) {
    if !check.is_on(Rule::ExternalReferenceHashes) {
        return;
    }
    let Some(Json::Array(references)) = object.get("external_references") else { return };
    let lacks = |reference: &&Json<'_>| {
        reference.as_object().is_some_and(|reference| reference.has("url") && !reference.has("hashes"))
    };
    let Some(first) = references.iter().position(|reference| lacks(&reference)) else { return };
    let message = match references.iter().filter(lacks).count() {
        1 => "the reference has a `url`, but no `hashes` of what is there".to_owned(),
        count => {
            format!("{count} references have a `url`, but no `hashes` of what is there; this is the first")
        }
    };
    check.member("external_references", |check| {
        check.item(first, |check| check.problem(Rule::ExternalReferenceHashes, message));
    });
}

/// The sources whose identifiers have a form, an example of it, and whether a text is of the form.
type Source = (&'static str, &'static str, fn(&str) -> bool);
const SOURCES: [Source; 2] = [("cve", "CVE-2021-44228", is_cve), ("capec", "CAPEC-550", is_capec)];

fn external_id<'c>(reference: &'c Members<'c>, check: &mut Check<'c>) {
    let Some(source) = reference.text("source_name") else { return };
    let id = reference.text("external_id");
    for (name, example, is_right) in SOURCES {
        let right = id.is_some_and(is_right);
        let id = id.unwrap_or_default();
        if source == name && !right {
            let message = match reference.has("external_id") {
                true => format!("`{id}` is no identifier of the source `{name}`"),
                false => format!("a reference to `{name}` needs an `external_id`"),
            };
            let help = format_args!("write an identifier such as `{example}`");
            check.member("external_id", |check| check.problem_with_help(Rule::ExternalId, message, help));
        } else if source != name && right {
            let message = format_args!("`{id}` is an identifier of the source `{name}`, not of `{source}`");
            check.member("external_id", |check| check.problem(Rule::ExternalIdSource, message));
        }
    }
}

/// `CVE-`, the year, and a number of at least four digits, filled up to four with zeros and no further.
fn is_cve(id: &str) -> bool {
    let Some((year, number)) = id.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    year.len() == 4
        && is_digits(year)
        && is_digits(number)
        && match number.len() {
            4 => true,
            length => length > 4 && !number.starts_with('0'),
        }
}

/// `CAPEC-` and a number.
fn is_capec(id: &str) -> bool {
    id.strip_prefix("CAPEC-").is_some_and(|number| !number.is_empty() && is_digits(number))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_their_form() {
        for id in ["CVE-1999-0001", "CVE-2021-44228", "CVE-2014-1000000"] {
            assert!(is_cve(id), "{id}");
        }
        for id in [
            "CVE-2021-123",
            "CVE-2021-01234",
            "CVE-21-1234",
            "cve-2021-1234",
            "2021-1234",
            "CVE-2021-",
            "CVE-20x1-1234",
        ] {
            assert!(!is_cve(id), "{id}");
        }
        assert!(is_capec("CAPEC-1"));
        assert!(!is_capec("CAPEC-") && !is_capec("capec-1") && !is_capec("CAPEC-1a") && !is_capec("550"));
    }
}
