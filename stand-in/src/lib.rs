//! A stand-in for the SOC Defenders API: a real HTTP server on a loopback port.
//!
//! It answers `GET /api/v1/iocs` and `GET /api/v1/iocs/stix` as the vendor documents them, from a
//! population of indicators of compromise (IOCs) that a seed fixes, and it can be told to misbehave the
//! way such feeds do: to cut answers, to refuse, to limit, to hand out its rows in another order. The
//! demonstration and the tests of the bridge talk to the same server, over the same sockets as they
//! would to the real one. It shares no code with the bridge: it is the other party.
//!
//! Nothing in the population points at anybody: addresses are from the documentation and benchmarking
//! ranges (RFC 5737, RFC 2544, RFC 3849), names are reserved ones (RFC 2606).
//!
//! ```
//! # async fn example() -> std::io::Result<()> {
//! use socdefenders_standin::{Fault, Settings, Shape, StandIn};
//!
//! let upstream = StandIn::start(Settings::new().with_iocs(500).with_shape(Shape::Full)).await?;
//! println!("poll {}/api/v1/iocs with the key {}", upstream.base_url(), upstream.free_key());
//!
//! upstream.inject(Fault::Truncated); // the next request meets it, the one after does not
//! upstream.add(10); // ten more IOCs, as new as can be
//! upstream.reconfigure(|settings| settings.with_shape(Shape::Seed));
//! upstream.stop().await
//! # }
//! ```
#![forbid(unsafe_code)]

mod answer;
mod auth;
mod clock;
mod connection;
mod defect;
mod endpoint;
mod error;
mod fault;
mod gate;
mod gzip_bomb;
mod handle;
mod ioc;
mod pattern;
mod population;
mod query;
mod rate_limit;
mod request_log;
mod server;
mod settings;
mod state;
mod store;

pub use crate::{
    auth::{KeyTier, Keys},
    clock::Clock,
    defect::Defect,
    fault::{Fault, Part},
    handle::{Handle, StandIn},
    ioc::{Confidence, Ioc, IocType, Source},
    rate_limit::RateLimit,
    request_log::RequestLog,
    settings::{Frame, Growth, Ids, LookBack, Order, Settings, Shape},
};
