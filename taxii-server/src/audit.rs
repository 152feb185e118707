//! The audit log: who did what, when, from where, and with which result.
//!
//! Its entries are events of the target [`TARGET`], which has a place of its own (see [`crate::telemetry`]). There is one
//! for each request of somebody who was recognised, for each login that failed, for each command that changes something,
//! and for the start and the end of the server. None of them has a secret in it.
//!
//! While a request is served, those who know a part of its entry note it on its [`Trail`].

use std::cell::RefCell;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The target of the entries.
pub const TARGET: &str = "audit";

/// What is known of a request while it is served. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Trail(Rc<RefCell<Notes>>);

#[derive(Clone, Debug, Default)]
struct Notes {
    origin: Origin,
    caller: Caller,
    objects: Option<u64>,
    /// The request is not over with its answer: the entry is written when the body is.
    is_deferred: bool,
    ending: Option<Ending>,
}

/// Where a request comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client, also behind trusted proxies.
    pub client: Option<IpAddr>,
    /// The other end of the connection.
    pub peer: Option<IpAddr>,
}

/// Who sends a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Caller {
    /// Nobody was asked, or nobody said: such a request has no entry.
    #[default]
    Unknown,
    /// Somebody whose login failed.
    Refused {
        /// The name that was given, which may be of no account.
        account: Option<String>,
    },
    /// Somebody without an account, where that is allowed.
    Anonymous,
    /// The owner of an account.
    Account {
        /// The name.
        account: String,
        /// Which secret was shown.
        secret: Option<String>,
    },
}

/// How a request was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The method.
    pub method: String,
    /// The path with the query.
    pub target: String,
    /// The identifier of the collection that the path names, if there is one.
    pub collection: Option<String>,
    /// The status.
    pub status: u16,
    /// The identifier of the request, which its line in the log has, too.
    pub request: Option<String>,
}

impl Trail {
    /// Notes where the request comes from.
    pub fn comes_from(&self, origin: Origin) {
        self.0.borrow_mut().origin = origin;
    }

    /// Notes who sends the request.
    pub fn sent_by(&self, caller: Caller) {
        self.0.borrow_mut().caller = caller;
    }

    /// Notes how many objects the request read, added or deleted.
    pub fn objects(&self, count: usize) {
        self.0.borrow_mut().objects = Some(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// Puts the entry off until the body of the answer is sent, which the guard is a part of.
    pub fn defer(&self) -> Deferred {
        self.0.borrow_mut().is_deferred = true;
        Deferred { trail: self.clone(), objects: Arc::default(), is_complete: Arc::default() }
    }

    /// Returns who sends the request, as far as that is known.
    pub fn caller(&self) -> Caller {
        self.0.borrow().caller.clone()
    }

    /// Returns the client and the number of objects.
    pub fn facts(&self) -> (Option<IpAddr>, Option<u64>) {
        let notes = self.0.borrow();
        (notes.origin.client, notes.objects)
    }

    /// Writes the entry, or leaves that to the guard of the body.
    pub fn end(&self, ending: Ending) {
        let mut notes = self.0.borrow_mut();
        match notes.is_deferred {
            true => notes.ending = Some(ending),
            false => write(&notes, &ending, None),
        }
    }
}

/// An answer whose body is still being sent.
#[derive(Debug)]
pub struct Deferred {
    trail: Trail,
    /// How many objects are in the body until now.
    pub objects: Arc<AtomicU64>,
    /// Whether all of it was written.
    pub is_complete: Arc<AtomicBool>,
}

impl Drop for Deferred {
    fn drop(&mut self) {
        let mut notes = self.trail.0.borrow_mut();
        notes.is_deferred = false;
        notes.objects = Some(self.objects.load(Ordering::Relaxed));
        if let Some(ending) = notes.ending.take() {
            write(&notes, &ending, Some(self.is_complete.load(Ordering::Relaxed)));
        }
    }
}

fn write(notes: &Notes, ending: &Ending, complete: Option<bool>) {
    let Notes { origin, caller, objects, .. } = notes;
    let (client, peer) = (origin.client.map(|ip| ip.to_string()), origin.peer.map(|ip| ip.to_string()));
    let (client, peer) = (client.as_deref(), peer.as_deref());
    let Ending { method, target, collection, status, request } = ending;
    let (collection, request) = (collection.as_deref(), request.as_deref());
    let (action, account, secret) = match caller {
        Caller::Unknown => return,
        Caller::Refused { account } => ("login failed", account.as_deref(), None),
        Caller::Anonymous => (action(method), None, None),
        Caller::Account { account, secret } => (action(method), Some(account.as_str()), secret.as_deref()),
    };
    tracing::info!(
        target: TARGET,
        action, account, secret, client, peer, method, path = target, collection, objects, status, complete, request
    );
}

fn action(method: &str) -> &'static str {
    match method {
        "GET" | "HEAD" | "OPTIONS" => "read",
        "DELETE" => "delete",
        _ => "write",
    }
}

/// Writes the entry of a command that was to change something, and of who gave it.
pub fn command(command: &str, error: Option<&str>) {
    let (user, sudo) = (user(), std::env::var("SUDO_USER").ok());
    let result = if error.is_none() { "done" } else { "failed" };
    tracing::info!(target: TARGET, action = "command", command, user, sudo_user = sudo, result, error);
}

/// Writes the entry of a server that starts with these settings, or stops. The digest tells settings that were changed.
pub fn server(action: &str, settings: &str) {
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(target: TARGET, action, version, settings_sha256 = settings, user = user());
}

/// The number of the user who runs the program.
fn user() -> Option<u32> {
    #[cfg(unix)]
    return Some(rustix::process::getuid().as_raw());
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::subscriber::with_default;
    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    /// Keeps what is written.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Kept {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    /// The entries that are written meanwhile.
    fn entries(act: impl FnOnce()) -> Vec<serde_json::Value> {
        let kept = Kept::default();
        let lines = tracing_subscriber::fmt().json().flatten_event(true).with_writer(kept.clone());
        with_default(lines.finish(), act);
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn ending() -> Ending {
        let (method, target) = ("GET".to_owned(), "/root/collections/c/export/ipv4.txt".to_owned());
        Ending { method, target, collection: None, status: 200, request: Some("id".to_owned()) }
    }

    #[test]
    fn body_that_is_sent_later_is_counted_in_the_entry() {
        for (complete, hangs_up_first) in [(true, false), (false, false), (false, true)] {
            let entries = entries(|| {
                let trail = Trail::default();
                trail.sent_by(Caller::Account { account: "eve".to_owned(), secret: None });
                let body = trail.defer();
                body.objects.store(7, Ordering::Relaxed);
                body.is_complete.store(complete, Ordering::Relaxed);
                if hangs_up_first {
                    drop(body);
                    trail.end(ending());
                } else {
                    trail.end(ending());
                    drop(body);
                }
            });
            assert_eq!(entries.len(), 1, "{entries:?}");
            assert_eq!((&entries[0]["objects"], &entries[0]["account"]), (&7.into(), &"eve".into()));
        }
    }

    #[test]
    fn who_was_not_asked_has_no_entry() {
        assert!(entries(|| Trail::default().end(ending())).is_empty());
    }
}
