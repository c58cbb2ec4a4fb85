//! Certificates and keys in files. It must not know what they are for.

use std::{
    fs,
    path::Path,
    sync::{Arc, OnceLock},
};

use pkcs8::{EncryptedPrivateKeyInfo, SecretDocument};
use rustls::{
    RootCertStore,
    pki_types::{
        CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer,
        pem::{self, PemObject},
    },
};

use super::{Result, TlsError};
use crate::base64;

fn failed(option: &'static str, path: &Path) -> impl FnOnce(pem::Error) -> TlsError {
    move |error| {
        let why = match error {
            pem::Error::Io(error) => crate::sys::error_text(error.raw_os_error().unwrap_or(libc::EIO)),
            other => other.to_string(),
        };
        TlsError::setting(option, path.display(), why)
    }
}

/// The certificates in a PEM file, at least one.
pub(super) fn certificates(option: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let found = CertificateDer::pem_file_iter(path).map_err(failed(option, path))?;
    let found = found.collect::<Result<Vec<_>, _>>().map_err(failed(option, path))?;
    if found.is_empty() {
        return Err(TlsError::setting(option, path.display(), "there is no certificate in it"));
    }
    Ok(found)
}

/// The private key in a PEM file, which may be encrypted as PKCS #8 (`BEGIN ENCRYPTED PRIVATE KEY`).
pub(super) fn key(option: &'static str, path: &Path, passphrase: Option<&[u8]>) -> Result<PrivateKeyDer<'static>> {
    match PrivateKeyDer::from_pem_file(path) {
        Err(pem::Error::NoItemsFound) => {}
        found => return found.map_err(failed(option, path)),
    }
    let refused = |why: &str| TlsError::setting(option, path.display(), why);
    let text = fs::read_to_string(path).map_err(|error| refused(&error.to_string()))?;
    let Some(start) = text.find("-----BEGIN ENCRYPTED PRIVATE KEY-----") else {
        return Err(refused("there is no private key in it that can be read"));
    };
    let Some(passphrase) = passphrase else { return Err(refused("the key is encrypted, and there is no ssl_passphrase")) };
    let end = text[start..].find("-----END").and_then(|end| text[start + end..].find('\n').map(|line| start + end + line));
    let (_, encrypted) =
        SecretDocument::from_pem(&text[start..end.unwrap_or(text.len())]).map_err(|error| refused(&error.to_string()))?;
    let encrypted: EncryptedPrivateKeyInfo<'_> = encrypted.decode_msg().map_err(|error| refused(&error.to_string()))?;
    let plain = encrypted.decrypt(passphrase).map_err(|_| refused("ssl_passphrase does not open it"))?;
    Ok(PrivatePkcs8KeyDer::from(plain.as_bytes().to_vec()).into())
}

/// Whom to trust.
#[derive(Debug)]
pub(super) struct Roots {
    /// Those who issue.
    pub store: Arc<RootCertStore>,
    /// What the program itself named: one that is presented as it stands there is trusted as it is.
    pub named: Vec<CertificateDer<'static>>,
}

/// Those of a file, with the option that names it, and of a folder; the system's where there is neither.
pub(super) fn roots(file: Option<(&'static str, &Path)>, folder: Option<&Path>) -> Result<Roots> {
    let mut named = Vec::new();
    let mut source = None;
    if let Some(folder) = folder {
        if !folder.is_dir() {
            return Err(TlsError::setting("ssl_capath", folder.display(), "it is no folder"));
        }
        named.extend(rustls_native_certs::load_certs_from_paths(None, Some(folder)).certs);
        source = Some(("ssl_capath", folder));
    }
    if let Some((option, file)) = file {
        named.extend(certificates(option, file)?);
        source = Some((option, file));
    }
    let Some((option, path)) = source else { return Ok(Roots { store: system_roots(), named }) };
    let mut store = RootCertStore::empty();
    let (usable, _) = store.add_parsable_certificates(named.iter().cloned());
    if usable == 0 {
        return Err(TlsError::setting(option, path.display(), "no certificate in it can be used"));
    }
    Ok(Roots { store: Arc::new(store), named })
}

/// Read once a process: there are many, and they take milliseconds.
fn system_roots() -> Arc<RootCertStore> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    Arc::clone(ROOTS.get_or_init(|| {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(store)
    }))
}

/// A certificate as PEM.
pub fn pem_of(certificate: &[u8]) -> String {
    let mut text = String::with_capacity(certificate.len() * 4 / 3 + 80);
    text.push_str("-----BEGIN CERTIFICATE-----\n");
    // 48 bytes are a line of 64 digits.
    for line in certificate.chunks(48) {
        base64::push(&mut text, line);
        text.push('\n');
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pem_is_read_back() {
        for length in [1, 2, 3, 47, 48, 49, 500] {
            let bytes: Vec<u8> = (0..length).map(|number| number as u8 ^ 0xa5).collect();
            let read = CertificateDer::from_pem_slice(pem_of(&bytes).as_bytes()).unwrap();
            assert_eq!(read.as_ref(), bytes);
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named_with_its_option() {
        let error = certificates("ssl_cert_file", Path::new("/nowhere/x.pem")).unwrap_err();
        assert_eq!(error.to_string(), "ssl_cert_file '/nowhere/x.pem': No such file or directory");
    }
}
