//! Artifacts (STIX 2.1 section 6.1).

use stix_derive::StixObject;

use crate::{
    ScoCommon,
    validate::{self, Check, Members},
    values::{Binary, Hashes},
};

/// Bytes, given in the object itself or by an address.
///
/// ```
/// use stix_core::{sco::Artifact, values::Binary};
///
/// let artifact = Artifact::new()
///     .with_mime_type("image/png")
///     .with_payload_bin(Binary::from(&b"not really an image"[..]))
///     .validated()?;
/// assert_eq!(artifact.common.id.uuid().get_version_num(), 5);
/// // Either the payload is here or it is elsewhere.
/// assert!(Artifact::new().validated().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(
    type = "artifact", class = Sco, section = "6.1",
    exactly_one(payload_bin, url),
    requires(url, hashes),
    requires(decryption_key, encryption_algorithm),
    check = check,
)]
#[non_exhaustive]
pub struct Artifact {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The media type of the bytes.
    pub mime_type: Option<String>,
    /// The bytes.
    #[stix(id_contributing)]
    pub payload_bin: Option<Binary>,
    /// The address of the bytes.
    pub url: Option<String>,
    /// Hashes of what `payload_bin` holds or `url` leads to.
    #[stix(id_contributing)]
    pub hashes: Option<Hashes>,
    /// How the bytes are encrypted.
    #[stix(vocabulary(ENCRYPTION_ALGORITHM_ENUM))]
    pub encryption_algorithm: Option<String>,
    /// The key or password that decrypts them.
    pub decryption_key: Option<String>,
}

fn check<'c>(artifact: &'c Members<'c>, check: &mut Check<'c>) {
    if let Some(url) = artifact.text("url") {
        check.member("url", |check| validate::uri(url, check));
    }
    validate::media_type(artifact, check);
}
