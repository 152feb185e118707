//! The server from the outside, and the store behind it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // all of this is tests

mod backend;
mod bench;
mod caching;
mod cluster;
mod connections;
mod crowd;
mod early_answers;
mod emulated;
mod exports;
mod feed_records;
mod feed_rules;
mod full_disk;
mod hardening;
mod http2;
mod killed;
mod killed_polling;
mod limits;
mod logging;
mod paging;
mod posting;
mod program;
mod requirements;
mod restoring;
mod retention;
mod roots;
mod searching;
mod settings_change;
mod several;
mod site;
mod stopping;
mod storage;
mod story;
mod tls;
mod world;
mod wrong_clock;
