//! Email messages (STIX 2.1 section 6.6).

mod email_mime_part;

pub use email_mime_part::EmailMimePart;

use stix_derive::StixObject;

use crate::{
    Identifier, ScoCommon, Timestamp,
    validate::{Check, Json, Members, Rule},
    values::Dictionary,
};

/// One email message.
///
/// ```
/// use stix_core::{sco::{EmailAddr, EmailMessage, EmailMimePart}, values::Dictionary};
///
/// let jane = EmailAddr::new("jane@example.com");
/// let message = EmailMessage::new(true)
///     .with_from_ref(jane.common.id)
///     .with_subject("Check out this picture of a cat!")
///     .with_additional_header_fields(Dictionary::new().with("Reply-To", ["joe@example.com".to_owned()]))
///     .with_body_multipart([EmailMimePart::new().with_content_type("text/plain").with_body("Cats are funny!")])
///     .validated()?;
/// assert!(message.is_multipart);
/// // What has parts has no body.
/// assert!(EmailMessage::new(true).with_body("Cats").validated().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(
    type = "email-message", class = Sco, section = "6.6",
    forbidden_when(body, is_multipart = true),
    forbidden_when(body_multipart, is_multipart = false),
    check = check,
)]
#[non_exhaustive]
pub struct EmailMessage {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// Whether the body has several MIME parts.
    pub is_multipart: bool,
    /// When the message was sent.
    pub date: Option<Timestamp>,
    /// The value of the header `Content-Type`.
    pub content_type: Option<String>,
    /// The value of the header `From`.
    #[stix(refs("email-addr"), id_contributing)]
    pub from_ref: Option<Identifier>,
    /// The value of the header `Sender`.
    #[stix(refs("email-addr"))]
    pub sender_ref: Option<Identifier>,
    /// The mailboxes of the header `To`.
    #[stix(refs("email-addr"))]
    pub to_refs: Option<Vec<Identifier>>,
    /// The mailboxes of the header `Cc`.
    #[stix(refs("email-addr"))]
    pub cc_refs: Option<Vec<Identifier>>,
    /// The mailboxes of the header `Bcc`.
    #[stix(refs("email-addr"))]
    pub bcc_refs: Option<Vec<Identifier>>,
    /// The value of the header `Message-ID`.
    pub message_id: Option<String>,
    /// The subject.
    #[stix(id_contributing)]
    pub subject: Option<String>,
    /// The values of the headers `Received`, in the order of the message.
    pub received_lines: Option<Vec<String>>,
    /// The other headers, with the list of the values of each.
    pub additional_header_fields: Option<Dictionary<Vec<String>>>,
    /// The body of a message with one part.
    #[stix(id_contributing)]
    pub body: Option<String>,
    /// The parts of the body of a message with several.
    pub body_multipart: Option<Vec<EmailMimePart>>,
    /// The whole message as it was sent.
    #[stix(refs("artifact"))]
    pub raw_email_ref: Option<Identifier>,
}

/// The headers that have a property of their own, in lower case.
const MODELLED: [&str; 10] =
    ["bcc", "cc", "content-type", "date", "from", "message-id", "received", "sender", "subject", "to"];

fn check<'c>(message: &'c Members<'c>, check: &mut Check<'c>) {
    let Some(Json::Object(headers)) = message.get("additional_header_fields") else { return };
    check.member("additional_header_fields", |check| {
        for (name, _) in headers.iter() {
            if MODELLED.iter().any(|modelled| modelled.eq_ignore_ascii_case(name)) {
                let message = format_args!("the header `{name}` has a property of its own");
                check.member(name, |check| check.problem(Rule::EmailHeader, message));
            }
        }
    });
}
