//! The extension for HTTP requests (STIX 2.1 section 6.12.2).

use stix_derive::StixStruct;

use crate::{Custom, Identifier, values::Dictionary};

/// What is special about HTTP requests.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "http-request-ext", section = "6.12.2")]
#[non_exhaustive]
pub struct HttpRequestExt {
    /// The method, in lower case.
    pub request_method: String,
    /// The resource that is asked for.
    pub request_value: String,
    /// The version of HTTP, in lower case.
    pub request_version: Option<String>,
    /// The headers, with the list of the values of each.
    pub request_header: Option<Dictionary<Vec<String>>>,
    /// The length of the body in bytes.
    pub message_body_length: Option<i64>,
    /// The body.
    #[stix(refs("artifact"))]
    pub message_body_data_ref: Option<Identifier>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
