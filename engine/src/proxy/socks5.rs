//! SOCKS 5 (RFC 1928), with a name and a password (RFC 1929) or without. It must not know what is said once the proxy passes it on.

use std::net::IpAddr;

use super::{ProxyError, Turn, failed};

const UNSUPPORTED_VERSION: i32 = 7001;
const UNSUPPORTED_METHOD: i32 = 7002;
const LOGIN_FAILED: i32 = 7003;
const HANDSHAKE_FAILED: i32 = 7005;
const CONNECT_FAILED: i32 = 7006;

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const BY_PASSWORD: u8 = 2;

/// What is waited for. What will be said later is made at the beginning, so that what cannot be said is known at once.
#[derive(Debug)]
pub(super) enum Negotiation {
    /// Which login the proxy wants.
    Method { login: Option<Vec<u8>>, request: Vec<u8> },
    /// Whether it lets us in.
    Login { request: Vec<u8> },
    /// Whether it has connected.
    Answer,
}

/// A text of at most 255 bytes, with its length before it.
fn short(what: &str, text: &[u8]) -> Result<Vec<u8>, ProxyError> {
    match u8::try_from(text.len()) {
        Ok(length) if length > 0 => Ok([&[length], text].concat()),
        _ => {
            Err(failed(HANDSHAKE_FAILED, format!("the {what} must have 1 to 255 bytes for a SOCKS proxy, it has {}", text.len())))
        }
    }
}

fn version(given: u8, expected: u8) -> Result<(), ProxyError> {
    if given == expected {
        return Ok(());
    }
    Err(failed(UNSUPPORTED_VERSION, format!("what answers is no SOCKS 5 proxy: it speaks version {given}")))
}

impl Negotiation {
    /// Begins one, with what to send first.
    pub fn new(login: Option<(&[u8], &[u8])>, host: &[u8], port: u16) -> Result<(Negotiation, Vec<u8>), ProxyError> {
        // Version, "connect", reserved, and the address with its type.
        let mut request = vec![VERSION, 1, 0];
        match std::str::from_utf8(host).ok().and_then(|host| host.parse().ok()) {
            Some(IpAddr::V4(ip)) => request.extend([&[1][..], &ip.octets()].concat()),
            Some(IpAddr::V6(ip)) => request.extend([&[4][..], &ip.octets()].concat()),
            // The proxy looks the name up.
            None => request.extend([vec![3], short("host's name", host)?].concat()),
        }
        request.extend(port.to_be_bytes());
        let login = match login {
            Some((name, password)) => Some([vec![1], short("user's name", name)?, short("password", password)?].concat()),
            None => None,
        };
        let first = if login.is_some() { vec![VERSION, 2, NO_LOGIN, BY_PASSWORD] } else { vec![VERSION, 1, NO_LOGIN] };
        Ok((Negotiation::Method { login, request }, first))
    }

    pub fn next(&mut self, said: &[u8]) -> Result<Turn, ProxyError> {
        match self {
            Negotiation::Method { login, request } => {
                let [given, method, ..] = *said else { return Ok(Turn::Wanting) };
                version(given, VERSION)?;
                let (next, bytes) = match (method, login.take()) {
                    (NO_LOGIN, _) => (Negotiation::Answer, std::mem::take(request)),
                    (BY_PASSWORD, Some(login)) => (Negotiation::Login { request: std::mem::take(request) }, login),
                    _ => return Err(failed(UNSUPPORTED_METHOD, "the SOCKS proxy wants a login that was not given")),
                };
                *self = next;
                Ok(Turn::Say { taken: 2, bytes })
            }
            Negotiation::Login { request } => {
                let [given, status, ..] = *said else { return Ok(Turn::Wanting) };
                version(given, 1)?;
                if status != 0 {
                    return Err(failed(LOGIN_FAILED, "the SOCKS proxy refuses the user's name or the password"));
                }
                let bytes = std::mem::take(request);
                *self = Negotiation::Answer;
                Ok(Turn::Say { taken: 2, bytes })
            }
            Negotiation::Answer => answer(said),
        }
    }
}

