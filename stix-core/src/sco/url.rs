//! URLs (STIX 2.1 section 6.15).

use stix_derive::StixObject;

use crate::{
    ScoCommon,
    validate::{self, Check, Members},
};

/// A uniform resource locator.
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
    if let Some(value) = url.text("value") {
        check.member("value", |check| validate::uri(value, check));
    }
}
