//! In which ways a request to the feed fails, and whether trying again can help.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::service_text::one_line;
use super::settings::KeyError;

/// A request that gave no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// There is no API key.
    NoKey(KeyError),
    /// 401: the key is missing, wrong or expired.
    Unauthorized {
        /// The code in the answer, such as `invalid_api_key`.
        code: String,
    },
    /// 403: the key may not use the endpoint.
    Forbidden {
        /// The code in the answer.
        code: String,
    },
    /// 429, or 402 which some services mean the same by: too many requests.
    RateLimited {
        /// How long to wait, if the answer says.
        wait: Option<Duration>,
    },
    /// Another status than success.
    Status {
        /// The status.
        status: u16,
        /// The beginning of the message in the answer.
        message: String,
    },
    /// The answer leads to another address, where the key must not go.
    Redirected {
        /// The address.
        location: String,
    },
    /// No connection, or it broke before the answer was whole.
    Connection {
        /// What happened.
        message: String,
    },
    /// The service shows a certificate that is not trusted.
    Certificate {
        /// What is wrong with it.
        message: String,
    },
    /// There is no way through the proxy.
    Proxy {
        /// What happened.
        message: String,
    },
    /// 407: the proxy wants a name and a password, or others.
    ProxyLogin,
    /// A setting cannot be used.
    Setting {
        /// Which, and why.
        message: String,
    },
    /// The answer is longer than the settings allow.
    TooLarge {
        /// The most bytes allowed.
        limit: usize,
    },
    /// The answer has more records than the settings allow.
    TooManyRecords {
        /// The most records allowed.
        limit: usize,
        /// The time of the service when it made the answer, if it says so.
        server_time: Option<DateTime<Utc>>,
    },
    /// The answer as a whole is not JSON: an error page, or cut off.
    NotJson {
        /// What it says it is.
        content_type: String,
        /// Why it cannot be read.
        message: String,
    },
    /// The answer is JSON of another shape than the endpoint's.
    Shape {
        /// What is missing.
        message: String,
    },
}

impl Failure {
    /// An answer that is not JSON.
    pub(super) fn not_json(content_type: &str, why: impl fmt::Display) -> Self {
        Self::NotJson { content_type: content_type.to_owned(), message: why.to_string() }
    }

    /// Whether the same request may succeed in a moment.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Connection { .. } | Self::Proxy { .. } | Self::NotJson { .. } => true,
            Self::Status { status, .. } => *status >= 500 || *status == 408,
            Self::NoKey(_)
            | Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::RateLimited { .. }
            | Self::Redirected { .. }
            | Self::Certificate { .. }
            | Self::ProxyLogin
            | Self::Setting { .. }
            | Self::TooLarge { .. }
            | Self::TooManyRecords { .. }
            | Self::Shape { .. } => false,
        }
    }

    /// Whether the service refuses the question itself, so that it has to be put in another way.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::Forbidden { .. } | Self::Shape { .. } => true,
            Self::Status { status, .. } => *status < 500 && *status != 408,
            _ => false,
        }
    }

    /// What the operator can do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoKey(_) => "put the key into the file or variable, it is read again at the next poll",
            Self::Unauthorized { .. } => "check the API key and whether it has expired",
            Self::Forbidden { .. } => "use a key of the Pro tier, or set `endpoint = \"list\"`",
            Self::RateLimited { .. } => "poll less often if this goes on",
            Self::Redirected { .. } => "set `url` to the address that the service really has",
            Self::Certificate { .. } => "name the authority that vouches for the service in `ca_file`",
            Self::Proxy { .. } => {
                "check `proxy`, and whether it lets you through to the address of the service"
            }
            Self::ProxyLogin => {
                "put the name into `proxy`, and the password there or into `proxy_password_file`"
            }
            Self::Setting { .. } => "correct the settings",
            Self::TooLarge { .. } => "raise `max_answer_bytes`, or lower `page`",
            Self::TooManyRecords { .. } => {
                "raise `max_answer_records`, if the service is to be trusted with that many"
            }
            Self::Status { .. } | Self::Connection { .. } | Self::NotJson { .. } | Self::Shape { .. } => {
                "nothing is lost, the next poll asks for the same records again"
            }
        }
    }
}

/// A short line without control characters: some of it are words of the service, and it goes into the log.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&self.text()))
    }
}

impl Failure {
    fn text(&self) -> String {
        match self {
            Self::NoKey(error) => error.to_string(),
            Self::Unauthorized { code } => format!("the service refuses the API key (401 {code})"),
            Self::Forbidden { code } => format!("the key may not use this endpoint (403 {code})"),
            Self::RateLimited { wait: Some(wait) } => {
                format!("too many requests, the limit is lifted in {} s", wait.as_secs())
            }
            Self::RateLimited { wait: None } => "too many requests".to_owned(),
            Self::Status { status, message } => format!("the service answers {status}: {message}"),
            Self::Redirected { location } => format!("the service redirects to `{location}`"),
            Self::Connection { message } => format!("the connection failed: {message}"),
            Self::Certificate { message } => {
                format!("the certificate of the service is not trusted: {message}")
            }
            Self::Proxy { message } => format!("the proxy gives no connection: {message}"),
            Self::ProxyLogin => "the proxy refuses the name or the password (407)".to_owned(),
            Self::Setting { message } => message.clone(),
            Self::TooLarge { limit } => format!("the answer is longer than {limit} bytes"),
            Self::TooManyRecords { limit, .. } => format!("the answer has more than {limit} records"),
            Self::NotJson { content_type, message } => {
                format!("the answer (`{content_type}`) is not whole JSON: {message}")
            }
            Self::Shape { message } => format!("the answer has another shape than documented: {message}"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::NoKey(error)
    }
}
