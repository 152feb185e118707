//! URLs (STIX 2.1 section 6.15).

use stix_derive::StixObject;

use crate::{
    ScoCommon,
    validate::{self, Check, Json, Members, Rule},
};

/// A uniform resource locator.
///
/// ```
/// use stix_core::sco::Url;
///
/// assert!(Url::new("https://example.com/research/index.html").validated().is_ok());
/// assert!(Url::new("example.com/research").validated().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "url", class = Sco, section = "6.15", check = check)]
#[non_exhaustive]
pub struct Url {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The address.
    #[stix(id_contributing)]
    pub value: String,
}

/// A URL is absolute, as RFC 3986 has it.
fn check<'c>(url: &'c Members<'c>, check: &mut Check<'c>) {
    validate::value(url, Rule::Uri, validate::is_uri, validate::uri, check);
    // The scheme of a defanged URL is a scheme by its form.
    if let Some(rest) =
        url.text("value").filter(|value| validate::is_uri(value)).and_then(|value| value.strip_prefix("hxxp"))
        && url.get("defanged") != Some(&Json::Bool(true))
    {
        let message = format_args!("`hxxp{rest}` is defanged, but the object does not say so");
        let help = format_args!("write `http{rest}`, or add `\"defanged\": true`").to_string();
        check.member("value", |check| check.problem_with_repair(Rule::Defanged, message, help));
    }
}
