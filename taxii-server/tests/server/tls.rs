//! HTTPS: versions, a certificate that is exchanged, certificates of clients (TAXII 2.1, sections 8.2.2 and 8.3.1).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use reqwest::tls::Version;
use reqwest::{Certificate, Client, ClientBuilder, Identity};
use rustls::{ClientConfig, ClientConnection, HandshakeKind, RootCertStore, StreamOwned};
use sha2::{Digest, Sha256};
use taxii_server::clock::Clock;
use taxii_server::config::Config;
use taxii_server::server::{Server, StartError};
use taxii_server::storage::{self, DateAdded, NewSecret, SecretKind};
use tempfile::TempDir;

use super::backend::{Backend, on_both};
use super::world::{MEDIA_TYPE, PASSWORD, World};

on_both!(item_07_certificates_of_clients);

/// An authority, and the files of a server that it vouches for.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let authority = Self { issuer, folder: tempfile::tempdir().unwrap() };
        std::fs::write(authority.path("ca.pem"), authority.issuer.as_ref().pem()).unwrap();
        authority.renew();
        authority
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A certificate for the name, with its key.
    fn vouch(&self, name: &str, usage: ExtendedKeyUsagePurpose) -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    /// A client that shows a certificate of this authority, for the server of another one or of the same.
    fn known_client(&self, server: &Self) -> Client {
        let (certificate, key) = self.vouch("tip.example.com", ExtendedKeyUsagePurpose::ClientAuth);
        server.client().identity(identity(&certificate, &key)).build().unwrap()
    }

    /// Writes a new certificate for the server; the answer is its DER.
    fn renew(&self) -> Vec<u8> {
        let (certificate, key) = self.vouch("localhost", ExtendedKeyUsagePurpose::ServerAuth);
        std::fs::write(self.path("tls.key"), key.serialize_pem()).unwrap();
        std::fs::write(self.path("tls.crt"), certificate.pem()).unwrap();
        certificate.der().to_vec()
    }

    fn configure(&self, config: &mut Config) {
        config.tls_certificate = Some(self.path("tls.crt"));
        config.tls_key = Some(self.path("tls.key"));
        config.tls_client_ca = Some(self.path("ca.pem"));
    }

    pub(crate) fn client(&self) -> ClientBuilder {
        let root = Certificate::from_pem(self.issuer.as_ref().pem().as_bytes()).unwrap();
        Client::builder().tls_certs_only([root]).tls_info(true)
    }

    pub(crate) async fn world(&self, backend: Backend) -> World {
        self.world_with(backend, |_| {}).await
    }

    pub(crate) async fn world_with(&self, backend: Backend, change: impl FnOnce(&mut Config)) -> World {
        World::start_with(backend, |config| {
            self.configure(config);
            change(config);
        })
        .await
    }
}

fn identity(certificate: &rcgen::Certificate, key: &KeyPair) -> Identity {
    Identity::from_pem(format!("{}{}", certificate.pem(), key.serialize_pem()).as_bytes()).unwrap()
}

/// The ways in which somebody may write an identity of a certificate.
fn spellings(identity: &str) -> Vec<String> {
    let pairs: Vec<_> = identity.as_bytes().chunks(2).map(String::from_utf8_lossy).collect();
    let bare = identity.trim_start_matches("dns:");
    vec![
        identity.to_owned(),
        identity.to_uppercase(),
        bare.to_owned(),
        pairs.join(":"),
        format!(" {identity}"),
        format!("dns: {bare}"),
        format!("certificate {identity}"),
    ]
}

/// Makes the files of a server useless.
type Spoil = fn(&Authority);

fn discovery(world: &World) -> String {
    format!("{}/taxii2/", world.url.replace("127.0.0.1", "localhost"))
}

#[tokio::test]
async fn item_04_tls_1_2_and_1_3_and_nothing_below() {
    let authority = Authority::new();
    let world = authority.world(Backend::Sqlite).await;
    assert!(world.url.starts_with("https://"));
    for version in [Version::TLS_1_2, Version::TLS_1_3] {
        let client = authority.client().tls_version_min(version).tls_version_max(version).build().unwrap();
        let response =
            client.get(discovery(&world)).basic_auth("reader", Some(PASSWORD)).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
    }
    // Who does not trust the authority is not served, and plain HTTP is not spoken here.
    assert!(Client::new().get(discovery(&world)).send().await.is_err());
    let plain = discovery(&world).replace("https", "http");
    assert!(Client::new().get(plain).send().await.is_err());
    world.stop().await;
}

