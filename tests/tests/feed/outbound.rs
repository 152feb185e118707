//! The way to the service leads through real proxies, and to a service whose certificate is of a private authority.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use base64::prelude::{BASE64_STANDARD, Engine};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use socdefenders_standin::Settings;
use taxii_server::feed::{Endpoint, Failure, FeedSettings, PollError, Poller};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::world::World;

/// A proxy of the kind of RFC 9110: it forwards requests for `http`, and connects (section 9.3.6) to other services.
#[derive(Clone, Debug, Default)]
struct Proxy {
    /// The name and the password that it wants.
    login: Option<&'static str>,
    /// The status with which it refuses everything.
    refuses: Option<u16>,
    /// The first lines of the requests that it let through.
    passed: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, proxy) = (listener.local_addr().unwrap(), self.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let proxy = proxy.clone();
                tokio::spawn(async move { proxy.serve(client).await });
            }
        });
        address
    }

    async fn serve(self, mut client: TcpStream) -> io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(client.read_u8().await?);
        }
        let head = String::from_utf8(head).unwrap();
        let (request, headers) = head.split_once("\r\n").unwrap();
        let shown =
            headers.lines().find(|line| line.to_ascii_lowercase().starts_with("proxy-authorization:"));
        let wanted = self.login.map(|login| format!("Basic {}", BASE64_STANDARD.encode(login)));
        let known = wanted.is_none_or(|wanted| shown.is_some_and(|line| line.ends_with(&wanted)));
        if let Some(status) = self.refuses.or((!known).then_some(407)) {
            return client
                .write_all(format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n").as_bytes())
                .await;
        }
        self.passed.lock().unwrap().push(request.to_owned());
        let mut parts = request.split(' ');
        let (method, target) = (parts.next().unwrap(), parts.next().unwrap());
        let (authority, path) = match target.strip_prefix("http://") {
            Some(rest) => rest.split_at(rest.find('/').unwrap()),
            None => (target, ""),
        };
        let mut service = TcpStream::connect(authority).await?;
        if method == "CONNECT" {
            client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
        } else {
            let headers =
                shown.map_or(headers.to_owned(), |line| headers.replace(&format!("{line}\r\n"), ""));
            let head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n{headers}");
            service.write_all(head.as_bytes()).await?;
        }
        copy_bidirectional(&mut client, &mut service).await.map(|_| ())
    }

    fn passed(&self) -> Vec<String> {
        self.passed.lock().unwrap().clone()
    }
}

/// An authority that no system knows.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// The file for `ca_file`.
    fn write(&self, world: &World, name: &str) -> Option<PathBuf> {
        let path = world.folder().join(name);
        std::fs::write(&path, self.0.as_ref().pem()).unwrap();
        Some(path)
    }

    /// Stands with a certificate of its own before the stand-in; the answer is the address to poll.
    async fn front(&self, world: &World) -> String {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config =
            config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let standin = world.standin.base_url().strip_prefix("http://").unwrap().to_owned();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (acceptor, standin) = (acceptor.clone(), standin.clone());
                tokio::spawn(async move {
                    let mut client = acceptor.accept(client).await?;
                    let mut service = TcpStream::connect(standin).await?;
                    copy_bidirectional(&mut client, &mut service).await
                });
            }
        });
        url
    }
}

/// A service that is polled by `http`, and the settings for that.
async fn world() -> (World, FeedSettings) {
    let world = World::new(Settings::new().with_iocs(60)).await;
    let settings = world.settings(Endpoint::Auto, &world.standin.pro_key());
    (world, settings)
}

/// Polls, which works, and gives everything.
async fn polls(world: &World, settings: &FeedSettings) {
    world.poller(settings).poll().await.unwrap();
    world.assert_nothing_is_missing().await;
}

