//! X.509 certificates (STIX 2.1 section 6.18).

mod x509_v3_extensions;

pub use x509_v3_extensions::X509V3Extensions;

use stix_derive::StixObject;

use crate::{ScoCommon, Timestamp, values::Hashes};

/// A certificate of the X.509 standard.
///
/// ```
/// use stix_core::sco::{X509Certificate, X509V3Extensions};
///
/// let certificate = X509Certificate::new()
///     .with_serial_number("36:f7:d4:32:f4:ab:70:ea:d3:ce:98:6e:ea:99:93:49:32:0a:b7:06")
///     .with_issuer("C=ZA, O=Thawte Consulting cc, CN=Thawte Server CA")
///     .with_x509_v3_extensions(X509V3Extensions::new().with_basic_constraints("critical, CA:TRUE"))
///     .validated()?;
/// assert!(certificate.x509_v3_extensions.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "x509-certificate", class = Sco, section = "6.18", any_own)]
#[non_exhaustive]
pub struct X509Certificate {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// Whether the certificate is signed with its own key.
    pub is_self_signed: Option<bool>,
    /// Hashes of the whole certificate.
    #[stix(id_contributing)]
    pub hashes: Option<Hashes>,
    /// The version of the encoding.
    pub version: Option<String>,
    /// The number that its issuer gave it.
    #[stix(id_contributing)]
    pub serial_number: Option<String>,
    /// The algorithm of its signature.
    pub signature_algorithm: Option<String>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// From when on it is valid.
    pub validity_not_before: Option<Timestamp>,
    /// Until when it is valid.
    pub validity_not_after: Option<Timestamp>,
    /// Whom the certified key belongs to.
    pub subject: Option<String>,
    /// The algorithm of the key.
    pub subject_public_key_algorithm: Option<String>,
    /// The modulus of an RSA key.
    pub subject_public_key_modulus: Option<String>,
    /// The exponent of an RSA key.
    pub subject_public_key_exponent: Option<i64>,
    /// The extensions of version 3 of the standard.
    pub x509_v3_extensions: Option<X509V3Extensions>,
}
