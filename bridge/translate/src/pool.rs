//! Ranges of addresses as Kea writes them: `192.0.2.1 - 192.0.2.9` or `192.0.2.0/24`; addresses of
//! DHCPv6 alike.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range, with its prefix if it was given as one. Both ends are of one family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) first: IpAddr,
    pub(crate) last: IpAddr,
    pub(crate) prefix: Option<String>,
}

impl Range {
    /// Reads a pool of JSON.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let Some((first, last)) = text.split_once('-') else { return Self::of_prefix(text) };
        let (first, last): (IpAddr, IpAddr) =
            (first.trim().parse().ok()?, last.trim().parse().ok()?);
        (first.is_ipv4() == last.is_ipv4()).then_some(Self { first, last, prefix: None })
    }

    /// The addresses of a prefix. Bits behind its length are kept: a server begins the range there
    /// too, so that it is not a prefix any more.
    pub(crate) fn of_prefix(text: &str) -> Option<Self> {
        let (address, length) = text.trim().split_once('/')?;
        let first: IpAddr = address.trim().parse().ok()?;
        let length: u32 = length.trim().parse().ok()?;
        let (last, is_prefix) = match first {
            IpAddr::V4(first) if length <= 32 => {
                let host = u32::MAX.checked_shr(length).unwrap_or(0);
                let bits = first.to_bits();
                (Ipv4Addr::from_bits(bits | host).into(), bits & host == 0)
            }
            IpAddr::V6(first) if length <= 128 => {
                let host = u128::MAX.checked_shr(length).unwrap_or(0);
                let bits = first.to_bits();
                (Ipv6Addr::from_bits(bits | host).into(), bits & host == 0)
            }
            _ => return None,
        };
        Some(Self { first, last, prefix: is_prefix.then(|| format!("{first}/{length}")) })
    }

    /// Writes a pool for JSON.
    pub(crate) fn write(first: &str, last: &str, prefix: Option<&str>) -> Result<String, String> {
        let Some(prefix) = prefix else { return Ok(format!("{first} - {last}")) };
        let range = Self::of_prefix(prefix);
        let is = |text: &str, address: IpAddr| text.parse() == Ok(address);
        if range.is_some_and(|range| is(first, range.first) && is(last, range.last)) {
            Ok(prefix.to_owned())
        } else {
            Err(format!(
                "the prefix {prefix} is not the range {first} - {last}: delete one of them"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String, Option<String>)> {
        let range = Range::read(text)?;
        Some((range.first.to_string(), range.last.to_string(), range.prefix))
    }

    fn range(
        first: &str,
        last: &str,
        prefix: Option<&str>,
    ) -> Option<(String, String, Option<String>)> {
        Some((first.into(), last.into(), prefix.map(str::to_owned)))
    }

    #[test]
    fn both_spellings_are_read() {
        assert_eq!(read("192.0.2.1 - 192.0.2.9"), range("192.0.2.1", "192.0.2.9", None));
        assert_eq!(read("192.0.2.1-192.0.2.9"), range("192.0.2.1", "192.0.2.9", None));
        let prefix = Some("192.0.2.128/25");
        assert_eq!(read("192.0.2.128/25"), range("192.0.2.128", "192.0.2.255", prefix));
        assert_eq!(read("192.0.2.1/24"), range("192.0.2.1", "192.0.2.255", None));
        assert_eq!(read("0.0.0.0/0"), range("0.0.0.0", "255.255.255.255", Some("0.0.0.0/0")));
        assert_eq!(read("192.0.2.7/32"), range("192.0.2.7", "192.0.2.7", Some("192.0.2.7/32")));
        for wrong in [
            "192.0.2.1",
            "",
            "a-b",
            "192.0.2.0/33",
            "192.0.2.0/-1",
            "2001:db8::/129",
            "192.0.2.1 - 2001:db8::",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn addresses_of_dhcpv6_are_read_alike() {
        let prefix = Some("2001:db8:1::/64");
        let last = "2001:db8:1:0:ffff:ffff:ffff:ffff";
        assert_eq!(read("2001:db8:1::/64"), range("2001:db8:1::", last, prefix));
        assert_eq!(read("2001:DB8::1-2001:db8::f"), range("2001:db8::1", "2001:db8::f", None));
        assert_eq!(read("::/0").unwrap().1, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
        assert_eq!(Range::write("2001:db8:1::", last, prefix).unwrap(), "2001:db8:1::/64");
    }

    #[test]
    fn a_prefix_that_is_another_range_is_refused() {
        assert_eq!(Range::write("192.0.2.1", "192.0.2.9", None).unwrap(), "192.0.2.1 - 192.0.2.9");
        let prefix = Some("192.0.2.0/24");
        assert_eq!(Range::write("192.0.2.0", "192.0.2.255", prefix).unwrap(), "192.0.2.0/24");
        assert!(Range::write("192.0.2.0", "192.0.2.9", prefix).is_err());
    }
}
