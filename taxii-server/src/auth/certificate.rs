//! Certificates of clients (TAXII 2.1, section 8.3.1). The chain has been verified when the connection was made; here it
//! only matters whose certificate it is.

use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use webpki::EndEntityCert;

/// What an account can be known by of the certificate that a client has shown and proved to have the key of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    identities: Vec<String>,
}

impl ClientCertificate {
    /// Reads a certificate whose chain was verified.
    pub fn new(der: &CertificateDer<'_>) -> Self {
        let mut identities = vec![format!("{:x}", Sha256::digest(der))];
        if let Ok(certificate) = EndEntityCert::try_from(der) {
            identities.extend(certificate.valid_dns_names().map(|name| format!("dns:{name}").to_lowercase()));
            identities.extend(certificate.valid_uri_names().map(|name| format!("uri:{name}")));
        }
        Self { identities }
    }

    /// The SHA-256 of the certificate in hexadecimal digits, then its subject alternative names: `dns:...`, `uri:...`.
    pub fn identities(&self) -> &[String] {
        &self.identities
    }
}

/// The identity that the text names, as [`ClientCertificate::identities`] has it: a SHA-256, with or without colons, or
/// a name after `dns:` or `uri:`.
///
/// ```
/// use taxii_server::auth::certificate::identity;
///
/// assert_eq!(identity("dns:TIP.example.com").unwrap(), "dns:tip.example.com");
/// assert_eq!(identity(&"AB:".repeat(32)).unwrap(), "ab".repeat(32));
/// assert_eq!(identity("tip"), None);
/// ```
pub fn identity(text: &str) -> Option<String> {
    match text.split_once(':') {
        Some(("dns", name)) if !name.is_empty() => Some(text.to_lowercase()),
        Some(("uri", name)) if !name.is_empty() => Some(text.to_owned()),
        _ => {
            let digits = text.replace(':', "").to_ascii_lowercase();
            let whole = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            whole.then_some(digits)
        }
    }
}