fn answer(said: &[u8]) -> Result<Turn, ProxyError> {
    let [given, status, _, kind, first, ..] = *said else { return Ok(Turn::Wanting) };
    version(given, VERSION)?;
    let why = match status {
        0 => "",
        1 => "it has failed",
        2 => "it is not allowed to connect there",
        3 => "the network cannot be reached",
        4 => "the host cannot be reached",
        5 => "connection refused",
        6 => "the time is over",
        7 => "it cannot connect",
        8 => "it does not know the kind of address",
        _ => "it does not say why",
    };
    if status != 0 {
        return Err(failed(CONNECT_FAILED, format!("the SOCKS proxy cannot connect: {why}")));
    }
    // The proxy's own address, of which nobody here wants to know.
    let address = match kind {
        1 => 4,
        3 => 1 + usize::from(first),
        4 => 16,
        _ => return Err(failed(HANDSHAKE_FAILED, format!("the SOCKS proxy has an address of the unknown kind {kind}"))),
    };
    let taken = 4 + address + 2;
    Ok(if said.len() < taken { Turn::Wanting } else { Turn::Done { taken } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(taken: usize, bytes: &[u8]) -> Result<Turn, ProxyError> {
        Ok(Turn::Say { taken, bytes: bytes.to_vec() })
    }

    #[test]
    fn without_a_login() {
        let (mut negotiation, first) = Negotiation::new(None, b"name", 80).unwrap();
        assert_eq!(first, [5, 1, 0]);
        assert_eq!(negotiation.next(&[5]), Ok(Turn::Wanting));
        assert_eq!(negotiation.next(&[5, 0]), say(2, b"\x05\x01\x00\x03\x04name\x00\x50"));
        let answer = [5, 0, 0, 1, 127, 0, 0, 1, 0, 80, b'x'];
        for end in 0..10 {
            assert_eq!(negotiation.next(&answer[..end]), Ok(Turn::Wanting), "{end}");
        }
        assert_eq!(negotiation.next(&answer), Ok(Turn::Done { taken: 10 }));
        assert_eq!(super::answer(&[5, 0, 0, 3, 2, b'a', b'b', 0, 80]), Ok(Turn::Done { taken: 9 }));
    }

    #[test]
    fn with_a_login() {
        let (mut negotiation, first) = Negotiation::new(Some((b"me", b"secret")), b"::1", 256).unwrap();
        assert_eq!(first, [5, 2, 0, 2]);
        assert_eq!(negotiation.next(&[5, 2]), say(2, b"\x01\x02me\x06secret"));
        assert_eq!(negotiation.next(&[1, 0]), say(2, &[&[5, 1, 0, 4][..], &[0; 15], &[1, 1, 0]].concat()));
        let (mut negotiation, _) = Negotiation::new(Some((b"me", b"secret")), b"10.0.0.1", 1).unwrap();
        assert_eq!(negotiation.next(&[5, 2]), say(2, b"\x01\x02me\x06secret"));
        assert_eq!(negotiation.next(&[1, 1]).map_err(|error| error.code), Err(LOGIN_FAILED));
    }

    #[test]
    fn what_goes_wrong_has_its_number() {
        let new = || Negotiation::new(None, b"x", 1).unwrap().0;
        let code = |said: &[u8]| new().next(said).map_err(|error| error.code);
        assert_eq!(code(&[4, 0]), Err(UNSUPPORTED_VERSION));
        assert_eq!(code(&[5, 2]), Err(UNSUPPORTED_METHOD));
        assert_eq!(code(&[5, 0xff]), Err(UNSUPPORTED_METHOD));
        assert_eq!(answer(&[5, 5, 0, 1, 0]).unwrap_err().text, "the SOCKS proxy cannot connect: connection refused");
        assert_eq!(answer(&[5, 0, 0, 9, 0]).map_err(|error| error.code), Err(HANDSHAKE_FAILED));
        assert_eq!(Negotiation::new(None, &[b'x'; 256], 1).unwrap_err().code, HANDSHAKE_FAILED);
        assert_eq!(Negotiation::new(Some((b"", b"x")), b"x", 1).unwrap_err().code, HANDSHAKE_FAILED);
    }
}
