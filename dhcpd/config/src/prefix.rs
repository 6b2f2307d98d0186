//! IPv4 prefixes.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// An IPv4 prefix; the bits behind the length are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ipv4Prefix {
    network: Ipv4Addr,
    length: u8,
}

/// Why a text is not a prefix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an IPv4 prefix: expected ADDRESS/LENGTH with a length of 0 to 32")]
pub struct InvalidPrefix(String);

impl Ipv4Prefix {
    /// The prefix of this length that contains `address`.
    #[must_use]
    pub fn around(address: Ipv4Addr, length: u8) -> Self {
        let length = length.min(32);
        Self { network: Ipv4Addr::from_bits(address.to_bits() & mask(length)), length }
    }

    /// The first address.
    #[must_use]
    pub fn first(self) -> Ipv4Addr {
        self.network
    }

    /// The last address.
    #[must_use]
    pub fn last(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.network.to_bits() | !mask(self.length))
    }

    /// The length in bits.
    #[must_use]
    pub fn length(self) -> u8 {
        self.length
    }

    /// The subnet mask.
    #[must_use]
    pub fn mask(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(mask(self.length))
    }

    /// Whether an address is in it.
    #[must_use]
    pub fn contains(self, address: Ipv4Addr) -> bool {
        address.to_bits() & mask(self.length) == self.network.to_bits()
    }
}

fn mask(length: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0)
}

impl FromStr for Ipv4Prefix {
    type Err = InvalidPrefix;

    fn from_str(text: &str) -> Result<Self, InvalidPrefix> {
        let error = || InvalidPrefix(text.to_owned());
        let (address, length) = text.split_once('/').ok_or_else(error)?;
        let address = address.trim().parse().map_err(|_| error())?;
        let length = length.trim().parse().ok().filter(|l| *l <= 32).ok_or_else(error)?;
        Ok(Self::around(address, length))
    }
}

impl fmt::Display for Ipv4Prefix {
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
}
