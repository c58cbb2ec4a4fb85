//! HTTP's CONNECT. It must not know what is said once the proxy passes it on.

use super::{ProxyError, Turn, failed};
use crate::base64;

/// The longest head of an answer, in bytes.
const LONGEST: usize = 16 << 10;

const HANDSHAKE_FAILED: i32 = 7103;
const BAD_RESPONSE: i32 = 7104;

/// What is sent.
pub(super) fn request(login: Option<(&[u8], &[u8])>, host: &[u8], port: u16) -> Result<Vec<u8>, ProxyError> {
    let host = std::str::from_utf8(host).ok().filter(|host| !host.chars().any(|c| c.is_control() || c.is_whitespace()));
    let host = host.ok_or_else(|| failed(HANDSHAKE_FAILED, "the host's name cannot be said to an HTTP proxy"))?;
    let place = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let mut request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\nProxy-Connection: Keep-Alive\r\n");
    if let Some((name, password)) = login {
        request.push_str("Proxy-Authorization: Basic ");
        base64::push(&mut request, &[name, b":", password].concat());
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    Ok(request.into_bytes())
}

/// What the answer comes to.
pub(super) fn answer(said: &[u8]) -> Result<Turn, ProxyError> {
    let begins_well = b"HTTP/1.".starts_with(&said[..said.len().min(7)]);
    if !begins_well {
        return Err(failed(BAD_RESPONSE, "what answers is no HTTP proxy"));
    }
    let Some(end) = said.windows(4).position(|window| window == b"\r\n\r\n") else {
        return match said.len() < LONGEST {
            true => Ok(Turn::Wanting),
            false => Err(failed(BAD_RESPONSE, "the HTTP proxy's answer does not end")),
        };
    };
    let line = said.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    match line.split(' ').nth(1).map(str::as_bytes) {
        Some([b'2', _, _]) => Ok(Turn::Done { taken: end + 4 }),
        _ => Err(failed(BAD_RESPONSE, format!("the HTTP proxy refuses: {line}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_name_the_host_and_the_login() {
        let text = |login, host: &str| String::from_utf8(request(login, host.as_bytes(), 443).unwrap()).unwrap();
        let expected = "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\nProxy-Connection: Keep-Alive\r\n\r\n";
        assert_eq!(text(None, "example.com"), expected);
        let with_login = text(Some((b"me", b"secret")), "::1");
        assert!(with_login.starts_with("CONNECT [::1]:443 HTTP/1.1\r\n"), "{with_login}");
        assert!(with_login.contains("\r\nProxy-Authorization: Basic bWU6c2VjcmV0\r\n"), "{with_login}");
        assert_eq!(request(None, b"x\r\nHost: y", 1).unwrap_err().code, HANDSHAKE_FAILED);
    }

    #[test]
    fn answers_are_taken_up_to_their_end_and_no_further() {
        let whole = b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n220 mail";
        for end in 0..whole.len() - 8 {
            assert_eq!(answer(&whole[..end]), Ok(Turn::Wanting), "{end}");
        }
        assert_eq!(answer(whole), Ok(Turn::Done { taken: whole.len() - 8 }));
        let error = answer(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").unwrap_err();
        assert_eq!(error.text, "the HTTP proxy refuses: HTTP/1.1 407 Proxy Authentication Required");
        assert_eq!(answer(b"SSH-2").unwrap_err().code, BAD_RESPONSE);
        assert_eq!(answer(&[b"HTTP/1.1 ", &[b'x'; LONGEST][..]].concat()).unwrap_err().code, BAD_RESPONSE);
    }
}
