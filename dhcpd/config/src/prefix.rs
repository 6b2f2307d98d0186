//! Prefixes of subnets.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use ruru_lease::{Family, V4};

/// A prefix of either protocol; the bits behind the length are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix<F: Family> {
    network: F::Address,
    length: u8,
}

/// An IPv4 prefix.
pub type Ipv4Prefix = Prefix<V4>;

/// Why a text is not a prefix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an {kind} prefix: expected ADDRESS/LENGTH with a length of 0 to {most}")]
pub struct InvalidPrefix {
    text: String,
    kind: &'static str,
    most: u8,
}

impl<F: Family> Prefix<F> {
    /// The prefix of this length that contains `address`.
    #[must_use]
    pub fn around(address: F::Address, length: u8) -> Self {
        let length = length.min(F::BITS);
        let bits: u128 = F::bits(address).into();
        Self { network: F::address(bits & !behind::<F>(length)), length }
    }

    /// The first address.
    #[must_use]
    pub fn first(self) -> F::Address {
        self.network
    }

    /// The last address.
    #[must_use]
    pub fn last(self) -> F::Address {
        F::address(F::bits(self.network).into() | behind::<F>(self.length))
    }

    /// The length in bits.
    #[must_use]
    pub fn length(self) -> u8 {
        self.length
    }

    /// Whether an address is in it.
    #[must_use]
    pub fn contains(self, address: F::Address) -> bool {
        Self::around(address, self.length) == self
    }
}

impl Ipv4Prefix {
    /// The subnet mask.
    #[must_use]
    pub fn mask(self) -> Ipv4Addr {
        V4::address(!behind::<V4>(self.length))
    }
}

/// The bits behind a length of at most as many as an address has.
fn behind<F: Family>(length: u8) -> u128 {
    let all = u128::MAX >> (128 - F::BITS);
    all.checked_shr(length.into()).unwrap_or(0)
}

impl<F: Family> FromStr for Prefix<F> {
    type Err = InvalidPrefix;

    fn from_str(text: &str) -> Result<Self, InvalidPrefix> {
        let kind = if F::BITS == 32 { "IPv4" } else { "IPv6" };
        let error = || InvalidPrefix { text: text.to_owned(), kind, most: F::BITS };
        let (address, length) = text.split_once('/').ok_or_else(error)?;
        let address = address.trim().parse().map_err(|_| error())?;
        let length = length.trim().parse().ok().filter(|l| *l <= F::BITS).ok_or_else(error)?;
        Ok(Self::around(address, length))
    }
}

impl<F: Family> fmt::Display for Prefix<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_prefixes() {
        let prefix: Ipv4Prefix = "192.0.2.77/26".parse().unwrap();
        assert_eq!(prefix.to_string(), "192.0.2.64/26");
        assert_eq!(prefix.last(), Ipv4Addr::new(192, 0, 2, 127));
        assert_eq!(prefix.mask(), Ipv4Addr::new(255, 255, 255, 192));
        assert!(prefix.contains(Ipv4Addr::new(192, 0, 2, 64)));
        assert!(!prefix.contains(Ipv4Addr::new(192, 0, 2, 128)));
        let all: Ipv4Prefix = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains(Ipv4Addr::BROADCAST));
        for bad in ["192.0.2.0", "192.0.2.0/33", "192.0.2/24", "/24", ""] {
            assert!(bad.parse::<Ipv4Prefix>().is_err(), "{bad}");
        }
    }

    #[test]
    fn prefixes_of_ipv6() {
        let prefix: Prefix<ruru_lease::V6> = "2001:db8:1:2::7/56".parse().unwrap();
        assert_eq!(prefix.to_string(), "2001:db8:1::/56");
        assert_eq!(prefix.last().to_string(), "2001:db8:1:ff:ffff:ffff:ffff:ffff");
        assert!(prefix.contains("2001:db8:1:80::".parse().unwrap()));
        assert!(!prefix.contains("2001:db8:1:100::".parse().unwrap()));
        assert!("192.0.2.0/24".parse::<Prefix<ruru_lease::V6>>().is_err());
        let all: Prefix<ruru_lease::V6> = "::/0".parse().unwrap();
        assert!(all.contains(std::net::Ipv6Addr::LOCALHOST));
    }
}
