//! Who is asking, and whether an answer in TAXII's media type is accepted: asked once, before any endpoint.

use std::borrow::Cow;
use std::future::{Ready, ready};
use std::net::{IpAddr, SocketAddr};
use std::sync::Once;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};
use ipnet::IpNet;

use super::State;
use super::path::nothing_here;
use crate::audit::{Caller, Origin, Trail};
use crate::auth::credential::{Credential, name_for_log};
use crate::auth::{Principal, Shown, address};
use crate::config;
use crate::error::{ApiError, ErrorCode};
use crate::media_type::accepts_taxii;

/// Finds out who is asking, and whether that one may know of the API root.
pub(super) async fn identify(
    state: web::Data<State>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let caller = admit(&state, &request).await?;
    state.may_enter(&caller)?;
    next.call(request).await
}

/// Answers for a path at which nothing is, in the same way as for an API root that the caller may not know of.
pub(super) async fn nowhere(
    state: web::Data<State>,
    request: ServiceRequest,
    _: Next<impl MessageBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let first = request.match_info().as_str().trim_start_matches('/').split('/').next().unwrap_or_default();
    if !config::may_be_api_root(first) {
        return Err(nothing_here().into());
    }
    let caller = admit(&state, &request).await?;
    Err(state.nothing_at(&caller).into())
}

/// Finds out who is asking, whether that one may know of the API root, then whether an answer of TAXII is accepted.
pub(super) async fn gate(
    state: web::Data<State>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let caller = admit(&state, &request).await?;
    state.may_enter(&caller)?;
    let accept = request.headers().get_all(header::ACCEPT);
    if !accepts_taxii(accept.map(|value| value.to_str().unwrap_or("unreadable"))) {
        return Err(ApiError::new(ErrorCode::NotAcceptable)
            .with_description("this server speaks `application/taxii+json;version=2.1`")
            .into());
    }
    next.call(request).await
}

/// Finds out who sends a request, and keeps it with the request.
pub(crate) async fn admit(state: &State, request: &ServiceRequest) -> Result<Principal, ApiError> {
    let headers = request.headers();
    let authorization = authorization(headers, state.config.api_key_header.as_deref());
    let shown = Shown {
        authorization: authorization.as_deref(),
        certificate: request.conn_data(),
        address: client(request.peer_addr(), headers, &state.config.trusted_proxies),
    };
    let trail = trail(request);
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    trail.comes_from(Origin { client: shown.address, peer });
    let principal = match state.authenticator.authenticate(&shown).await {
        Ok(principal) => principal,
        Err(error) => {
            if let (Some(header), ErrorCode::Unauthenticated | ErrorCode::TooManyRequests) =
                (shown.authorization, error.code())
            {
                let account = Credential::parse(header).and_then(|shown| name_for_log(shown.name()?));
                trail.sent_by(Caller::Refused { account });
            }
            return Err(error);
        }
    };
    trail.sent_by(caller(&principal));
    let place = state.authenticator.admit(&principal, shown.address)?;
    request.extensions_mut().insert(place);
    request.extensions_mut().insert(principal.clone());
    Ok(principal)
}

/// What is known of the request for the audit log.
pub(super) fn trail(request: &impl HttpMessage) -> Trail {
    request.extensions().get::<Trail>().cloned().unwrap_or_default()
}

fn caller(principal: &Principal) -> Caller {
    match principal.name() {
        None => Caller::Anonymous,
        Some(name) => {
            Caller::Account { account: name.to_owned(), secret: principal.secret().map(ToString::to_string) }
        }
    }
}

/// Returns the address of the client, also behind trusted proxies.
pub(crate) fn client(peer: Option<SocketAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let forwarded: Vec<_> =
        headers.get_all("x-forwarded-for").map(|line| line.to_str().unwrap_or("unreadable")).collect();
    let peer = peer?.ip();
    let client = address::client(peer, forwarded.iter().copied(), trusted);
    if client == peer.to_canonical() && !forwarded.is_empty() && is_near(client) {
        warn_of_proxy(client);
    }
    Some(client)
}

/// Whether a proxy of the operator could have the address.
fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

/// Says once that all clients of a proxy are taken for one.
fn warn_of_proxy(proxy: IpAddr) {
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        tracing::warn!(%proxy, "all clients of this proxy count as one: name it in `trusted_proxies` if it is yours");
    });
}

/// The credential of a request: that of `Authorization`, else a token in the header of the settings.
fn authorization<'a>(headers: &'a HeaderMap, api_key_header: Option<&str>) -> Option<Cow<'a, [u8]>> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        return Some(value.as_bytes().into());
    }
    let token = headers.get(api_key_header?)?;
    Some([b"Bearer ", token.as_bytes()].concat().into())
}

/// Endpoints take the caller as an argument; outside of the gate there is none.
impl FromRequest for Principal {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let principal = request.extensions().get::<Self>().cloned();
        ready(principal.ok_or(ApiError::new(ErrorCode::Unauthenticated)))
    }
}
