//! How many connections the limit on open files leaves room for.

use crate::server;

/// Open files beside connections: the database, the log, the feeds.
const OTHERS: u64 = 256;
/// Open files of each worker.
const OF_A_WORKER: u64 = 4;

/// Raises the limit on open files as far as the system lets us, since each connection is one. Returns how many
/// connections can be served, at most as many as asked for: the rest is for the database, which must never be without.
pub(super) fn allow_connections(connections: usize) -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

        let limit = getrlimit(Resource::Nofile);
        let wanted = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(reserved());
        if limit.current.is_none_or(|current| current >= wanted) {
            return connections;
        }
        let current = Some(limit.maximum.map_or(wanted, |maximum| maximum.min(wanted)));
        let raised = setrlimit(Resource::Nofile, Rlimit { current, maximum: limit.maximum });
        let allowed = if raised.is_ok() { current } else { limit.current };
        let served = served(connections, allowed.unwrap_or(u64::MAX), reserved());
        if served < connections {
            tracing::warn!(
                open_files = allowed,
                max_connections = connections,
                served,
                "limited connections: the system allows too few open files, which `LimitNOFILE` of systemd or `ulimit -n` raises"
            );
        }
        served
    }
    #[cfg(not(unix))]
    connections
}

fn reserved() -> u64 {
    let workers = u64::try_from(server::workers()).unwrap_or(u64::MAX);
    OTHERS.saturating_add(workers.saturating_mul(OF_A_WORKER))
}

/// How many of the connections fit. Of a very low limit the database gets half.
fn served(connections: usize, allowed: u64, reserved: u64) -> usize {
    let room = allowed.saturating_sub(reserved.min(allowed / 2));
    connections.min(usize::try_from(room).unwrap_or(usize::MAX)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn database_keeps_its_files() {
        for (connections, allowed, expected) in [
            (20_000, 1_000_000, 20_000),
            (20_000, 1_024, 1_024 - 264),
            (20_000, 300, 150),
            (100, 1_024, 100),
            (20_000, 0, 1),
        ] {
            assert_eq!(served(connections, allowed, 264), expected, "{connections} of {allowed}");
        }
    }
}
