//! TLS: versions 1.2 and 1.3 without early data (TAXII 2.1, section 8.2.2), certificates of clients on request (section
//! 8.3.1), and a certificate that is exchanged while the server runs.
//!
//! Of the cipher suites of TLS 1.2 rustls has only those that HTTP/2 allows (RFC 7540, appendix A).

mod validity;

use std::fmt;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig};

pub use self::validity::Validity;
use self::validity::validity;
use super::hangup::Hangup;
use crate::config::TlsFiles;
use crate::metrics::Metrics;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// What TLS works with: what the files say, as they are or last were usable.
///
/// Everything is exchanged at once. Sessions cannot be resumed across an exchange, so no client goes on by a certificate
/// that nobody vouches for any more.
#[derive(Debug)]
pub struct Identity {
    files: TlsFiles,
    current: RwLock<Current>,
}

#[derive(Clone, Debug)]
struct Current {
    settings: Arc<ServerConfig>,
    expires: Option<DateTime<Utc>>,
}

/// A file that TLS cannot work with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsError {
    path: PathBuf,
    problem: String,
}

impl Identity {
    /// Reads the certificate and the key, which must belong together, and who vouches for clients.
    ///
    /// # Errors
    /// One of the files cannot be read or used, or they do not belong together.
    pub fn load(files: &TlsFiles) -> Result<Arc<Self>, TlsError> {
        let current = RwLock::new(Current::read(files)?);
        Ok(Arc::new(Self { files: files.clone(), current }))
    }

    /// Reads the files again. If they are not usable, what was read before stays.
    ///
    /// # Errors
    /// As of [`Identity::load`].
    pub fn reload(&self) -> Result<(), TlsError> {
        let new = Current::read(&self.files)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    /// Until when the certificate is valid.
    pub fn expires(&self) -> Option<DateTime<Utc>> {
        self.current().expires
    }

    /// The settings for the next connection. With a `client_ca` clients may show certificates of it; they need not.
    pub(super) fn settings(&self) -> Arc<ServerConfig> {
        self.current().settings
    }

    fn current(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the files again whenever they change or the process is told to (SIGHUP), for ever.
    pub(super) async fn follow(self: Arc<Self>, metrics: Arc<Metrics>) {
        metrics.certificate(self.expires());
        let mut told = Hangup::new();
        let mut seen = self.stamp();
        let mut refused = None;
        loop {
            let told = tokio::select! {
                () = tokio::time::sleep(LOOK) => false,
                () = told.recv() => true,
            };
            let stamp = self.stamp();
            if !told && (stamp == seen || Some(&stamp) == refused.as_ref()) {
                continue;
            }
            match self.reload() {
                Ok(()) => {
                    metrics.certificate(self.expires());
                    tracing::info!(until = ?self.expires(), "the files of TLS were read again");
                    (seen, refused) = (stamp, None);
                }
                Err(error) => {
                    tracing::error!("what TLS had before stays: {error}");
                    refused = Some(stamp);
                }
            }
        }
    }

    /// What changes when a file is written.
    fn stamp(&self) -> [Option<(u64, SystemTime)>; 3] {
        let stamp = |metadata: Metadata| Some((metadata.len(), metadata.modified().ok()?));
        let TlsFiles { certificate, key, client_ca } = &self.files;
        [Some(certificate), Some(key), client_ca.as_ref()]
            .map(|path| std::fs::metadata(path?).ok().and_then(stamp))
    }
}

impl Current {
    fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        let TlsFiles { certificate, key, client_ca } = files;
        let provider = Arc::new(default_provider());
        let chain = certificates(certificate)?;
        let expires = chain.first().and_then(|first| validity(first)).map(|found| found.ends);
        let private = PrivateKeyDer::from_pem_file(key).map_err(|error| TlsError::new(key, error))?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let versions = builder.with_protocol_versions(&[&TLS13, &TLS12]);
        let versions = versions.map_err(|error| TlsError::new(certificate, error))?;
        let settings = versions
            .with_client_cert_verifier(clients(client_ca.as_deref(), provider)?)
            .with_single_cert(chain, private);
        let mut settings = settings.map_err(|error| TlsError::new(key, error))?;
        settings.max_early_data_size = 0;
        // HTTP/2 is left to a proxy: the framework bounds neither its streams nor its header lists.
        settings.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { settings: Arc::new(settings), expires })
    }
}

/// Who vouches for the certificates of clients.
fn clients(
    ca: Option<&Path>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let Some(path) = ca else { return Ok(WebPkiClientVerifier::no_client_auth()) };
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(path)?), provider);
    verifier.allow_unauthenticated().build().map_err(|error| TlsError::new(path, error))
}

fn roots(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(|error| TlsError::new(path, error))?;
    }
    Ok(roots)
}

/// Reads the validity of every certificate in a file, in the order of the file.
///
/// # Errors
/// The file cannot be read, or holds no certificate.
pub fn validities(path: &Path) -> Result<Vec<Validity>, TlsError> {
    Ok(certificates(path)?.iter().filter_map(|certificate| validity(certificate)).collect())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let failed = |error| TlsError::new(path, error);
    let chain: Vec<_> =
        CertificateDer::pem_file_iter(path).map_err(failed)?.collect::<Result<_, _>>().map_err(failed)?;
    match chain.is_empty() {
        true => Err(TlsError { path: path.to_owned(), problem: "there is no certificate in it".to_owned() }),
        false => Ok(chain),
    }
}

impl TlsError {
    fn new(path: &Path, problem: impl fmt::Display) -> Self {
        Self { path: path.to_owned(), problem: problem.to_string() }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot use `{}` for TLS: {}", self.path.display(), self.problem)
    }
}

impl std::error::Error for TlsError {}
