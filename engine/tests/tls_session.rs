//! Two sessions that talk by way of buffers: what one writes the other reads, however the bytes are cut; and who is trusted.

use std::{fs, path::PathBuf};

use engine::tls::{Progress, Protocols, Session, TlsError, TlsOptions};
use proptest::prelude::*;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    /// ca.pem; server.pem for localhost; client.pem; self.pem, which has issued itself; old.pem, which has expired; each with its key.
    fn new() -> Files {
        let folder = tempfile::tempdir().unwrap();
        let files = Files { folder };
        let ca_key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        files.write("ca.pem", &params.self_signed(&ca_key).unwrap().pem());
        let issuer = Issuer::new(params, ca_key);
        for (who, usage) in [
            ("server", ExtendedKeyUsagePurpose::ServerAuth),
            ("client", ExtendedKeyUsagePurpose::ClientAuth),
            ("old", ExtendedKeyUsagePurpose::ServerAuth),
        ] {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(vec!["localhost".into()]).unwrap();
            params.extended_key_usages = vec![usage];
            if who == "old" {
                params.not_after = rcgen::date_time_ymd(2001, 1, 1);
                params.not_before = rcgen::date_time_ymd(2000, 1, 1);
            }
            files.write(&format!("{who}.pem"), &params.signed_by(&key, &issuer).unwrap().pem());
            files.write(&format!("{who}.key"), &key.serialize_pem());
        }
        let key = KeyPair::generate().unwrap();
        let itself = CertificateParams::new(vec!["localhost".into()]).unwrap().self_signed(&key).unwrap();
        files.write("self.pem", &itself.pem());
        files.write("self.key", &key.serialize_pem());
        files
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn of(&self, who: &str) -> TlsOptions {
        TlsOptions {
            cert_file: Some(self.path(&format!("{who}.pem"))),
            key_file: Some(self.path(&format!("{who}.key"))),
            ..TlsOptions::default()
        }
    }

    fn trusting(&self, issuer: &str) -> TlsOptions {
        TlsOptions { verify_peer: true, ca_file: Some(self.path(issuer)), ..TlsOptions::default() }
    }
}

/// Carries at most `most` bytes at a time from one session to the other, until nothing is left to carry.
fn carry(from: &mut Session, to: &mut Session, most: usize) -> Result<bool, TlsError> {
    let mut wire = Vec::new();
    while from.wants_send() {
        from.send(&mut wire).unwrap();
    }
    for piece in wire.chunks(most) {
        let mut piece = piece;
        while !piece.is_empty() {
            to.receive(&mut piece)?.unwrap();
        }
    }
    Ok(!wire.is_empty())
}

fn agree(server: &TlsOptions, client: &TlsOptions, most: usize) -> Result<(Session, Session), TlsError> {
    let mut server = Session::server(&server.server()?)?;
    let mut client = Session::client(&client.client()?, Some("localhost"))?;
    while carry(&mut client, &mut server, most)? | carry(&mut server, &mut client, most)? {}
    assert!(!client.is_handshaking() && !server.is_handshaking());
    Ok((server, client))
}

fn read_all(session: &mut Session) -> (Vec<u8>, Progress) {
    let (mut got, mut room) = (Vec::new(), [0; 1000]);
    loop {
        match session.read(&mut room).unwrap() {
            Progress::Bytes(count) => got.extend_from_slice(&room[..count]),
            other => return (got, other),
        }
    }
}

#[test]
fn what_is_written_is_read_however_it_is_cut() {
    let files = Files::new();
    for version in [32, 64] {
        for most in [1, 7, 100_000] {
            let client = TlsOptions { protocols: Protocols(version), ..TlsOptions::default() };
            let (mut server, mut client) = agree(&files.of("server"), &client, most).unwrap();
            assert_eq!(client.peer_certificates().len(), 1);
            let sent: Vec<u8> = (0..10_000).map(|number| (number % 251) as u8).collect();
            assert_eq!(client.write(&sent), sent.len());
            assert!(carry(&mut client, &mut server, most).unwrap());
            assert_eq!(read_all(&mut server), (sent, Progress::Wanting));
            server.end();
            carry(&mut server, &mut client, most).unwrap();
            assert_eq!(read_all(&mut client), (Vec::new(), Progress::Ended));
        }
    }
}

#[test]
fn an_end_without_a_word_is_an_error() {
    let files = Files::new();
    let (mut server, mut client) = agree(&files.of("server"), &TlsOptions::default(), 1000).unwrap();
    server.write(b"half");
    carry(&mut server, &mut client, 1000).unwrap();
    client.receive(&mut std::io::empty()).unwrap().unwrap();
    assert_eq!(client.read(&mut [0; 10]), Ok(Progress::Bytes(4)));
    assert_eq!(client.read(&mut [0; 10]), Err(TlsError::CutOff));
    assert_eq!(TlsError::CutOff.code(), 1017);
}

