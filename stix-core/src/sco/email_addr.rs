//! Email addresses (STIX 2.1 section 6.5).

use stix_derive::StixObject;

use crate::{Identifier, ScoCommon};

/// One email address.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "email-addr", class = Sco, section = "6.5")]
#[non_exhaustive]
pub struct EmailAddr {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The address, without a display name.
    #[stix(id_contributing)]
    pub value: String,
    /// The name that a mail client would show for it.
    pub display_name: Option<String>,
    /// The account that the address belongs to.
    #[stix(refs("user-account"))]
    pub belongs_to_ref: Option<Identifier>,
}
