//! HTTPS: versions, a certificate that is exchanged, certificates of clients (TAXII 2.1, sections 8.2.2 and 8.3.1).

use std::path::PathBuf;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use reqwest::tls::Version;
use reqwest::{Certificate, Client, ClientBuilder, Identity};
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
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
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

    fn client(&self) -> ClientBuilder {
        let root = Certificate::from_pem(self.issuer.as_ref().pem().as_bytes()).unwrap();
        Client::builder().tls_certs_only([root]).tls_info(true)
    }

    async fn world(&self, backend: Backend) -> World {
        World::start_with(backend, |config| self.configure(config)).await
    }
}

fn identity(certificate: &rcgen::Certificate, key: &KeyPair) -> Identity {
    Identity::from_pem(format!("{}{}", certificate.pem(), key.serialize_pem()).as_bytes()).unwrap()
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
    let world = authority.world(backend).await;
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
