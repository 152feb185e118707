//! The program as a process of its own.

use std::fs::OpenOptions;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use socdefenders_standin::Handle;
use taxii_server::auth::token;
use taxii_server::storage::{self, Access, DateAdded, Grants, NewSecret, Scope, SecretKind};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::backend::{Backend, Place};
use super::world::{MEDIA_TYPE, OBJECTS};

pub(crate) fn configure(folder: &Path, place: &Place, port: u16) {
    let database = match place {
        Place::Sqlite(folder) => folder.path().join("taxii.db").display().to_string(),
        Place::Postgres(url) => url.clone(),
    };
    let settings = format!(
        "listen = '127.0.0.1:{port}'\ndatabase = '{database}'\nsmall_envelope = 20\npost_wait = '20ms'\nallowance = '2s'\n"
    );
    std::fs::write(folder.join("taxii-server.toml"), settings).unwrap();
}

/// Lets it poll a feed every second, too.
pub(crate) fn add_feed(folder: &Path, feed: &Handle) {
    std::fs::write(folder.join("key"), feed.pro_key()).unwrap();
    let settings = format!("[[feed]]\nurl = '{}'\napi_key_file = 'key'\ninterval = '1s'\n", feed.base_url());
    let mut file = OpenOptions::new().append(true).open(folder.join("taxii-server.toml")).unwrap();
    file.write_all(settings.as_bytes()).unwrap();
}

pub(crate) fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taxii-server"));
    command.current_dir(folder).stdin(Stdio::null()).env_remove("SOCDEFENDERS_API_KEY");
    command
}

pub(crate) fn serve(folder: &Path) -> Child {
    program(folder).arg("serve").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

pub(crate) fn serve_with_log(folder: &Path) -> Child {
    let log = OpenOptions::new().create(true).append(true).open(folder.join("log")).unwrap();
    let mut command = program(folder);
    command.args(["serve", "--log-format", "json"]).env_remove("RUST_LOG");
    command.stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

/// An account that may write, and its token.
pub(crate) async fn account(place: &Place) -> String {
    let storage = storage::open(&place.database()).await.unwrap();
    let (token, date) = (token::generate(), DateAdded::from_millis(0));
    let grants = Grants::from_iter([(Scope::Everywhere, Access::BOTH)]);
    storage.add_account("writer", &grants, date).await.unwrap();
    let secret = NewSecret::new(SecretKind::Token, token::hash(&token));
    storage.add_secret("writer", &secret, date).await.unwrap().unwrap();
    storage.close().await;
    token
}

/// The program on a place of its own, with an account that may write.
pub(crate) struct Served {
    pub(crate) place: Place,
    folder: TempDir,
    pub(crate) address: String,
    pub(crate) token: String,
    child: Child,
}

impl Served {
    pub(crate) async fn start(backend: Backend) -> Self {
        Self::start_with(backend, "").await
    }

    /// Starts it with these settings besides.
    pub(crate) async fn start_with(backend: Backend, settings: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (place, folder) = (backend.place().await, tempfile::tempdir().unwrap());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        configure(folder.path(), &place, port);
        let mut file = OpenOptions::new().append(true).open(folder.path().join("taxii-server.toml")).unwrap();
        file.write_all(settings.as_bytes()).unwrap();
        let (token, child) = (account(&place).await, serve_with_log(folder.path()));
        let served = Self { place, folder, address: format!("127.0.0.1:{port}"), token, child };
        served.ready().await;
        served
    }

    /// Starts it again.
    pub(crate) async fn restart(&mut self) {
        self.child = serve_with_log(self.folder.path());
        self.ready().await;
    }

    async fn ready(&self) {
        for _ in 0..200 {
            if TcpStream::connect(&self.address).await.is_ok() {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("it does not start");
    }

    pub(crate) fn tell_to_stop(&self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
    }

    /// What a terminal does that is closed.
    pub(crate) fn hang_up(&self) {
        kill_process(Pid::from_child(&self.child), Signal::HUP).unwrap();
    }

    /// Waits for the end, which must be a good one.
    pub(crate) async fn stopped(&mut self) {
        for _ in 0..200 {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert_eq!(status.code(), Some(0));
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
        panic!("it goes on");
    }

    /// The folder of its settings.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> Vec<Value> {
        self.log_text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(crate) fn log_text(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    pub(crate) fn with_credentials(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(&self.token).header("accept", MEDIA_TYPE).header("content-type", MEDIA_TYPE)
    }

    pub(crate) async fn post(&self, envelope: &Value) -> Value {
        let request =
            Client::new().post(format!("http://{}{OBJECTS}", self.address)).body(envelope.to_string());
        let response = self.with_credentials(request).send().await.unwrap();
        assert_eq!(response.status(), 202);
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }

    /// The status of a request that is complete.
    pub(crate) async fn completed(&self, posted: &Value) -> Value {
        let url = format!("http://{}/socdefenders/status/{}/", self.address, posted["id"].as_str().unwrap());
        for _ in 0..600 {
            let response = self.with_credentials(Client::new().get(&url)).send().await.unwrap();
            let status: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
            if status["status"] == "complete" {
                return status;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("the status never becomes complete");
    }

    /// The head of a request on a connection of its own.
    pub(crate) async fn begin(&self, head: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let headers = format!("host: x\r\nauthorization: Bearer {}\r\n", self.token);
        stream.write_all(format!("{head}\r\n{headers}\r\n").as_bytes()).await.unwrap();
        stream
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended, as most tests want it to.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
