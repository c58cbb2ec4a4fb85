//! The machine's network interfaces and their addresses. It must not know who asks.

use nix::{
    ifaddrs::{InterfaceAddress, getifaddrs},
    net::if_::InterfaceFlags,
};

use crate::error::{Context, Result};

/// The kind of address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// Each interface that is not loopback and the first address of this family that it has: (name, address).
///
/// # Errors
/// What getifaddrs(3) says.
pub fn addresses(family: Family) -> Result<Vec<(String, String)>> {
    first_of_each(|interface| {
        let address = interface.address?;
        match family {
            Family::V4 => address.as_sockaddr_in().map(|address| address.ip().to_string()),
            Family::V6 => address.as_sockaddr_in6().map(|address| address.ip().to_string()),
        }
    })
}

/// Each interface that is not loopback and its hardware address: (name, six bytes in hex with colons).
///
/// # Errors
/// What getifaddrs(3) says.
pub fn hardware_addresses() -> Result<Vec<(String, String)>> {
    first_of_each(|interface| {
        let bytes = interface.address?.as_link_addr()?.addr()?;
        Some(bytes.map(|byte| format!("{byte:02X}")).join(":"))
    })
}

fn first_of_each(find: impl Fn(&InterfaceAddress) -> Option<String>) -> Result<Vec<(String, String)>> {
    let mut found: Vec<(String, String)> = Vec::new();
    for interface in getifaddrs().call("getifaddrs")? {
        if interface.flags.contains(InterfaceFlags::IFF_LOOPBACK)
            || found.iter().any(|(name, _)| *name == interface.interface_name)
        {
            continue;
        }
        if let Some(address) = find(&interface) {
            found.push((interface.interface_name, address));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_the_family_that_was_asked_for() {
        for (_, address) in addresses(Family::V4).unwrap() {
            assert!(address.parse::<std::net::Ipv4Addr>().unwrap() != std::net::Ipv4Addr::LOCALHOST);
        }
        for (_, address) in addresses(Family::V6).unwrap() {
            assert!(address.parse::<std::net::Ipv6Addr>().unwrap() != std::net::Ipv6Addr::LOCALHOST);
        }
        for (name, address) in hardware_addresses().unwrap() {
            assert_eq!(address.split(':').filter(|byte| u8::from_str_radix(byte, 16).is_ok()).count(), 6, "{name}: {address}");
        }
    }
}
