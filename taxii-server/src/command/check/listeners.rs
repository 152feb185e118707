//! The addresses to listen on. A running server has them, which is no mistake.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};

use super::Finding;
use crate::command::serve;
use crate::config::Config;

/// Listens on each address for a moment, on all of them at the same time.
pub(super) fn check(config: &Config) -> Vec<Finding> {
    let mut held = Vec::new();
    let public = match serve::check_listen(config) {
        Ok(()) => listen("listen", config.listen, &mut held),
        Err(problem) => Finding::wrong("listen", problem),
    };
    let admin = config.admin_listen.map(|address| listen("admin", address, &mut held));
    [Some(public), admin].into_iter().flatten().collect()
}

fn listen(subject: &'static str, address: SocketAddr, held: &mut Vec<TcpListener>) -> Finding {
    match TcpListener::bind(address) {
        Ok(listener) => {
            held.push(listener);
            Finding::good(subject, format!("`{address}`"))
        }
        Err(error) if error.kind() == ErrorKind::AddrInUse => Finding::warning(
            subject,
            format!(
                "`{address}` is in use: this is right only if `taxii-server serve` runs on it, which cannot start twice"
            ),
        ),
        Err(error) => Finding::wrong(subject, format!("cannot listen on `{address}`: {error}")),
    }
}
