//! The socket of a connection, for what HTTP has no words for.

use std::{any::Any, time::Duration};

use actix_web::{dev::Extensions, rt::net::TcpStream};
use socket2::{SockRef, Socket};

/// A second handle of the socket of a connection.
#[derive(Debug)]
pub(crate) struct Connection(Socket);

impl Connection {
    /// Keeps a handle of a connection that has come about, for its requests.
    pub(crate) fn keep(stream: &dyn Any, data: &mut Extensions) {
        let socket = stream.downcast_ref::<TcpStream>().map(|stream| SockRef::from(stream).try_clone());
        if let Some(Ok(socket)) = socket {
            data.insert(Self(socket));
        }
    }

    /// Lets the connection end with a reset (RST) instead of properly (FIN).
    pub(crate) fn reset_when_closed(&self) {
        if let Err(error) = self.0.set_linger(Some(Duration::ZERO)) {
            tracing::warn!(%error, "the connection will be closed instead of being reset");
        }
    }
}
