//! API keys, and what each may do: 401 for a missing, unknown or expired key, 403 for a Free key where Pro
//! is required.

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use uuid::Uuid;

use crate::error::ApiError;

/// The keys that the server knows. All begin with `sk_live_`, like the real ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The key of a Pro subscription.
    pub pro: String,
    /// The key of a Free account.
    pub free: String,
    /// A key that was good once.
    pub expired: String,
}

impl Keys {
    /// Three keys that follow from `seed` alone. Another seed's keys are invalid, so giving the server
    /// those of another seed revokes the old ones.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let key = |tier: &str| {
            let name = format!("key/{seed}/{tier}");
            format!(
                "sk_live_{tier}_{}",
                Uuid::new_v5(&crate::population::NAMESPACE, name.as_bytes()).simple()
            )
        };
        Self { pro: key("pro"), free: key("free"), expired: key("expired") }
    }

    /// Which key a request carries: `Authorization: Bearer`, else `X-API-Key`. A key in the query string is
    /// no key.
    pub(crate) fn identify(&self, headers: &HeaderMap) -> KeyTier {
        match presented(headers) {
            None => KeyTier::Missing,
            Some(key) if key == self.pro => KeyTier::Pro,
            Some(key) if key == self.free => KeyTier::Free,
            Some(key) if key == self.expired => KeyTier::Expired,
            Some(_) => KeyTier::Invalid,
        }
    }
}

/// What the key of a request turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyTier {
    /// No key came.
    Missing,
    /// A key came that the server does not know.
    Invalid,
    /// A key came that is no longer good.
    Expired,
    /// The key of a Free account.
    Free,
    /// The key of a Pro subscription.
    Pro,
}

impl KeyTier {
    /// The subscription behind the key, or the 401 that says why there is none.
    pub(crate) fn authenticate(self) -> Result<Tier, ApiError> {
        match self {
            Self::Missing => Err(ApiError::missing_api_key()),
            Self::Invalid => Err(ApiError::invalid_api_key()),
            Self::Expired => Err(ApiError::expired_api_key()),
            Self::Free => Ok(Tier::Free),
            Self::Pro => Ok(Tier::Pro),
        }
    }
}

/// A subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tier {
    Free,
    Pro,
}

impl Tier {
    /// The most rows that one answer may have.
    pub(crate) fn page_cap(self) -> usize {
        match self {
            Self::Free => 100,
            Self::Pro => 10_000,
        }
    }

    pub(crate) fn require_pro(self) -> Result<(), ApiError> {
        match self {
            Self::Free => Err(ApiError::pro_required()),
            Self::Pro => Ok(()),
        }
    }
}

/// The key text of a request, if any. The word `Bearer` is read in any case (RFC 9110, section 11.1).
fn presented(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|text| {
        let (scheme, key) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    bearer
        .or_else(|| headers.get("x-api-key").and_then(|value| value.to_str().ok()).map(str::trim))
        .filter(|key| !key.is_empty())
}
