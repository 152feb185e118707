//! From a connection to the application: TLS if there is any, then HTTP with bounds on time and number.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol};
use actix_server::{GracefulShutdownSignal, ServerBuilder};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::{AppConfig, Extensions};
use actix_web::web;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::connection::Connection;
use super::tls::Identity;
use crate::api::{self, State};
use crate::auth::certificate::ClientCertificate;
use crate::site;

/// How long a client may take to send the header of a request.
const HEADER: Duration = Duration::from_secs(15);

/// How long a connection is kept that does nothing.
const IDLE: Duration = Duration::from_secs(30);

/// How long TLS may take to be agreed on.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How long a client may take to hang up after it was told something that ends the connection.
const GOODBYE: Duration = Duration::from_secs(2);

/// Listens for plain HTTP.
pub(super) fn plain(
    builder: ServerBuilder,
    listener: TcpListener,
    state: web::Data<State>,
) -> io::Result<ServerBuilder> {
    let stop = builder.graceful_shutdown_signal();
    builder.listen("http", listener, move || {
        let connect = fn_service(|stream: TcpStream| async move {
            let peer = accepted(&stream)?;
            Ok::<_, DispatchError>((Connection::new(stream), Protocol::Http1, peer))
        });
        connect.and_then(http(state.clone(), stop.clone(), |_, _| {}))
    })
}

/// Listens for HTTP over TLS.
pub(super) fn tls(
    builder: ServerBuilder,
    listener: TcpListener,
    state: web::Data<State>,
    identity: Arc<Identity>,
) -> io::Result<ServerBuilder> {
    let stop = builder.graceful_shutdown_signal();
    builder.listen("https", listener, move || {
        let identity = Arc::clone(&identity);
        let connect = fn_service(move |stream: TcpStream| {
            let acceptor = TlsAcceptor::from(identity.settings());
            async move {
                let peer = accepted(&stream)?;
                let agreed = timeout(HANDSHAKE, acceptor.accept(stream)).await;
                let stream = agreed.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
                Ok::<_, DispatchError>((Connection::new(stream), Protocol::Http1, peer))
            }
        });
        connect.and_then(http(state.clone(), stop.clone(), remember_certificate))
    })
}

/// Who is at the other end of a new connection. An answer of several writes must not wait for the client to acknowledge the
/// first of them, as it does not at once.
fn accepted(stream: &TcpStream) -> io::Result<Option<SocketAddr>> {
    stream.set_nodelay(true)?;
    Ok(stream.peer_addr().ok())
}

/// HTTP over any connection.
fn http<S: AsyncRead + AsyncWrite + Unpin + 'static>(
    state: web::Data<State>,
    stop: GracefulShutdownSignal,
    connected: fn(&Connection<S>, &mut Extensions),
) -> impl ServiceFactory<
    (Connection<S>, Protocol, Option<SocketAddr>),
    Config = (),
    Response = (),
    Error = DispatchError,
    InitError = (),
> {
    let beside = state.clone();
    let app = api::app(state, move |app| site::configure(app, &beside)).into_factory();
    let app = app.map_err(|error: actix_web::Error| error.error_response());
    HttpService::build()
        .keep_alive(IDLE)
        .client_request_timeout(HEADER)
        .client_disconnect_timeout(GOODBYE)
        .graceful_shutdown_signal(move || {
            let stop = stop.clone();
            async move { stop.notified().await }
        })
        .on_connect_ext(connected)
        .finish(map_config(app, |()| AppConfig::default()))
}

/// Keeps the certificate of a client, whose chain was verified, with the connection.
fn remember_certificate(connection: &Connection<TlsStream<TcpStream>>, data: &mut Extensions) {
    let (_, session) = connection.stream().get_ref();
    if let Some(certificate) = session.peer_certificates().and_then(|chain| chain.first()) {
        data.insert(ClientCertificate::new(certificate));
    }
}
