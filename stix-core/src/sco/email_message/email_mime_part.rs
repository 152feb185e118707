//! Parts of email messages (STIX 2.1 section 6.6.2).

use stix_derive::StixStruct;

use crate::{Custom, Identifier};

/// One part of the body of an email message.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "email-mime-part-type", section = "6.6.2", at_least_one(body, body_raw_ref))]
#[non_exhaustive]
pub struct EmailMimePart {
    /// The part, where it is text.
    pub body: Option<String>,
    /// The part, where it is not text.
    #[stix(refs("artifact", "file"))]
    pub body_raw_ref: Option<Identifier>,
    /// The value of the part's header `Content-Type`.
    pub content_type: Option<String>,
    /// The value of the part's header `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
