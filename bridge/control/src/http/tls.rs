//! TLS of control sockets: certificates and keys from files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::HttpError;

/// The files of a TLS server, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificates of authorities whose clients are trusted: a file, or a directory of files.
    pub trust_anchor: PathBuf,
    /// The server's own certificate, the chain behind it included.
    pub cert_file: PathBuf,
    /// Its private key.
    pub key_file: PathBuf,
    /// Whether clients must show a certificate.
    pub cert_required: bool,
}

impl TlsFiles {
    pub(super) fn acceptor(&self) -> Result<TlsAcceptor, HttpError> {
        let provider = Arc::new(ring::default_provider());
        let chain = certificates("cert-file", &self.cert_file)?;
        let key = PrivateKeyDer::from_pem_file(&self.key_file)
            .map_err(|error| unusable("key-file", &self.key_file, error))?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable("key-file", &self.key_file, error))?;
        let verified = if self.cert_required {
            let roots = Arc::new(self.roots()?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build();
            builder.with_client_cert_verifier(
                verifier.map_err(|error| unusable("trust-anchor", &self.trust_anchor, error))?,
            )
        } else {
            builder.with_no_client_auth()
        };
        let config = verified
            .with_single_cert(chain, key)
            .map_err(|error| unusable("cert-file", &self.cert_file, error))?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn roots(&self) -> Result<RootCertStore, HttpError> {
        let path = &self.trust_anchor;
        let files = if path.is_dir() {
            let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            let entries = entries.map_err(|error| unusable("trust-anchor", path, error))?;
            entries.iter().map(fs::DirEntry::path).filter(|path| path.is_file()).collect()
        } else {
            vec![path.clone()]
        };
        let mut roots = RootCertStore::empty();
        for file in files {
            for certificate in certificates("trust-anchor", &file)? {
                roots.add(certificate).map_err(|error| unusable("trust-anchor", &file, error))?;
            }
        }
        Ok(roots)
    }
}

fn certificates(
    name: &'static str,
    path: &Path,
) -> Result<Vec<CertificateDer<'static>>, HttpError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found = read.map_err(|error| unusable(name, path, error))?;
    if found.is_empty() {
        return Err(unusable(name, path, "there is no certificate in it"));
    }
    Ok(found)
}

fn unusable(name: &'static str, path: &Path, reason: impl ToString) -> HttpError {
    HttpError::Tls { name, path: path.display().to_string(), reason: reason.to_string() }
}
