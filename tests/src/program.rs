//! The built `taxii-server`, run as its users run it: as a process that is told to end by a signal.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::workspace;

/// How long the program may take to be ready.
const START: Duration = Duration::from_secs(60);

/// How long it may take to end; less than the time after which service managers lose patience.
const END: Duration = Duration::from_secs(10);

/// A running `taxii-server`. Dropped, it is told to end and waited for.
#[derive(Debug)]
pub struct Program {
    child: Child,
    place: TempDir,
    access: Access,
}

/// How to reach a running bridge and the feed that it polls.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The URL of the discovery resource.
    pub discovery: String,
    /// The name of an account that may read.
    pub user: String,
    /// Its password.
    pub password: String,
    /// The address of the feed, without a path.
    pub feed: String,
    /// A key that sees the whole feed.
    pub feed_key: String,
}

/// A signal that means "end, please".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// What Ctrl-C sends.
    Interrupt,
    /// What service managers send.
    Terminate,
}

/// How a program ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// The time from the signal to the end.
    pub took: Duration,
    /// The names of what it left in its folder for temporary files.
    pub left: Vec<String>,
    /// What it logged.
    pub log: String,
}

impl Program {
    /// Starts `taxii-server demo` and waits until it has said how to reach it.
    pub fn demo() -> Self {
        let mut program = Self::spawn(&["demo", "--listen", "127.0.0.1:0"], tempdir());
        program.access = program.wait_for("introduce itself", |program| introduced(&program.printed()));
        program
    }

    /// Starts `taxii-server serve` on a new database, polling this feed every second.
    pub fn serve(feed: &str, feed_key: &str) -> Self {
        Self::serve_with(feed, feed_key, "")
    }

    /// The same, with more settings of the feed.
    pub fn serve_with(feed: &str, feed_key: &str, more: &str) -> Self {
        let place = tempdir();
        let write = |name: &str, text: &str| {
            let path = place.path().join(name);
            std::fs::write(&path, text).expect("the settings can be written");
            path.display().to_string()
        };
        let key_file = write("key", feed_key);
        let settings = format!(
            "listen = '127.0.0.1:0'\ndatabase = 'taxii.db'\nlog_format = 'json'\n\
             [[feed]]\nurl = '{feed}'\napi_key_file = '{key_file}'\ninterval = '1s'\n{more}"
        );
        let settings = write("settings.toml", &settings);
        let mut program = Self::spawn(&["serve", "--config", &settings], place);
        let known = Access { feed: feed.to_owned(), feed_key: feed_key.to_owned(), ..Access::default() };
        program.access = program.wait_for("serve", |program| {
            let (user, password) = program.first_account()?;
            let discovery = serving(&program.logged())?;
            Some(Access { discovery, user, password, ..known.clone() })
        });
        program
    }

