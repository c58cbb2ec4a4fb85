//! `ssl_ciphers`: the lists that OpenSSL takes, as far as they name what rustls has. It must not know a connection.

use rustls::{
    CipherSuite, SupportedCipherSuite,
    crypto::ring::{self, cipher_suite},
};

use super::{Result, TlsError};

/// What lists call the suites of TLS 1.2; those of TLS 1.3 go by their own names.
const NAMES: [(&str, &SupportedCipherSuite); 6] = [
    ("ECDHE-ECDSA-AES256-GCM-SHA384", &cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
    ("ECDHE-ECDSA-AES128-GCM-SHA256", &cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
    ("ECDHE-ECDSA-CHACHA20-POLY1305", &cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256),
    ("ECDHE-RSA-AES256-GCM-SHA384", &cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
    ("ECDHE-RSA-AES128-GCM-SHA256", &cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
    ("ECDHE-RSA-CHACHA20-POLY1305", &cipher_suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
];

const NEWEST: [(&str, CipherSuite); 3] = [
    ("TLS_AES_256_GCM_SHA384", CipherSuite::TLS13_AES_256_GCM_SHA384),
    ("TLS_AES_128_GCM_SHA256", CipherSuite::TLS13_AES_128_GCM_SHA256),
    ("TLS_CHACHA20_POLY1305_SHA256", CipherSuite::TLS13_CHACHA20_POLY1305_SHA256),
];

/// The suites that a list names, in its order: names, `ALL` and its kin, what is joined by `+`, and exclusions (`!`, `-`). As with OpenSSL, what is not known is
/// passed over, and the suites of TLS 1.3 stay unless the list names some of them.
///
/// # Errors
/// None of what is named is there.
pub(super) fn suites(list: &str) -> Result<Vec<SupportedCipherSuite>> {
    let mut chosen: Vec<&(&str, &SupportedCipherSuite)> = Vec::new();
    let mut newest = Vec::new();
    for item in list.split([':', ',', ' ']).map(str::trim).filter(|item| !item.is_empty()) {
        if let Some(named) = NEWEST.iter().find(|(name, _)| *name == item) {
            newest.push(named.1);
        } else if let Some(excluded) = item.strip_prefix(['!', '-']) {
            chosen.retain(|suite| !matches(suite.0, excluded));
        } else {
            for suite in NAMES.iter().filter(|suite| matches(suite.0, item.trim_start_matches('+'))) {
                if !chosen.iter().any(|other| other.0 == suite.0) {
                    chosen.push(suite);
                }
            }
        }
    }
    if chosen.is_empty() && newest.is_empty() {
        let known: Vec<_> = NAMES.iter().map(|(name, _)| *name).chain(NEWEST.iter().map(|(name, _)| *name)).collect();
        return Err(TlsError::setting(
            "ssl_ciphers",
            list,
            format!("it names none of those that there are: {}", known.join(", ")),
        ));
    }
    let all = ring::DEFAULT_CIPHER_SUITES.iter().filter(|suite| suite.tls13().is_some()).copied();
    let newest = all.filter(|suite| newest.is_empty() || newest.contains(&suite.suite()));
    Ok(newest.chain(chosen.into_iter().map(|suite| *suite.1)).collect())
}

/// Whether all parts of an item fit a suite.
fn matches(name: &str, item: &str) -> bool {
    item.split('+').all(|part| match part {
        "ALL" | "DEFAULT" | "HIGH" | "SECURE" | "EECDH" | "ECDHE" | "kEECDH" | "kECDHE" | "TLSv1.2" | "FIPS" | "AEAD" => true,
        "AES" | "AESGCM" => name.contains("-AES"),
        "AES128" => name.contains("-AES128-"),
        "AES256" => name.contains("-AES256-"),
        "CHACHA20" => name.contains("-CHACHA20-"),
        "aRSA" | "RSA" => name.contains("-RSA-"),
        "ECDSA" | "aECDSA" => name.contains("-ECDSA-"),
        "SHA256" | "SHA384" => name.ends_with(part),
        other => other == name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(list: &str) -> (usize, usize) {
        let suites = suites(list).unwrap();
        let newest = suites.iter().filter(|suite| suite.tls13().is_some()).count();
        (newest, suites.len() - newest)
    }

    #[test]
    fn lists_that_programs_have() {
        assert_eq!(count("HIGH:!aNULL:!MD5"), (3, 6));
        assert_eq!(count("EECDH+AESGCM:EDH+AESGCM"), (3, 4));
        assert_eq!(count("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"), (3, 1));
        assert_eq!(count("ALL:!AES128:!ECDSA"), (3, 2));
        assert_eq!(count("TLS_AES_128_GCM_SHA256"), (1, 0));
        assert_eq!(count("AES256-SHA,ECDHE-ECDSA-CHACHA20-POLY1305"), (3, 1));
    }

    #[test]
    fn a_list_of_nothing_says_what_there_is() {
        let error = suites("RC4-MD5:AES256-SHA").unwrap_err().to_string();
        assert!(error.starts_with("ssl_ciphers 'RC4-MD5:AES256-SHA': it names none"), "{error}");
        assert!(error.contains("ECDHE-RSA-AES128-GCM-SHA256"), "{error}");
    }
}
