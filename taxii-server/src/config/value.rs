//! The forms of single values in the settings.

use std::net::IpAddr;

use actix_web::http::Uri;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};

use crate::host::is_loopback;

/// First path segments that are not free for an API root.
pub(super) const RESERVED: [&str; 5] = ["taxii2", "healthz", "readyz", "metrics", "status"];

/// Whether an API root could have this path.
pub(crate) fn may_be_api_root(path: &str) -> bool {
    is_segment(path) && !RESERVED.contains(&path)
}

/// Whether the text can stand as one segment of a path; no dot, because a client splits at it.
pub(super) fn is_segment(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_')
}

/// Networks, of which an address is the smallest.
pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let network = |text: String| {
        let address = || text.parse().map(IpAddr::into);
        text.parse().or_else(|_| address()).map_err(|_| {
            serde::de::Error::custom(format!(
                "`{text}` is no address or network such as `10.0.0.1` or `10.0.0.0/8`"
            ))
        })
    };
    Vec::<String>::deserialize(deserializer)?.into_iter().map(network).collect()
}

/// An absolute URL must be HTTPS (section 4.1.1) and have no path, because discovery is at the root of the
/// host; plain HTTP is let through for this machine only.
pub(super) fn base_url(url: &str) -> Result<(), &'static str> {
    let uri: Uri = url.parse().map_err(|_| "expected a URL such as `https://taxii.example.com`")?;
    let host = uri.host().ok_or("expected a URL such as `https://taxii.example.com`")?;
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if is_loopback(host) => {}
        _ => return Err("expected `https://`"),
    }
    if uri.path() != "/" || uri.query().is_some() || url.contains('@') {
        return Err("expected no path, query or user: discovery is at the root of a host");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_urls() {
        let cases = [
            ("https://taxii.example.com", true),
            ("https://taxii.example.com:8443/", true),
            ("http://127.0.0.1:6100", true),
            ("http://[::1]:6100", true),
            ("http://localhost:6100", true),
            ("http://taxii.example.com", false),
            ("https://taxii.example.com/taxii", false),
            ("https://user@taxii.example.com", false),
            ("taxii.example.com", false),
            ("/taxii", false),
        ];
        for (url, good) in cases {
            assert_eq!(base_url(url).is_ok(), good, "{url}");
        }
    }
}
