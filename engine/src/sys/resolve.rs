//! Names of hosts to addresses, by the system's resolver. It blocks, and no timeout bounds it: it is for a thread of its own.

use std::{
    ffi::CString,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// What is asked of the resolver; numbers as the C library has them, 0 for any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// A name or an address.
    pub host: Vec<u8>,
    /// `AF_INET`, `AF_INET6`.
    pub family: i32,
    /// `SOCK_STREAM` and its like.
    pub kind: i32,
    /// `IPPROTO_TCP` and its like.
    pub protocol: i32,
    /// A service, as a name or a port: the host must be known for it.
    pub service: Option<Vec<u8>>,
}

/// Why there is no address.
#[derive(Debug)]
pub enum NoAddress {
    /// One of the `EAI_*` numbers.
    Resolver(i32),
    /// The system failed.
    System(io::Error),
}

/// Looks a name up: its addresses, in the resolver's order, each once.
///
/// # Errors
/// See [`NoAddress`]; never an empty list.
pub fn addresses(query: &Query) -> Result<Vec<IpAddr>, NoAddress> {
    let text = |bytes: &[u8]| CString::new(bytes).map_err(|_| NoAddress::Resolver(libc::EAI_NONAME));
    let host = text(&query.host)?;
    let service = query.service.as_deref().map(text).transpose()?;
    // SAFETY: zeros are a valid addrinfo: no flags, null pointers.
    let mut hints: libc::addrinfo = unsafe { std::mem::zeroed() };
    hints.ai_family = query.family;
    hints.ai_socktype = query.kind;
    hints.ai_protocol = query.protocol;
    let mut found = std::ptr::null_mut();
    let service = service.as_ref().map_or(std::ptr::null(), |service| service.as_ptr());
    // SAFETY: the strings end in NUL, hints and the place for the result are locals.
    let code = unsafe { libc::getaddrinfo(host.as_ptr(), service, &raw const hints, &raw mut found) };
    if code == libc::EAI_SYSTEM {
        return Err(NoAddress::System(io::Error::last_os_error()));
    }
    if code != 0 {
        return Err(NoAddress::Resolver(code));
    }
    let mut addresses = Vec::new();
    let mut next = found;
    while !next.is_null() {
        // SAFETY: the list is the resolver's: each entry is valid until freeaddrinfo, and its family says what its address is.
        let address = unsafe {
            let entry = &*next;
            next = entry.ai_next;
            match entry.ai_family {
                libc::AF_INET => {
                    let inet = entry.ai_addr.cast::<libc::sockaddr_in>().read_unaligned();
                    Some(IpAddr::from(Ipv4Addr::from(inet.sin_addr.s_addr.to_ne_bytes())))
                }
                libc::AF_INET6 => {
                    let inet = entry.ai_addr.cast::<libc::sockaddr_in6>().read_unaligned();
                    Some(IpAddr::from(Ipv6Addr::from(inet.sin6_addr.s6_addr)))
                }
                _ => None,
            }
        };
        addresses.extend(address.filter(|address| !addresses.contains(address)));
    }
    // SAFETY: the list is what getaddrinfo gave, and nothing points into it any more.
    unsafe { libc::freeaddrinfo(found) };
    if addresses.is_empty() { Err(NoAddress::Resolver(libc::EAI_NONAME)) } else { Ok(addresses) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(host: &str, family: i32) -> Query {
        Query { host: host.into(), family, ..Query::default() }
    }

    #[test]
    fn addresses_and_local_names_are_found_without_a_network() {
        let v4 = IpAddr::from([127, 0, 0, 1]);
        assert_eq!(addresses(&query("127.0.0.1", libc::AF_INET)).unwrap(), [v4]);
        assert_eq!(addresses(&query("::1", libc::AF_INET6)).unwrap(), [IpAddr::from(Ipv6Addr::LOCALHOST)]);
        assert!(addresses(&query("localhost", libc::AF_INET)).unwrap().contains(&v4));
        assert_eq!(addresses(&query("localhost", 0)).unwrap().iter().filter(|found| **found == v4).count(), 1);
    }

    #[test]
    fn what_is_not_known_says_why() {
        for (host, family) in [("with\0nul", 0), ("::1", libc::AF_INET), ("999.1.1.1", libc::AF_INET)] {
            assert!(matches!(addresses(&query(host, family)), Err(NoAddress::Resolver(_))), "{host:?}");
        }
        let unknown = Query { service: Some(b"no-such-service".to_vec()), ..query("127.0.0.1", libc::AF_INET) };
        assert!(matches!(addresses(&unknown), Err(NoAddress::Resolver(_))));
    }
}
