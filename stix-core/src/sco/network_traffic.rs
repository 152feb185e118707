//! Network traffic (STIX 2.1 section 6.12).

mod http_request_ext;
mod icmp_ext;
mod socket_ext;
mod tcp_ext;

pub use http_request_ext::HttpRequestExt;
pub use icmp_ext::IcmpExt;
pub use socket_ext::SocketExt;
pub use tcp_ext::TcpExt;

use stix_derive::{StixObject, StixStruct};

use crate::{
    Custom, Identifier, ScoCommon, Timestamp,
    validate::{self, Check, Json, Members, Rule, registries},
    values::{Dictionary, IntegerOrString, Port},
};

/// Network traffic from a source to a destination.
///
/// ```
/// use stix_core::sco::{Ipv4Addr, NetworkTraffic};
///
/// let (source, target) = (Ipv4Addr::new("198.51.100.2"), Ipv4Addr::new("203.0.113.5"));
/// let traffic = NetworkTraffic::new(["ipv4", "tcp", "https"])
///     .with_src_ref(source.common.id)
///     .with_dst_ref(target.common.id)
///     .with_dst_port(443_u16)
///     .validated()?;
/// assert_eq!(traffic.protocols.last().map(String::as_str), Some("https"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(
    type = "network-traffic", class = Sco, section = "6.12",
    at_least_one(src_ref, dst_ref),
    forbidden_when(end, is_active = true),
    not_before(end, start),
    check = check,
)]
#[non_exhaustive]
pub struct NetworkTraffic {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon<NetworkTrafficExtensions>,
    /// When the traffic began.
    #[stix(id_contributing)]
    pub start: Option<Timestamp>,
    /// When the traffic ended.
    #[stix(id_contributing)]
    pub end: Option<Timestamp>,
    /// Whether the traffic is still going on.
    pub is_active: Option<bool>,
    /// The source.
    #[stix(refs("ipv4-addr", "ipv6-addr", "mac-addr", "domain-name"), id_contributing)]
    pub src_ref: Option<Identifier>,
    /// The destination.
    #[stix(refs("ipv4-addr", "ipv6-addr", "mac-addr", "domain-name"), id_contributing)]
    pub dst_ref: Option<Identifier>,
    /// The port of the source.
    #[stix(id_contributing)]
    pub src_port: Option<Port>,
    /// The port of the destination.
    #[stix(id_contributing)]
    pub dst_port: Option<Port>,
    /// The protocols, from the outer to the inner.
    #[stix(id_contributing)]
    pub protocols: Vec<String>,
    /// How many bytes the source sent.
    pub src_byte_count: Option<i64>,
    /// How many bytes the destination sent.
    pub dst_byte_count: Option<i64>,
    /// How many packets the source sent.
    pub src_packets: Option<i64>,
    /// How many packets the destination sent.
    pub dst_packets: Option<i64>,
    /// Data of the flow, by the names that IP Flow Information Export has for them.
    pub ipfix: Option<Dictionary<IntegerOrString>>,
    /// The bytes that the source sent.
    #[stix(refs("artifact"))]
    pub src_payload_ref: Option<Identifier>,
    /// The bytes that the destination sent.
    #[stix(refs("artifact"))]
    pub dst_payload_ref: Option<Identifier>,
    /// The traffic inside this traffic.
    #[stix(refs("network-traffic"))]
    pub encapsulates_refs: Option<Vec<Identifier>>,
    /// The traffic around this traffic.
    #[stix(refs("network-traffic"))]
    pub encapsulated_by_ref: Option<Identifier>,
}

