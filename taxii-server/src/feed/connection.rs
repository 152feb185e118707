//! The way to the service: through a proxy, and only to who shows a certificate that is trusted.

use std::error::Error;
use std::io;

use reqwest::{Certificate, Proxy, Url};

use super::Failure;
use super::settings::FeedSettings;

/// What the HTTP library says of a tunnel (RFC 9110, section 9.3.6) that the proxy answers with 407.
const UNAUTHORIZED: &str = "proxy authorization required";

/// An HTTP client that follows no redirect, since it would carry the key to another host.
///
/// # Errors
/// The certificates or the proxy cannot be used.
pub(super) fn open(settings: &FeedSettings) -> Result<reqwest::Client, Failure> {
    // A provider that is already installed serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut http = reqwest::Client::builder()
        .user_agent(concat!("taxii-server/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        // Of the whole: an answer that drips does not hold up the feed for longer.
        .timeout(settings.timeout);
    if let Some(path) = &settings.ca_file {
        let authorities = std::fs::read(path).map_err(|error| error.to_string());
        let authorities = authorities
            .and_then(|text| Certificate::from_pem_bundle(&text).map_err(|error| innermost(&error)))
            .and_then(|found| {
                if found.is_empty() { Err("there is no certificate in it".to_owned()) } else { Ok(found) }
            });
        let unusable =
            |error| Failure::Setting { message: format!("`ca_file` `{}`: {error}", path.display()) };
        http = http.tls_certs_merge(authorities.map_err(unusable)?);
    }
    if settings.url.starts_with("http:") && settings.proxy.is_none() {
        // Nobody shows a certificate, and to read all authorities of the system takes longer than anything else here.
        http = http.tls_certs_only([]);
    }
    if let Some(address) = proxy(settings)? {
        // Its password may be exchanged while the client lives. That it can be read was seen before the request.
        let settings = settings.clone();
        let current = move |_: &Url| proxy(&settings).ok().flatten().or_else(|| Some(address.clone()));
        http = http.proxy(Proxy::custom(current));
    }
    http.build().map_err(|error| Failure::Connection { message: innermost(&error) })
}

/// The address of the proxy, with the name and the password that it wants to know.
///
/// # Errors
/// It is no address, or the password cannot be read.
pub(super) fn proxy(settings: &FeedSettings) -> Result<Option<Url>, Failure> {
    let unusable = |setting: String, why: &str| Failure::Setting { message: format!("{setting}: {why}") };
    let Some(address) = &settings.proxy else { return Ok(None) };
    let mut address =
        Url::parse(address).map_err(|error| unusable("`proxy`".to_owned(), &error.to_string()))?;
    if let Some(path) = &settings.proxy_password_file {
        let place = || format!("`proxy_password_file` `{}`", path.display());
        let password =
            std::fs::read_to_string(path).map_err(|error| unusable(place(), &error.to_string()))?;
        let set = address.set_password(Some(password.trim_end_matches(['\r', '\n'])));
        set.map_err(|()| unusable("`proxy`".to_owned(), "it has no place for a password"))?;
    }
    Ok(Some(address))
}

/// Why there was no whole answer.
pub(super) fn failure(error: &reqwest::Error, settings: &FeedSettings) -> Failure {
    let message = innermost(error);
    if causes(error).any(is_distrust) {
        return Failure::Certificate { message };
    }
    match &settings.proxy {
        Some(_) if causes(error).any(|cause| cause.to_string().contains(UNAUTHORIZED)) => Failure::ProxyLogin,
        // The address of the service is not even looked up here, so the connection in question is that to the proxy.
        Some(_) if error.is_connect() && !error.is_timeout() => Failure::Proxy { message },
        _ if error.is_timeout() => Failure::Connection { message: "no answer in time".to_owned() },
        _ => Failure::Connection { message },
    }
}

/// The error, what caused it, and so on.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

/// The innermost cause says most; the outer ones repeat the address.
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map_or_else(String::new, ToString::to_string)
}

/// Whether the certificate of the other side is not trusted. An I/O error does not show what it holds as its cause.
fn is_distrust(cause: &(dyn Error + 'static)) -> bool {
    let held = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    held.is_some_and(|held| is_distrust(held))
        || matches!(cause.downcast_ref(), Some(rustls::Error::InvalidCertificate(_)))
}
