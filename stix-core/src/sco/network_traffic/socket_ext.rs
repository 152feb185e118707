//! The extension for network sockets (STIX 2.1 section 6.12.4).

use stix_derive::StixStruct;

use crate::{
    Custom,
    validate::{Check, Json, Members, Rule},
    values::{Dictionary, NonNegative},
};

/// What is special about network sockets.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "socket-ext", section = "6.12.4", check = check)]
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

/// The families of options, each with an underscore before the rest of the name.
const OPTION_FAMILIES: [&str; 8] = ["SO_", "ICMP_", "ICMP6_", "IP_", "IPV6_", "MCAST_", "TCP_", "IRLMP_"];

fn check<'c>(socket: &'c Members<'c>, check: &mut Check<'c>) {
    let Some(Json::Object(options)) = socket.get("options") else { return };
    check.member("options", |check| {
        for (name, _) in options.iter().filter(|(name, _)| !is_option(name)) {
            let message = format_args!("`{name}` is no name of a socket option");
            let help = "write a name such as `SO_KEEPALIVE` or `TCP_NODELAY`";
            check.member(name, |check| check.problem_with_help(Rule::SocketOption, message, help));
        }
    });
}

fn is_option(name: &str) -> bool {
    let rest = OPTION_FAMILIES.iter().find_map(|family| name.strip_prefix(family));
    rest.is_some_and(|rest| {
        rest.split('_').all(|part| {
            part.starts_with(|c: char| c.is_ascii_uppercase())
                && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        })
    })
}
