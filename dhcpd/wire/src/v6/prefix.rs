//! Prefixes that are delegated, and what is kept of them.

use std::fmt;
use std::net::Ipv6Addr;

/// An IPv6 prefix. The bits behind its length are zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    address: Ipv6Addr,
    length: u8,
}

impl Prefix {
    /// The first `length` bits of an address; `None` if an address does not have as many.
    #[must_use]
    pub fn new(address: Ipv6Addr, length: u8) -> Option<Self> {
        if length > 128 {
            return None;
        }
        Some(Self { address: Ipv6Addr::from_bits(address.to_bits() & mask(length)), length })
    }

    /// The first address.
    #[must_use]
    pub fn address(self) -> Ipv6Addr {
        self.address
    }

    /// The length in bits.
    #[must_use]
    pub fn length(self) -> u8 {
        self.length
    }

    /// Whether an address is one of the prefix.
    #[must_use]
    pub fn contains(self, address: Ipv6Addr) -> bool {
        address.to_bits() & mask(self.length) == self.address.to_bits()
    }

    /// Whether another prefix is part of this one, or the same.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.length <= other.length && self.contains(other.address)
    }
}

/// The network mask of a length up to 128.
fn mask(length: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0)
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(address: &str, length: u8) -> Prefix {
        Prefix::new(address.parse().unwrap(), length).unwrap()
    }

    #[test]
    fn bits_behind_the_length_are_cleared() {
        assert_eq!(prefix("2001:db8:1:2:3::1", 48).to_string(), "2001:db8:1::/48");
        assert_eq!(prefix("2001:db8::1", 0).to_string(), "::/0");
        assert_eq!(prefix("2001:db8::1", 128).to_string(), "2001:db8::1/128");
        assert_eq!(Prefix::new(Ipv6Addr::LOCALHOST, 129), None);
    }

    #[test]
    fn a_prefix_covers_its_parts() {
        let whole = prefix("2001:db8::", 32);
        assert!(whole.covers(whole) && whole.covers(prefix("2001:db8:ffff::", 48)));
        assert!(!whole.covers(prefix("2001:db9::", 48)) && !whole.covers(prefix("2001::", 16)));
        assert!(prefix("::", 0).contains("ff02::1".parse().unwrap()));
    }
}