    /// Runs another command of the program, with the settings of [`Program::serve`].
    pub fn manage(&self, arguments: &[&str]) {
        let mut command = Command::new(executable());
        command
            .args(arguments)
            .args(["--config", "settings.toml"])
            .env_clear()
            .current_dir(self.place.path());
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "{arguments:?} failed");
    }

    /// How to reach it.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Sends a signal, waits for the end and tells how it was.
    pub fn end(mut self, signal: Signal) -> Ended {
        let begin = Instant::now();
        send(signal, &self.child);
        let status = wait(&mut self.child, END);
        let took = begin.elapsed();
        let log = self.logged();
        let status =
            status.unwrap_or_else(|| panic!("it goes on {took:?} after {signal:?}; its log:\n{log}"));
        let left = std::fs::read_dir(temporary(&self.place)).expect("the folder is still there");
        let left =
            left.map(|entry| entry.expect("and can be read").file_name().display().to_string()).collect();
        Ended { status, took, left, log }
    }

    fn spawn(arguments: &[&str], place: TempDir) -> Self {
        std::fs::create_dir(temporary(&place)).expect("a folder can be made");
        let file = |name: &str| File::create(place.path().join(name)).expect("the output can be kept");
        // Without the environment, so that no setting comes in from outside.
        let child = Command::new(executable())
            .args(arguments)
            .env_clear()
            .env("TMPDIR", temporary(&place))
            .current_dir(place.path())
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn()
            .expect("taxii-server can be started");
        Self { child, place, access: Access::default() }
    }

    fn wait_for<T>(&mut self, what: &str, look: impl Fn(&Self) -> Option<T>) -> T {
        let deadline = Instant::now() + START;
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            let ended = self.child.try_wait().expect("it can be waited for");
            assert!(
                ended.is_none(),
                "it ended ({ended:?}) before it could {what}; its log:\n{}",
                self.logged()
            );
            assert!(Instant::now() < deadline, "it did not {what} in time; its log:\n{}", self.logged());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The first account that a server makes by itself. Where it prints to no terminal, its password is in a file.
    fn first_account(&self) -> Option<(String, String)> {
        let password = std::fs::read_to_string(self.place.path().join("first-password")).ok()?;
        Some(("reader".to_owned(), password.trim().to_owned()))
    }

    fn printed(&self) -> String {
        std::fs::read_to_string(self.place.path().join("stdout")).expect("its output is text")
    }

    fn logged(&self) -> String {
        std::fs::read_to_string(self.place.path().join("stderr")).expect("its log is text")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        send(Signal::Terminate, &self.child);
        if wait(&mut self.child, END).is_none() {
            // No assertion here: the test may be failing already. What matters is that nothing is left running.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Waits for a child for so long at most.
pub(crate) fn wait(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return Some(status);
        }
        if Instant::now() >= deadline {
            return None;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn send(signal: Signal, child: &Child) {
    let name = match signal {
        Signal::Interrupt => "INT",
        Signal::Terminate => "TERM",
    };
    // The shell's own `kill`, since the program of that name is not installed everywhere.
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status();
    assert!(sent.is_ok_and(|status| status.success()), "the signal cannot be sent");
}

fn tempdir() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// The program's own folder for temporary files.
fn temporary(place: &TempDir) -> PathBuf {
    place.path().join("tmp")
}

/// What the demo says of itself, once all of it is there.
fn introduced(text: &str) -> Option<Access> {
    text.ends_with("  END\n\n").then_some(())?;
    let value = |label: &str| {
        let line =
            text.lines().find_map(|line| line.strip_prefix("  ")?.strip_prefix(label)?.strip_prefix("  "));
        line?.split_whitespace().next().map(str::to_owned)
    };
    Some(Access {
        discovery: value("discovery")?,
        user: value("account")?,
        password: value("password")?,
        feed: value("feed")?,
        feed_key: value("feed key")?,
    })
}

/// The discovery URL in the log of a server that has begun to serve.
fn serving(log: &str) -> Option<String> {
    let mut lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let line = lines.find(|line| line["message"] == "serving")?;
    line["discovery"].as_str().map(str::to_owned)
}

/// The server: `tests/run` has built it and names it; otherwise it is built now, so that it is never stale.
fn executable() -> PathBuf {
    match std::env::var_os("TESTS_TAXII_SERVER") {
        Some(path) => PathBuf::from(path),
        None => build("taxii-server", "taxii-server"),
    }
}

/// The `stix` command, built now so that it is never stale.
pub fn stix() -> PathBuf {
    build("stix-cli", "stix")
}

fn build(package: &str, program: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let folder = test.ancestors().nth(2).expect("tests lie in `deps` beside the programs").to_owned();
    let release = folder.file_name().is_some_and(|name| name == "release");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--package", package])
        .args(release.then_some("--release"))
        .current_dir(workspace())
        .status();
    assert!(built.is_ok_and(|status| status.success()), "{program} cannot be built");
    let path = folder.join(program);
    assert!(path.exists(), "cargo has not put the program where the tests are");
    path
}
