//! The extensions of X.509 certificates (STIX 2.1 section 6.18.2).

use stix_derive::StixStruct;

use crate::{Custom, Timestamp};

/// The extensions of version 3 of the X.509 standard.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "x509-v3-extensions-type", section = "6.18.2", any_own)]
#[non_exhaustive]
pub struct X509V3Extensions {
    /// Whether the key may sign certificates, and how long a chain may be.
    pub basic_constraints: Option<String>,
    /// The names that certificates below this one may have.
    pub name_constraints: Option<String>,
    /// What the paths through this certificate must keep to.
    pub policy_constraints: Option<String>,
    /// What the key may be used for.
    pub key_usage: Option<String>,
    /// What else the key may be used for.
    pub extended_key_usage: Option<String>,
    /// What identifies the key.
    pub subject_key_identifier: Option<String>,
    /// What identifies the key that signed the certificate.
    pub authority_key_identifier: Option<String>,
    /// Other names of the subject.
    pub subject_alternative_name: Option<String>,
    /// Other names of the issuer.
    pub issuer_alternative_name: Option<String>,
    /// Attributes of the subject, such as its nationality.
    pub subject_directory_attributes: Option<String>,
    /// Where the lists of revoked certificates are.
    pub crl_distribution_points: Option<String>,
    /// How many certificates may follow before "any policy" no longer counts.
    pub inhibit_any_policy: Option<String>,
    /// From when on the private key is valid, where it differs.
    pub private_key_usage_period_not_before: Option<Timestamp>,
    /// Until when the private key is valid, where it differs.
    pub private_key_usage_period_not_after: Option<Timestamp>,
    /// The policies under which the certificate was issued.
    pub certificate_policies: Option<String>,
    /// Which policies of the issuer stand for which of the subject.
    pub policy_mappings: Option<String>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
