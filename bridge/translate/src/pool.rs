//! Ranges of addresses as Kea writes them: `192.0.2.1 - 192.0.2.9` or `192.0.2.0/24`.

use std::net::Ipv4Addr;

/// A range, with its prefix if it was given as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) first: Ipv4Addr,
    pub(crate) last: Ipv4Addr,
    pub(crate) prefix: Option<String>,
}

impl Range {
    /// Reads a pool of JSON.
    pub(crate) fn read(text: &str) -> Option<Self> {
        match text.split_once('-') {
            Some((first, last)) => {
                let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
                Some(Self { first, last, prefix: None })
            }
            None => Self::of_prefix(text),
        }
    }

    /// The addresses of a prefix. Bits behind its length are kept: a server begins the range there
    /// too, so that it is not a prefix any more.
    pub(crate) fn of_prefix(text: &str) -> Option<Self> {
        let (address, length) = text.trim().split_once('/')?;
        let first: Ipv4Addr = address.trim().parse().ok()?;
        let length: u32 = length.trim().parse().ok().filter(|&length| length <= 32)?;
        let host = u32::MAX.checked_shr(length).unwrap_or(0);
        let last = Ipv4Addr::from(u32::from(first) | host);
        let is_prefix = u32::from(first) & host == 0;
        Some(Self { first, last, prefix: is_prefix.then(|| format!("{first}/{length}")) })
    }

    /// Writes a pool for JSON.
    pub(crate) fn write(first: &str, last: &str, prefix: Option<&str>) -> Result<String, String> {
        let Some(prefix) = prefix else { return Ok(format!("{first} - {last}")) };
        let range = Self::of_prefix(prefix);
        let same = range.is_some_and(|range| {
            range.first.to_string() == first && range.last.to_string() == last
        });
        if same {
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
        for wrong in ["192.0.2.1", "", "a-b", "192.0.2.0/33", "192.0.2.0/-1", "2001:db8::/64"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_prefix_that_is_another_range_is_refused() {
        assert_eq!(Range::write("192.0.2.1", "192.0.2.9", None).unwrap(), "192.0.2.1 - 192.0.2.9");
        let prefix = Some("192.0.2.0/24");
        assert_eq!(Range::write("192.0.2.0", "192.0.2.255", prefix).unwrap(), "192.0.2.0/24");
        assert!(Range::write("192.0.2.0", "192.0.2.9", prefix).is_err());
    }
}
