//! Who is trusted: nobody is asked, or a certificate must come from somebody who is known, with the exceptions that programs know from OpenSSL. It must not
//! know where the certificates come from.

use std::sync::Arc;

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyUsage};

use super::files::Roots;

/// What a certificate must be.
#[derive(Debug)]
pub(super) struct Trust {
    pub roots: Roots,
    /// One that has issued itself will do.
    pub self_signed: bool,
    /// The name that it must have.
    pub name: Option<ServerName<'static>>,
}

fn refused(error: webpki::Error) -> Error {
    Error::InvalidCertificate(match error {
        // Of somebody who only has the name of one who is trusted.
        webpki::Error::UnknownIssuer | webpki::Error::InvalidSignatureForPublicKey => CertificateError::UnknownIssuer,
        webpki::Error::CertExpired { .. } => CertificateError::Expired,
        webpki::Error::CertNotValidYet { .. } => CertificateError::NotValidYet,
        webpki::Error::BadDer => CertificateError::BadEncoding,
        webpki::Error::CertNotValidForName(_) => CertificateError::NotValidForName,
        other => CertificateError::Other(OtherError(Arc::new(other))),
    })
}

impl Trust {
    /// Whether a certificate, with what was sent along, is what it must be.
    pub fn check(
        &self,
        algorithms: WebPkiSupportedAlgorithms,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
        usage: impl ExtendedKeyUsageValidator,
    ) -> Result<(), Error> {
        let parsed = EndEntityCert::try_from(certificate).map_err(refused)?;
        let verified = parsed.verify_for_usage(algorithms.all, &self.roots.store.roots, others, now, usage, None, None);
        // That it is valid now has been seen before these.
        let nobody_issued_it = matches!(
            verified,
            Err(webpki::Error::CaUsedAsEndEntity | webpki::Error::UnknownIssuer | webpki::Error::InvalidSignatureForPublicKey)
        );
        let issued_itself = parsed.issuer() == parsed.subject();
        match verified {
            Ok(_) => {}
            Err(_) if nobody_issued_it && self.roots.named.iter().any(|named| named.as_ref() == certificate.as_ref()) => {}
            Err(_) if nobody_issued_it && self.self_signed && issued_itself => {}
            // Of one who issues for others and is presented itself, this is what is wrong with it.
            Err(_) if nobody_issued_it && issued_itself => {
                return Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
            }
            Err(error) => return Err(refused(error)),
        }
        match &self.name {
            Some(name) => parsed.verify_is_valid_for_subject_name(name).map_err(refused),
            None => Ok(()),
        }
    }
}

/// For either side: `None` trusts everybody.
#[derive(Debug)]
pub(super) struct Verifier {
    pub algorithms: WebPkiSupportedAlgorithms,
    pub trust: Option<Trust>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(trust) = &self.trust {
            trust.check(self.algorithms, certificate, others, now, KeyUsage::server_auth())?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for Verifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if let Some(trust) = &self.trust {
            trust.check(self.algorithms, certificate, others, now, KeyUsage::client_auth())?;
        }
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