/// The extensions of network traffic, by name.
///
/// ```
/// use stix_core::{
///     ScoBuilder,
///     sco::{HttpRequestExt, IcmpExt, Ipv4Addr, NetworkTraffic, NetworkTrafficExtensions, SocketExt, TcpExt},
///     values::{Dictionary, Hex},
/// };
///
/// let header = Dictionary::new().with("User-Agent", ["curl/8.5".to_owned()]);
/// let extensions = NetworkTrafficExtensions::new()
///     .with_http_request(HttpRequestExt::new("get", "/download.html").with_request_header(header))
///     .with_icmp(IcmpExt::new("08".parse::<Hex>()?, "00".parse::<Hex>()?))
///     .with_socket(SocketExt::new("AF_INET").with_is_listening(true))
///     .with_tcp(TcpExt::new().with_src_flags_hex("02".parse::<Hex>()?));
/// let traffic = NetworkTraffic::new(["ipv4", "tcp"])
///     .with_src_ref(Ipv4Addr::new("198.51.100.2").common.id)
///     .with_extensions(extensions)
///     .validated()?;
/// assert!(traffic.common.extensions.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "extensions of network-traffic", section = "6.12", extensions(id_contributing))]
#[non_exhaustive]
pub struct NetworkTrafficExtensions {
    /// What is special about HTTP requests.
    #[stix(name = "http-request-ext")]
    pub http_request: Option<HttpRequestExt>,
    /// What is special about ICMP traffic.
    #[stix(name = "icmp-ext")]
    pub icmp: Option<IcmpExt>,
    /// What is special about network sockets.
    #[stix(name = "socket-ext")]
    pub socket: Option<SocketExt>,
    /// What is special about TCP traffic.
    #[stix(name = "tcp-ext")]
    pub tcp: Option<TcpExt>,
    /// The other extensions.
    #[stix(custom)]
    pub custom: Custom,
}

fn check<'c>(traffic: &'c Members<'c>, check: &mut Check<'c>) {
    if traffic.has("end") && !traffic.has("is_active") {
        let message = "traffic with an `end` needs `is_active`";
        check.problem_with_help(Rule::TrafficEnd, message, "add `\"is_active\": false`");
    }
    for name in ["src_port", "dst_port"] {
        if !traffic.has(name) {
            check.problem(Rule::TrafficPorts, format_args!("the traffic has no `{name}`"));
        }
    }
    for name in ["src_byte_count", "dst_byte_count", "src_packets", "dst_packets"] {
        validate::not_negative(traffic, name, check);
    }
    if let Some(Json::Object(ipfix)) = traffic.get("ipfix") {
        check.member("ipfix", |check| {
            for (name, _) in ipfix.iter() {
                check.member(name, |check| ipfix_element(name, check));
            }
        });
    }
    let Some(Json::Array(protocols)) = traffic.get("protocols") else { return };
    check.member("protocols", |check| {
        for (index, protocol) in protocols.iter().enumerate() {
            if let Some(name) = protocol.as_str() {
                check.item(index, |check| protocol_name(name, check));
            }
        }
    });
}

fn protocol_name(name: &str, check: &mut Check<'_>) {
    let registered = registries::PROTOCOLS.spelling(name);
    if registered == Some(name) {
        return;
    }
    let message = format_args!("`{name}` is no name that IANA gives to a protocol");
    match registered {
        Some(registered) => {
            check.problem_with_repair(Rule::ProtocolName, message, format_args!("write `{registered}`"));
        }
        None => {
            check.problem_with_help(Rule::ProtocolName, message, "write a name such as `ipv4` or `https`")
        }
    }
}

/// The elements of IPFIX, in the case that they are registered in.
fn ipfix_element(name: &str, check: &mut Check<'_>) {
    let registered = registries::IPFIX_ELEMENTS.spelling(name);
    if registered == Some(name) {
        return;
    }
    let message = format_args!("`{name}` is no element of IPFIX");
    match registered {
        Some(registered) => {
            check.problem_with_repair(Rule::IpfixElement, message, format_args!("write `{registered}`"));
        }
        None => {
            check.problem_with_help(Rule::IpfixElement, message, "write a name such as `octetDeltaCount`")
        }
    }
}
