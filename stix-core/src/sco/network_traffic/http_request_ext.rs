//! The extension for HTTP requests (STIX 2.1 section 6.12.2).

use stix_derive::StixStruct;

use crate::{
    Custom, Identifier,
    validate::{Check, Json, Members, Rule, registries},
    values::Dictionary,
};

/// What is special about HTTP requests.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "http-request-ext", section = "6.12.2", check = check)]
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

fn check<'c>(request: &'c Members<'c>, check: &mut Check<'c>) {
    let Some(Json::Object(headers)) = request.get("request_header") else { return };
    check.member("request_header", |check| {
        for (name, _) in headers.iter().filter(|(name, _)| registries::HTTP_HEADERS.spelling(name).is_none())
        {
            let message = format_args!("`{name}` is no header that is registered or in wide use");
            check.member(name, |check| check.problem(Rule::HttpHeader, message));
        }
    });
}