/// Polls, which fails; the answer is what the operator is told.
async fn fails(world: &World, settings: &FeedSettings) -> (Failure, String) {
    match world.poller(settings).poll().await {
        Err(PollError::Feed(failure)) => {
            let told = format!("{failure}; {}", failure.help());
            assert!(!told.contains("secret"), "{told}");
            (failure, told)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn requests_go_through_the_proxy() {
    let (world, mut settings) = world().await;
    let authority = Authority::new();
    let secure = authority.front(&world).await;
    settings.ca_file = authority.write(&world, "ca.pem");
    for (url, begins) in [(settings.url.clone(), "GET http://127.0.0.1:"), (secure, "CONNECT localhost:")] {
        settings.url = url;
        for login in [None, Some("eve:a secret: 100% @/?#")] {
            let proxy = Proxy { login, ..Proxy::default() };
            let address = proxy.start().await;
            settings.proxy = Some(format!("http://{address}"));
            if let Some(password) = login.and_then(|login| login.strip_prefix("eve:")) {
                assert_eq!(fails(&world, &settings).await.0, Failure::ProxyLogin);
                settings.proxy = Some(format!("http://eve:not-a-secret@{address}"));
                let (failure, told) = fails(&world, &settings).await;
                assert_eq!(failure, Failure::ProxyLogin);
                assert!(told.contains("(407)") && told.contains("`proxy_password_file`"), "{told}");
                assert!(proxy.passed().is_empty());
                // The file is read again each time.
                settings.proxy = Some(format!("http://eve@{address}"));
                settings.proxy_password_file = Some(world.folder().join("password"));
                std::fs::write(world.folder().join("password"), "not the secret").unwrap();
                let mut poller = world.poller(&settings);
                poller.poll().await.unwrap_err();
                std::fs::write(world.folder().join("password"), format!("{password}\n")).unwrap();
                poller.poll().await.unwrap();
            }
            polls(&world, &settings).await;
            settings.proxy_password_file = None;
            let passed = proxy.passed();
            assert!(!passed.is_empty() && passed.iter().all(|line| line.starts_with(begins)), "{passed:?}");
        }
    }
}

#[tokio::test]
async fn a_proxy_that_lets_nothing_through_is_named() {
    let (world, mut settings) = world().await;
    let authority = Authority::new();
    settings.url = authority.front(&world).await;
    settings.ca_file = authority.write(&world, "ca.pem");
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refusing = Proxy { refuses: Some(502), ..Proxy::default() }.start().await;
    for (address, why) in [(closed, "Connection refused"), (refusing, "unsuccessful")] {
        settings.proxy = Some(format!("http://eve:secret@{address}"));
        let (failure, told) = fails(&world, &settings).await;
        assert!(matches!(failure, Failure::Proxy { .. }), "{failure:?}");
        assert!(told.contains("the proxy") && told.contains(why) && told.contains("`proxy`"), "{told}");
    }
    assert!(world.standin.requests().is_empty(), "nothing went around the proxy");
    settings.proxy = Some(format!("http://eve@{closed}"));
    settings.proxy_password_file = Some(world.folder().join("missing"));
    let failure = Poller::new(settings, world.collection, world.ingest(), world.clock.clone()).unwrap_err();
    assert!(failure.to_string().contains("`proxy_password_file`"), "{failure}");
}

#[tokio::test]
async fn only_a_service_with_a_trusted_certificate_is_polled() {
    let (world, mut settings) = world().await;
    let (authority, other) = (Authority::new(), Authority::new());
    settings.url = authority.front(&world).await;
    for ca_file in [None, other.write(&world, "other.pem")] {
        settings.ca_file = ca_file;
        let (failure, told) = fails(&world, &settings).await;
        assert!(matches!(failure, Failure::Certificate { .. }), "{failure:?}");
        assert!(told.contains("not trusted") && told.contains("`ca_file`"), "{told}");
    }
    assert!(world.standin.requests().is_empty(), "the key was not sent");
    settings.ca_file = authority.write(&world, "ca.pem");
    polls(&world, &settings).await;
    // The name counts, too.
    settings.url = settings.url.replace("localhost", "127.0.0.1");
    assert!(matches!(fails(&world, &settings).await.0, Failure::Certificate { .. }));

    for text in ["", "-----BEGIN CERTIFICATE-----\n", "no certificate"] {
        std::fs::write(settings.ca_file.as_ref().unwrap(), text).unwrap();
        let failure = Poller::new(settings.clone(), world.collection, world.ingest(), world.clock.clone());
        let told = failure.unwrap_err().to_string();
        assert!(told.starts_with("`ca_file`"), "{text}: {told}");
    }
}