#[tokio::test]
async fn item_04_without_usable_files_the_server_does_not_start() {
    let authority = Authority::new();
    let spoil: [(&str, Spoil); 4] = [
        ("no file", |authority| std::fs::remove_file(authority.path("tls.key")).unwrap()),
        ("no certificate", |authority| std::fs::write(authority.path("tls.crt"), "nothing").unwrap()),
        ("another key", |authority| {
            let key = KeyPair::generate().unwrap().serialize_pem();
            std::fs::write(authority.path("tls.key"), key).unwrap();
        }),
        ("no authority", |authority| std::fs::write(authority.path("ca.pem"), "").unwrap()),
    ];
    for (what, spoil) in spoil {
        authority.renew();
        spoil(&authority);
        let storage = storage::open(&authority.path("taxii.db").into()).await.unwrap();
        let mut config = Config::default();
        config.listen.set_port(0);
        authority.configure(&mut config);
        let error = Server::start(config, storage, Clock::system()).await.unwrap_err();
        assert!(matches!(error, StartError::Tls(_)), "{what}: {error}");
        assert!(error.to_string().starts_with("cannot use `/"), "{what}: {error}");
    }
}

#[tokio::test]
async fn item_04_a_new_certificate_is_taken_without_a_restart() {
    let authority = Authority::new();
    let world = authority.world(Backend::Sqlite).await;
    let served = async || {
        let response = authority.client().build().unwrap().get(discovery(&world)).send().await.unwrap();
        let info = response.extensions().get::<reqwest::tls::TlsInfo>().unwrap();
        info.peer_certificate().unwrap().to_vec()
    };
    let before = served().await;
    // A key that does not fit changes nothing.
    std::fs::write(authority.path("tls.key"), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(served().await, before);
    let renewed = authority.renew();
    let mut tries = 0;
    while served().await != renewed {
        tries += 1;
        assert!(tries < 60, "the new certificate is not taken");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    world.stop().await;
}

async fn item_07_certificates_of_clients(backend: Backend) {
    let authority = Authority::new();
    let world = World::start_with(backend, |config| {
        authority.configure(config);
        config.api_key_header = Some("X-API-Key".to_owned());
        config.max_login_failures = 0;
    })
    .await;
    let (certificate, key) = authority.vouch("tip.example.com", ExtendedKeyUsagePurpose::ClientAuth);
    let client = authority.client().identity(identity(&certificate, &key)).build().unwrap();
    let status = async |client: &Client| client.get(discovery(&world)).send().await.unwrap().status();
    assert_eq!(status(&client).await, 401, "nobody's certificate");

    let fingerprint = format!("{:x}", Sha256::digest(certificate.der()));
    for identity in [fingerprint, "dns:tip.example.com".to_owned()] {
        let secret = NewSecret::new(SecretKind::Certificate, identity);
        let added = world.storage.add_secret("reader", &secret, DateAdded::from_millis(0)).await;
        let number = added.unwrap().unwrap();
        assert_eq!(status(&client).await, 200);
        assert!(world.storage.remove_secret("reader", number).await.unwrap());
        assert_eq!(status(&client).await, 401, "no longer");
    }
    // A password goes before the certificate, and without a certificate everything else works.
    let wrong = client.get(discovery(&world)).basic_auth("reader", Some("wrong"));
    assert_eq!(wrong.send().await.unwrap().status(), 401);
    let without = authority.client().build().unwrap();
    let right = without.get(discovery(&world)).basic_auth("reader", Some(PASSWORD));
    assert_eq!(right.send().await.unwrap().status(), 200);
    // An identity is a proof on its own connection only: as text it opens nothing, however it is sent.
    let identity = "dns:tip.example.com";
    let fingerprint = format!("{:x}", Sha256::digest(certificate.der()));
    for identity in [identity, &fingerprint] {
        let secret = NewSecret::new(SecretKind::Certificate, identity);
        world.storage.add_secret("reader", &secret, DateAdded::from_millis(0)).await.unwrap();
    }
    assert_eq!(status(&client).await, 200);
    for text in spellings(identity).into_iter().chain(spellings(&fingerprint)) {
        let get = || without.get(discovery(&world));
        let requests = [
            get().header("Authorization", &text),
            get().header("Authorization", format!("Bearer {text}")),
            get().header("Authorization", format!("Token {text}")),
            get().basic_auth(&text, None::<&str>),
            get().basic_auth(&text, Some("")),
            get().basic_auth("reader", Some(&text)),
            get().header("X-API-Key", &text),
        ];
        for request in requests {
            assert_eq!(request.send().await.unwrap().status(), 401, "{text}");
        }
    }
    // Another authority's certificate ends the connection.
    let stranger = Authority::new().known_client(&authority);
    assert!(stranger.get(discovery(&world)).send().await.is_err());
    world.stop().await;
}

#[tokio::test]
async fn item_07_who_vouches_for_clients_is_exchanged_without_a_restart() {
    let (authority, successor) = (Authority::new(), Authority::new());
    let world = authority.world(Backend::Sqlite).await;
    let secret = NewSecret::new(SecretKind::Certificate, "dns:tip.example.com".to_owned());
    world.storage.add_secret("reader", &secret, DateAdded::from_millis(0)).await.unwrap().unwrap();
    // Each time a new connection; a client that nobody vouches for gets none.
    let served = async |by: &Authority| match by.known_client(&authority).get(discovery(&world)).send().await
    {
        Ok(response) => response.status() == 200,
        Err(_) => false,
    };
    assert!(served(&authority).await && !served(&successor).await);
    std::fs::write(authority.path("ca.pem"), "nothing").unwrap();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(served(&authority).await, "a file that is not usable changes nothing");
    std::fs::copy(successor.path("ca.pem"), authority.path("ca.pem")).unwrap();
    let mut tries = 0;
    while !served(&successor).await {
        tries += 1;
        assert!(tries < 60, "the new authority is not taken");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    assert!(!served(&authority).await, "the old one counts no more");
    world.stop().await;
}

/// A client of our own hand, for what the other one does not show.
pub(crate) fn by_hand(authority: &Authority) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(authority.issuer.as_ref().der().clone()).unwrap();
    ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}

pub(crate) fn connect(address: &str, config: &Arc<ClientConfig>) -> StreamOwned<ClientConnection, TcpStream> {
    let connection = ClientConnection::new(Arc::clone(config), "localhost".try_into().unwrap()).unwrap();
    StreamOwned::new(connection, TcpStream::connect(address).unwrap())
}

/// Runs it where it may block, with the address of the server.
pub(crate) async fn at_the_server<T: Send + 'static>(
    world: &World,
    run: impl FnOnce(&str) -> T + Send + 'static,
) -> T {
    let address = world.url.trim_start_matches("https://").to_owned();
    tokio::task::spawn_blocking(move || run(&address)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn item_04_a_session_that_goes_on_takes_no_early_data() {
    let authority = Authority::new();
    let world = authority.world(Backend::Sqlite).await;
    let mut config = by_hand(&authority);
    config.enable_early_data = true;
    let config = Arc::new(config);
    at_the_server(&world, move |address| {
        for kind in [HandshakeKind::Full, HandshakeKind::Resumed] {
            let mut stream = connect(address, &config);
            assert!(stream.conn.early_data().is_none(), "the server has announced that it takes some");
            stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer);
            assert!(answer.starts_with(b"HTTP/1.1 200"));
            assert_eq!(stream.conn.handshake_kind(), Some(kind));
        }
    })
    .await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_04_suites_that_http_2_forbids_are_refused() {
    const HANDSHAKE: u8 = 22;
    const ALERT: u8 = 21;
    let authority = Authority::new();
    let world = authority.world(Backend::Sqlite).await;
    // One that is good, to show that it is the suite that matters; then RSA, CBC, RC4 and none at all.
    for (suite, expected) in [
        (0xc02b, HANDSHAKE),
        (0x009c, ALERT),
        (0xc009, ALERT),
        (0xc013, ALERT),
        (0xc007, ALERT),
        (0x0000, ALERT),
    ] {
        let answer = at_the_server(&world, move |address| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(&hello(suite)).unwrap();
            let mut kind = [0];
            stream.read_exact(&mut kind).unwrap();
            kind[0]
        });
        assert_eq!(answer.await, expected, "{suite:04x}");
    }
    world.stop().await;
}

/// A `ClientHello` of TLS 1.2 with this suite only (RFC 5246, section 7.4.1.2).
fn hello(suite: u16) -> Vec<u8> {
    let extensions: [&[u8]; 3] = [
        &[0, 10, 0, 4, 0, 2, 0, 23],      // groups: secp256r1
        &[0, 11, 0, 2, 1, 0],             // points: uncompressed
        &[0, 13, 0, 6, 0, 4, 4, 3, 8, 4], // signatures: ECDSA and RSA-PSS, with SHA-256
    ];
    let extensions = extensions.concat();
    let [high, low] = suite.to_be_bytes();
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    body.extend([0, 0, 2, high, low, 1, 0, 0, u8::try_from(extensions.len()).unwrap()]);
    body.extend(extensions);
    let length = u8::try_from(body.len()).unwrap();
    let mut record = vec![22, 3, 1, 0, length + 4, 1, 0, 0, length];
    record.extend(body);
    record
}
