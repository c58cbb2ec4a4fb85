//! From settings to what rustls works by. It must not know a connection.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, ServerConfig, SupportedProtocolVersion,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime},
    version::{TLS12, TLS13},
};
use webpki::KeyUsage;

use super::{
    Result, TlsError, TlsOptions, ciphers, files,
    verify::{Trust, Verifier},
};

/// What client sessions are made of.
#[derive(Clone, Debug)]
pub struct ClientTls {
    pub(super) config: Arc<ClientConfig>,
    pub(super) name: Option<ServerName<'static>>,
}

/// What server sessions are made of.
#[derive(Clone, Debug)]
pub struct ServerTls {
    pub(super) config: Arc<ServerConfig>,
}

/// Our certificate, those above it, and its key.
type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

impl TlsOptions {
    fn provider(&self) -> Result<CryptoProvider> {
        let mut provider = ring::default_provider();
        if let Some(list) = &self.ciphers {
            provider.cipher_suites = ciphers::suites(list)?;
        }
        Ok(provider)
    }

    fn versions(&self) -> Result<Vec<&'static SupportedProtocolVersion>> {
        let mut versions = Vec::new();
        if self.protocols.has_tls13() {
            versions.push(&TLS13);
        }
        if self.protocols.has_tls12() {
            versions.push(&TLS12);
        }
        if versions.is_empty() {
            return Err(TlsError::setting("ssl_protocols", self.protocols.0, "TLS 1.2 and TLS 1.3 are all that there is"));
        }
        Ok(versions)
    }

    fn identity(&self) -> Result<Option<Identity>> {
        let Some(file) = &self.cert_file else { return Ok(None) };
        let chain = files::certificates("ssl_cert_file", file)?;
        // One file may hold both.
        let (option, key_file): (_, &Path) = match &self.key_file {
            Some(key_file) => ("ssl_key_file", key_file),
            None => ("ssl_cert_file", file),
        };
        Ok(Some((chain, files::key(option, key_file, self.passphrase.as_deref())?)))
    }

    fn refused_identity(&self, error: rustls::Error) -> TlsError {
        let file = self.key_file.as_ref().or(self.cert_file.as_ref()).map(|file| file.display().to_string());
        let why = match error {
            rustls::Error::InconsistentKeys(_) => "it is not the key of the certificate in ssl_cert_file".into(),
            other => other.to_string(),
        };
        TlsError::setting("ssl_key_file", file.unwrap_or_default(), why)
    }

    fn name(&self) -> Result<Option<ServerName<'static>>> {
        let Some(name) = &self.host_name else { return Ok(None) };
        let parsed = ServerName::try_from(name.clone());
        parsed.map(Some).map_err(|_| TlsError::setting("ssl_host_name", name, "it is neither a host name nor an IP address"))
    }

    /// For the client's side.
    ///
    /// # Errors
    /// A setting cannot be used.
    pub fn client(&self) -> Result<ClientTls> {
        let provider = self.provider()?;
        let name = self.name()?;
        let trust = match self.verify_peer {
            true => Some(self.trust_of_servers(self.allow_self_signed)?),
            false => None,
        };
        let verifier = Verifier { algorithms: provider.signature_verification_algorithms, trust };
        let builder = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&self.versions()?)
            .map_err(|error| TlsError::setting("ssl_protocols", self.protocols.0, error))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match self.identity()? {
            Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(|error| self.refused_identity(error))?,
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols.clone_from(&self.alpn);
        Ok(ClientTls { config: Arc::new(config), name })
    }

    fn roots(&self) -> Result<files::Roots> {
        files::roots(self.ca_file.as_deref().map(|file| ("ssl_cafile", file)), self.ca_path.as_deref())
    }

    fn trust_of_servers(&self, self_signed: bool) -> Result<Trust> {
        let roots = self.roots()?;
        Ok(Trust { roots, self_signed, name: self.name()? })
    }

    /// For the server's side.
    ///
    /// # Errors
    /// A setting cannot be used; there is no certificate.
    pub fn server(&self) -> Result<ServerTls> {
        let provider = self.provider()?;
        let identity = self.identity()?;
        let (chain, key) = identity.ok_or(TlsError::Missing("a server needs ssl_cert_file and ssl_key_file"))?;
        let algorithms = provider.signature_verification_algorithms;
        let builder = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&self.versions()?)
            .map_err(|error| TlsError::setting("ssl_protocols", self.protocols.0, error))?;
        let builder = if self.verify_peer {
            let roots = match &self.client_ca_file {
                Some(file) => files::roots(Some(("ssl_client_cert_file", file)), None)?,
                None => self.roots()?,
            };
            let trust = Some(Trust { roots, self_signed: self.allow_self_signed, name: None });
            builder.with_client_cert_verifier(Arc::new(Verifier { algorithms, trust }))
        } else {
            builder.with_no_client_auth()
        };
        let mut config = builder.with_single_cert(chain, key).map_err(|error| self.refused_identity(error))?;
        config.alpn_protocols.clone_from(&self.alpn);
        Ok(ServerTls { config: Arc::new(config) })
    }

    /// Whether a server's certificate, with those that it has sent along, is to be trusted.
    ///
    /// # Errors
    /// Why it is not; a setting cannot be used.
    pub fn verify_server(&self, chain: &[Vec<u8>], allow_self_signed: bool) -> Result<()> {
        let trust = self.trust_of_servers(allow_self_signed)?;
        let chain: Vec<_> = chain.iter().map(|certificate| CertificateDer::from(certificate.as_slice())).collect();
        let [certificate, others @ ..] = chain.as_slice() else { return Err(TlsError::Untrusted("there is none".into())) };
        let algorithms = ring::default_provider().signature_verification_algorithms;
        trust.check(algorithms, certificate, others, UnixTime::now(), KeyUsage::server_auth()).map_err(TlsError::from)
    }
}
