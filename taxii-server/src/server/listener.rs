//! From a connection to the application: TLS if there is any, then HTTP with bounds on time and number.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol, Request};
use actix_server::{GracefulShutdownSignal, ServerBuilder};
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, apply_fn_factory, fn_service, map_config,
};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Extensions, ServiceResponse};
use actix_web::web;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::connection::Connection;
use super::connection_limit::{ConnectionLimit, Permit};
use super::exchange::{Exchange, Transport};
use super::tls::Identity;
use super::turned_away::TurnedAway;
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

/// Decides which connections are served.
#[derive(Clone, Debug)]
pub(super) struct Door {
    pub(super) limit: Arc<ConnectionLimit>,
    pub(super) turned_away: Arc<TurnedAway>,
}

impl Door {
    /// Returns the other end of a new connection, with the right to it. An answer of several writes must not wait for the
    /// client to acknowledge the first of them, as it does not at once.
    fn admit(&self, stream: &TcpStream) -> io::Result<(Option<SocketAddr>, Permit)> {
        let peer = stream.peer_addr().ok();
        let permit = self.limit.admit(peer).map_err(|network| {
            self.turned_away.crowded(network);
            io::Error::from(io::ErrorKind::ConnectionRefused)
        })?;
        stream.set_nodelay(true)?;
        Ok((peer, permit))
    }
}

/// Listens for plain HTTP.
pub(super) fn plain(
    builder: ServerBuilder,
    listener: TcpListener,
    state: web::Data<State>,
    door: Door,
) -> io::Result<ServerBuilder> {
    let stop = builder.graceful_shutdown_signal();
    builder.listen("http", listener, move || {
        connection(door.clone()).and_then(http(public(&state), stop.clone(), Transport::Plain, |_, _| {}))
    })
}

/// Listens for HTTP over TLS.
pub(super) fn tls(
    builder: ServerBuilder,
    listener: TcpListener,
    state: web::Data<State>,
    door: Door,
    identity: Arc<Identity>,
) -> io::Result<ServerBuilder> {
    let stop = builder.graceful_shutdown_signal();
    builder.listen("https", listener, move || {
        let (identity, door) = (Arc::clone(&identity), door.clone());
        let connect = fn_service(move |stream: TcpStream| {
            let (acceptor, door) = (TlsAcceptor::from(identity.settings()), door.clone());
            async move {
                let (peer, permit) = door.admit(&stream)?;
                let agreed = timeout(HANDSHAKE, acceptor.accept(stream)).await;
                let stream = agreed.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
                let stream = stream.inspect_err(|error| door.turned_away.handshake_failed(peer, error))?;
                Ok::<_, DispatchError>((Connection::new(stream, permit), Protocol::Http1, peer))
            }
        });
        let transport = Transport::Tls { strict: state.config.hsts };
        connect.and_then(http(public(&state), stop.clone(), transport, remember_certificate))
    })
}

/// Listens for the operator: health and metrics over plain HTTP.
pub(super) fn admin(
    builder: ServerBuilder,
    listener: TcpListener,
    state: web::Data<State>,
    door: Door,
) -> io::Result<ServerBuilder> {
    let stop = builder.graceful_shutdown_signal();
    builder.listen("admin", listener, move || {
        let app = api::admin_app(state.clone()).into_factory();
        connection(door.clone()).and_then(http(app, stop.clone(), Transport::Plain, |_, _| {}))
    })
}

/// A connection without TLS.
fn connection(
    door: Door,
) -> impl ServiceFactory<
    TcpStream,
    Config = (),
    Response = (Connection<TcpStream>, Protocol, Option<SocketAddr>),
    Error = DispatchError,
    InitError = (),
> {
    fn_service(move |stream: TcpStream| {
        let door = door.clone();
        async move {
            let (peer, permit) = door.admit(&stream)?;
            Ok((Connection::new(stream, permit), Protocol::Http1, peer))
        }
    })
}

/// The application for everybody.
fn public(
    state: &web::Data<State>,
) -> impl ServiceFactory<
    Request,
    Config = AppConfig,
    Response = ServiceResponse<impl MessageBody + use<>>,
    Error = actix_web::Error,
    InitError = (),
> + use<> {
    let beside = state.clone();
    api::app(state.clone(), move |app| site::configure(app, &beside)).into_factory()
}

/// HTTP over any connection.
fn http<S, A, B>(
    app: A,
    stop: GracefulShutdownSignal,
    transport: Transport,
    connected: fn(&Connection<S>, &mut Extensions),
) -> impl ServiceFactory<
    (Connection<S>, Protocol, Option<SocketAddr>),
    Config = (),
    Response = (),
    Error = DispatchError,
    InitError = (),
>
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
    A: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse<B>,
            Error = actix_web::Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    let app = app.map_err(|error: actix_web::Error| error.error_response());
    let app = map_config(app, |()| AppConfig::default());
    let app = apply_fn_factory(app, move |mut request: Request, app| {
        let exchange = Exchange::begin(&mut request, transport);
        exchange.end(app.call(request))
    });
    HttpService::build()
        .keep_alive(IDLE)
        .client_request_timeout(HEADER)
        .client_disconnect_timeout(GOODBYE)
        .graceful_shutdown_signal(move || {
            let stop = stop.clone();
            async move { stop.notified().await }
        })
        .on_connect_ext(connected)
        .finish(app)
}

/// Keeps the certificate of a client, whose chain was verified, with the connection.
fn remember_certificate(connection: &Connection<TlsStream<TcpStream>>, data: &mut Extensions) {
    let (_, session) = connection.stream().get_ref();
    if let Some(certificate) = session.peer_certificates().and_then(|chain| chain.first()) {
        data.insert(ClientCertificate::new(certificate));
    }
}