#[test]
fn who_is_trusted() {
    let files = Files::new();
    let refused = |server: &str, client: &TlsOptions| match agree(&files.of(server), client, 1000) {
        Ok(_) => None,
        Err(error) => Some((error.code(), error.to_string())),
    };
    let trusting = files.trusting("ca.pem");
    let named = |name: &str| TlsOptions { host_name: Some(name.into()), ..files.trusting("ca.pem") };
    let lenient = TlsOptions { allow_self_signed: true, ..files.trusting("ca.pem") };
    let text = |why: &str| Some((1014, format!("the peer's certificate is not accepted: {why}")));
    assert_eq!(refused("self", &TlsOptions::default()), None);
    assert_eq!(refused("server", &trusting), None);
    assert_eq!(refused("server", &named("localhost")), None);
    assert_eq!(refused("server", &named("other.example")), text("it is for another name"));
    assert_eq!(refused("old", &trusting), text("it has expired"));
    assert_eq!(refused("old", &lenient), text("it has expired"));
    assert_eq!(refused("self", &trusting), text("nobody who is trusted has issued it"));
    assert_eq!(refused("self", &lenient), None);
    assert_eq!(refused("self", &files.trusting("self.pem")), None);
    assert_eq!(refused("server", &files.trusting("self.pem")), text("nobody who is trusted has issued it"));
    // A client's is none for a server.
    assert_eq!(refused("client", &trusting).map(|(code, _)| code), Some(1014));
}

#[test]
fn a_server_may_ask_for_a_certificate_too() {
    let files = Files::new();
    let asking = TlsOptions { verify_peer: true, client_ca_file: Some(files.path("ca.pem")), ..files.of("server") };
    let (server, _) = agree(&asking, &files.of("client"), 1000).unwrap();
    assert_eq!(server.peer_certificates().len(), 1);
    assert!(agree(&asking, &files.of("self"), 1000).is_err());
    assert!(agree(&asking, &TlsOptions::default(), 1000).is_err());
}

#[test]
fn the_two_sides_agree_on_what_is_spoken() {
    let files = Files::new();
    let speaking = |names: &[&str], options: TlsOptions| TlsOptions {
        alpn: names.iter().map(|name| name.as_bytes().to_vec()).collect(),
        ..options
    };
    let server = speaking(&["h2", "http/1.1"], files.of("server"));
    let (server, client) = agree(&server, &speaking(&["http/1.1"], TlsOptions::default()), 1000).unwrap();
    assert_eq!((server.alpn(), client.alpn()), (Some(&b"http/1.1"[..]), Some(&b"http/1.1"[..])));
}

#[test]
fn a_certificate_can_be_judged_afterwards() {
    let files = Files::new();
    let (_, client) = agree(&files.of("self"), &TlsOptions::default(), 1000).unwrap();
    let chain = client.peer_certificates();
    assert_eq!(files.trusting("ca.pem").verify_server(&chain, false).map_err(|error| error.code()), Err(1014));
    assert_eq!(files.trusting("ca.pem").verify_server(&chain, true), Ok(()));
    assert_eq!(files.trusting("self.pem").verify_server(&chain, false), Ok(()));
    assert_eq!(TlsOptions::default().verify_server(&[], false).map_err(|error| error.code()), Err(1014));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_refused_and_harm_nobody(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..300), 1..8)) {
        let mut session = Session::client(&TlsOptions::default().client().unwrap(), Some("localhost")).unwrap();
        for piece in pieces {
            let mut piece = piece.as_slice();
            while !piece.is_empty() {
                let Ok(Ok(count)) = session.receive(&mut piece) else { return Ok(()) };
                prop_assert!(count > 0);
            }
        }
        prop_assert!(session.is_handshaking());
    }

    #[test]
    fn a_server_whose_words_are_changed_on_the_way_is_not_believed(at in any::<prop::sample::Index>(), bit in 0..8u8) {
        let files = Files::new();
        let mut server = Session::server(&files.of("server").server().unwrap()).unwrap();
        let mut client = Session::client(&TlsOptions::default().client().unwrap(), Some("localhost")).unwrap();
        carry(&mut client, &mut server, 1000).unwrap();
        let mut wire = Vec::new();
        while server.wants_send() {
            server.send(&mut wire).unwrap();
        }
        let at = at.index(wire.len());
        wire[at] ^= 1 << bit;
        let mut changed = wire.as_slice();
        while !changed.is_empty() {
            if client.receive(&mut changed).is_err() {
                return Ok(());
            }
        }
        prop_assert!(client.is_handshaking() || is_version(&wire, at), "byte {at} of {}", wire.len());
    }
}

/// Whether a byte is the version in a record's head, which nobody looks at.
fn is_version(wire: &[u8], at: usize) -> bool {
    let mut from = 0;
    while from + 5 <= wire.len() && at >= from {
        if at == from + 1 || at == from + 2 {
            return true;
        }
        from += 5 + usize::from(u16::from_be_bytes([wire[from + 3], wire[from + 4]]));
    }
    false
}
