//! The extension for network sockets (STIX 2.1 section 6.12.4).

use stix_derive::StixStruct;

use crate::{
    Custom,
    values::{Dictionary, NonNegative},
};

/// What is special about network sockets.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "socket-ext", section = "6.12.4")]
#[non_exhaustive]
pub struct SocketExt {
    /// The address family for which the socket is configured.
    #[stix(vocabulary(NETWORK_SOCKET_ADDRESS_FAMILY_ENUM))]
    pub address_family: String,
    /// Whether the socket is in blocking mode.
    pub is_blocking: Option<bool>,
    /// Whether the socket is in listening mode.
    pub is_listening: Option<bool>,
    /// The options of the socket.
    pub options: Option<Dictionary<i64>>,
    /// The type of the socket.
    #[stix(vocabulary(NETWORK_SOCKET_TYPE_ENUM))]
    pub socket_type: Option<String>,
    /// The file descriptor of the socket.
    pub socket_descriptor: Option<NonNegative>,
    /// The handle of the socket on Windows.
    pub socket_handle: Option<i64>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
