//! The `Authorization` header (RFC 7235, section 4.2).

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::token;

/// What a request shows to say who it is.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// A name and its password.
    Basic {
        /// The name of the account.
        name: String,
        /// The password.
        password: String,
    },
    /// A token: after `Bearer` or `Token`, or as the password of any name for clients that know only Basic.
    Token(String),
}

/// How many characters of a name stand in a log.
const LOGGED_NAME: usize = 64;

impl Credential {
    /// The name that comes with it.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Basic { name, .. } => Some(name),
            Self::Token(_) => None,
        }
    }

    /// Reads the header; the scheme may be in any case.
    pub fn parse(header: &[u8]) -> Option<Self> {
        let (scheme, value) = std::str::from_utf8(header).ok()?.trim().split_once(' ')?;
        let value = value.trim();
        match scheme.to_ascii_lowercase().as_str() {
            "basic" => Self::basic(value),
            "bearer" | "token" => Some(Self::Token(value.to_owned())),
            _ => None,
        }
    }

    fn basic(value: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64.decode(value).ok()?).ok()?;
        let (name, password) = text.split_once(':')?;
        if token::looks_like_one(password) {
            return Some(Self::Token(password.to_owned()));
        }
        Some(Self::Basic { name: name.to_owned(), password: password.to_owned() })
    }
}

/// Some clients leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Returns the name that was given at a login as it may stand in a log: not longer than 64 characters, and nothing of a token,
/// which some clients send in its place.
///
/// ```
/// use taxii_server::auth::credential::name_for_log;
///
/// assert_eq!(name_for_log("eve").as_deref(), Some("eve"));
/// assert_eq!(name_for_log(&taxii_server::auth::token::generate()), None);
/// ```
pub fn name_for_log(name: &str) -> Option<String> {
    (!token::looks_like_one(name)).then(|| name.chars().take(LOGGED_NAME).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        let basic = |name: &str, password: &str| {
            Some(Credential::Basic { name: name.to_owned(), password: password.to_owned() })
        };
        let cases: [(&str, Option<Credential>); 11] = [
            ("Basic dXNlcjpwYXNz", basic("user", "pass")),
            ("basic dXNlcjpwYXNz", basic("user", "pass")),
            ("BASIC   dXNlcjpwYXNz ", basic("user", "pass")),
            ("Basic dXNlcjpwYTpzcw==", basic("user", "pa:ss")),
            ("Basic dXNlcjpwYTpzcw", basic("user", "pa:ss")),
            ("Bearer abc", Some(Credential::Token("abc".to_owned()))),
            ("Token abc", Some(Credential::Token("abc".to_owned()))),
            ("Basic dXNlcg==", None),
            ("Basic !!!", None),
            ("Digest abc", None),
            ("Basic", None),
        ];
        for (header, expected) in cases {
            assert!(Credential::parse(header.as_bytes()) == expected, "{header}");
        }
        assert!(Credential::parse(b"Basic \xff").is_none());
    }
}
