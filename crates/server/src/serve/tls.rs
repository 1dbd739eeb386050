//! TLS with a certificate from files. They are read again when they change or when the process is
//! told to (SIGHUP); a pair that cannot be used never replaces one that can.

use super::certificate::not_after;
use daybook_model::Timestamp;
use std::fmt;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often the log says that the certificate ends soon, and how soon that is.
const WARN_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
const ENDS_SOON_US: i64 = 14 * Timestamp::DAY_US;

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {path}: {cause}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// What was read does not work.
    #[error("the certificate {path} cannot be used with its key: {cause}")]
    Unusable {
        /// The certificate's file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
}

/// Encrypts connections.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    files: Arc<Files>,
}

/// The files, and what was last read from them.
#[derive(Debug)]
struct Files {
    cert: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    current: RwLock<Pair>,
    seen: Mutex<Option<[Version; 2]>>,
}

#[derive(Debug, Clone)]
struct Pair {
    certified: Arc<CertifiedKey>,
    not_after: Option<Timestamp>,
}

/// Tells one state of a file from another: when it was written, how long it is, which file it is.
type Version = (i64, i64, u64, u64);

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("cert", &self.files.cert)
            .finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads a certificate chain and its private key, both PEM.
    ///
    /// # Errors
    /// When they cannot be read or do not belong together.
    pub fn open(cert: &Path, key: &Path) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let seen = versions(cert, key);
        let files = Arc::new(Files {
            current: RwLock::new(read(cert, key, &provider)?),
            cert: cert.into(),
            key: key.into(),
            provider: Arc::clone(&provider),
            seen: Mutex::new(seen),
        });
        // TLS 1.2 and 1.3 are the versions that rustls has.
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(cert, &error))?
            .with_no_client_auth();
        let mut config = config.with_cert_resolver(Arc::clone(&files) as _);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self { acceptor, files })
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.acceptor.accept(stream).await
    }

    /// When the certificate ends.
    pub(crate) fn not_after(&self) -> Option<Timestamp> {
        self.files.pair().not_after
    }

    /// Reads the files again. New connections get the new certificate, open ones go on.
    ///
    /// # Errors
    /// As [`Tls::open`]; then the old certificate stays in use.
    pub fn reload(&self) -> Result<(), TlsError> {
        let files = &self.files;
        let pair = read(&files.cert, &files.key, &files.provider)?;
        *files
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner) = pair;
        Ok(())
    }

    /// Keeps the certificate up to date and warns before it ends. Ends never.
    pub async fn watch_forever(self) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        let mut warnings = tokio::time::interval(WARN_EVERY);
        let mut hang_ups = signal(SignalKind::hangup()).ok();
        let hang_up = async |hang_ups: &mut Option<tokio::signal::unix::Signal>| match hang_ups {
            Some(hang_ups) => _ = hang_ups.recv().await,
            None => std::future::pending().await,
        };
        loop {
            tokio::select! {
                _ = looks.tick() => if self.files.changed() {
                    self.reload_and_tell();
                },
                () = hang_up(&mut hang_ups) => self.reload_and_tell(),
                _ = warnings.tick() => self.warn(),
            }
        }
    }

    fn reload_and_tell(&self) {
        let cert = self.files.cert.display();
        match self.reload() {
            Ok(()) => {
                tracing::info!(%cert, "the certificate was read again");
                self.warn();
            }
            Err(error) => {
                tracing::warn!(%error, "the new certificate cannot be used: the old one stays in use");
            }
        }
    }

    fn warn(&self) {
        let (cert, now) = (self.files.cert.display(), Timestamp::now());
        match self.not_after() {
            Some(end) if end <= now => {
                tracing::error!(%cert, "the certificate ended at {end}: clients refuse it");
            }
            Some(end) if end <= now.plus_us(ENDS_SOON_US) => {
                tracing::warn!(%cert, "the certificate ends at {end}: renew it");
            }
            _ => {}
        }
    }
}

impl Files {
    fn pair(&self) -> Pair {
        let current = self.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the files are others than at the last look.
    fn changed(&self) -> bool {
        let now = versions(&self.cert, &self.key);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // A file that is away for a moment is being replaced.
        let changed = now.is_some() && *seen != now;
        if changed {
            *seen = now;
        }
        changed
    }
}

impl ResolvesServerCert for Files {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.pair().certified)
    }
}

fn versions(cert: &Path, key: &Path) -> Option<[Version; 2]> {
    let version = |path: &Path| {
        let file = std::fs::metadata(path).ok()?;
        Some((file.mtime(), file.mtime_nsec(), file.size(), file.ino()))
    };
    Some([version(cert)?, version(key)?])
}

fn read(cert: &Path, key: &Path, provider: &CryptoProvider) -> Result<Pair, TlsError> {
    let unreadable = |path: &Path, cause: String| TlsError::Unreadable {
        path: path.into(),
        cause,
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(cert)
        .map_err(|error| unreadable(cert, error.to_string()))?
        .collect();
    let chain = chain.map_err(|error| unreadable(cert, error.to_string()))?;
    let Some(first) = chain.first() else {
        return Err(unreadable(cert, "it holds no certificate".into()));
    };
    let not_after = not_after(first);
    let key =
        PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, error.to_string()))?;
    let certified =
        CertifiedKey::from_der(chain, key, provider).map_err(|error| unusable(cert, &error))?;
    Ok(Pair {
        certified: Arc::new(certified),
        not_after,
    })
}

fn unusable(path: &Path, error: &rustls::Error) -> TlsError {
    TlsError::Unusable {
        path: path.into(),
        cause: error.to_string(),
    }
}
