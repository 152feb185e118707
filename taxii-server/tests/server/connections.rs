//! Connections without end: the operator is answered, the database keeps its files, and one network has its share.
#![cfg(unix)]

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use super::backend::Backend;
use super::program;
use super::world::World;

const PATIENCE: Duration = Duration::from_secs(60);

/// So many idle connections.
async fn idle(address: &str, count: usize) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for _ in 0..count {
        // Beyond those that may wait to be accepted none comes about.
        match timeout(Duration::from_secs(1), TcpStream::connect(address)).await {
            Ok(Ok(stream)) => held.push(stream),
            _ => break,
        }
    }
    held
}

async fn text(url: String) -> (u16, String) {
    let response = Client::new().get(url).timeout(PATIENCE).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operator_is_answered_while_the_public_address_is_full() {
    let world = World::start_with(Backend::Sqlite, |config| {
        config.admin_listen = Some("127.0.0.1:0".parse().unwrap());
        config.max_connections = 10;
    })
    .await;
    let public = world.url.trim_start_matches("http://").to_owned();
    let mut held = idle(&public, 40).await;
    // Nobody is served here any more.
    let mut late = held.pop().unwrap();
    late.write_all(b"GET /taxii2/ HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    let admin = world.admin_address().unwrap();
    for path in ["healthz", "readyz", "metrics"] {
        assert_eq!(text(format!("http://{admin}/{path}")).await.0, 200, "{path}");
    }
    let early = timeout(Duration::from_millis(200), late.read_exact(&mut answer)).await;
    assert!(early.is_err(), "the public address is not full");
    drop(held);
    timeout(PATIENCE, late.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401", "it was served once there was room");
    world.stop().await;
}

/// The program, with a limit on open files.
fn serve(folder: &Path, open_files: u32) -> Child {
    let log = std::fs::File::create(folder.join("log")).unwrap();
    let mut command = Command::new("sh");
    let script = format!("ulimit -n {open_files} && exec \"$1\" serve");
    command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_taxii-server")]);
    command.current_dir(folder).env_remove("SOCDEFENDERS_API_KEY").env_remove("RUST_LOG");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_leave_the_database_its_open_files() {
    let folder = tempfile::tempdir().unwrap();
    let place = Backend::Sqlite.place().await;
    let port = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (public, admin) = (port(), port());
    program::configure(folder.path(), &place, public);
    let settings = folder.path().join("taxii-server.toml");
    let mut text_of_settings = std::fs::read_to_string(&settings).unwrap();
    text_of_settings.push_str(&format!("admin_listen = '127.0.0.1:{admin}'\n"));
    std::fs::write(&settings, text_of_settings).unwrap();
    let mut child = serve(folder.path(), 150);
    let public = format!("127.0.0.1:{public}");
    for _ in 0..200 {
        if TcpStream::connect(&public).await.is_ok() {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    let held = idle(&public, 300).await;
    for _ in 0..20 {
        // Each asks the database, which opens further connections of its own.
        let url = format!("http://127.0.0.1:{admin}/metrics");
        let answers = futures_util::future::join_all((0..8).map(|_| text(url.clone()))).await;
        assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
    }
    assert_eq!(text(format!("http://127.0.0.1:{admin}/readyz")).await, (200, "ready\n".to_owned()));
    drop(held);
    child.kill().unwrap();
    child.wait().unwrap();
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("limited connections") && log.contains("served=75"), "{log}");
    assert!(!log.contains("ERROR"), "{log}");
}

/// An address of this machine that other machines see, if it has one.
fn outward() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // Nothing is sent.
    socket.connect("192.0.2.1:9").ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|address| !address.is_loopback())
}

/// The other tests of this rule are beside it; this one needs an address that is no loopback.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn network_has_its_share_of_the_connections() {
    let world = World::start_with(Backend::Sqlite, |config| {
        config.max_connections_per_network = 3;
        config.admin_listen = Some("127.0.0.1:0".parse().unwrap());
    })
    .await;
    let Some(outward) = outward() else { return world.stop().await };
    let server: SocketAddr = world.url.trim_start_matches("http://").parse().unwrap();
    let connect = async || {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((outward, 0).into()).unwrap();
        socket.connect(server).await.unwrap()
    };
    let health = async |stream: &mut TcpStream| {
        let mut answer = [0; 12];
        // A refused connection may be reset before the request is written.
        stream.write_all(b"GET /taxii2/ HTTP/1.1\r\nhost: x\r\n\r\n").await.ok()?;
        timeout(PATIENCE, stream.read_exact(&mut answer))
            .await
            .expect("it is neither served nor closed")
            .ok()?;
        Some(String::from_utf8_lossy(&answer).into_owned())
    };
    let mut held = [connect().await, connect().await, connect().await];
    for stream in &mut held {
        assert_eq!(health(stream).await.as_deref(), Some("HTTP/1.1 401"));
    }
    assert_eq!(health(&mut connect().await).await, None, "a fourth");
    assert_eq!(world.get("/taxii2/").await.status(), 200, "this machine has no limit");
    let (_, metrics) = text(format!("http://{}/metrics", world.admin_address().unwrap())).await;
    assert!(metrics.contains("\ntaxii_connections_refused_total 1\n"), "{metrics}");
    drop(held);
    for _ in 0..100 {
        if health(&mut connect().await).await.is_some() {
            return world.stop().await;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("ended connections still count");
}
