//! A TAXII 2.1 server that polls the SOC Defenders feed and republishes it.
//!
//! The layers, each of which uses only those before it: [`audit`], [`clock`], [`duration`], [`host`], [`media_type`], [`metrics`],
//! [`off_worker`], [`supervisor`] and [`wire`] (the resources as they are written), [`storage`] (where objects are kept),
//! [`ingest`] (the only writer of objects) and [`error`], [`feed`], [`auth`], [`outlet`] (a collection in other forms) and
//! [`search`] (objects by what they name), [`config`], [`telemetry`], [`feed_status`] and [`clock_status`], [`api`],
//! [`site`] (pages for people), [`server`], [`bridge`], [`command`].
#![forbid(unsafe_code)]

pub mod api;
pub mod audit;
pub mod auth;
pub mod bridge;
pub mod clock;
pub mod clock_status;
pub mod command;
pub mod config;
pub mod duration;
pub mod error;
pub mod feed;
pub mod feed_status;
pub mod host;
pub mod ingest;
pub mod media_type;
pub mod metrics;
pub mod off_worker;
pub mod outlet;
pub mod search;
pub mod server;
pub mod site;
pub mod storage;
pub mod supervisor;
pub mod telemetry;
pub mod wire;

pub use api::app;
