//! The identity of a client, as DNS keeps it.

use std::fmt;
use std::str::FromStr;

/// Bytes that a DHCID has at most; those of RFC 4701 have 35.
const MOST: usize = 512;

/// The content of a DHCID record, RFC 4701; text is hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dhcid(Box<[u8]>);

/// What is no DHCID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DhcidError {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// There is too much.
    #[error("it has more than 512 bytes")]
    TooLong,
    /// Something else than pairs of digits.
    #[error("it is not an even number of hexadecimal digits")]
    Digits,
}

impl Dhcid {
    /// A DHCID of so many bytes.
    ///
    /// # Errors
    /// There are none, or more than 512.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Result<Self, DhcidError> {
        let bytes = bytes.into();
        match bytes.len() {
            0 => Err(DhcidError::Empty),
            1..=MOST => Ok(Self(bytes)),
            _ => Err(DhcidError::TooLong),
        }
    }

    /// The record's data.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl FromStr for Dhcid {
    type Err = DhcidError;

    fn from_str(text: &str) -> Result<Self, DhcidError> {
        if text.len() > 2 * MOST {
            return Err(DhcidError::TooLong);
        }
        let digit =
            |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let byte = |pair: &[u8]| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
        Self::new(bytes.ok_or(DhcidError::Digits)?)
    }
}

impl fmt::Display for Dhcid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_in_pairs_and_are_written_large() {
        let read = |text: &str| text.parse::<Dhcid>();
        assert_eq!(read("00ab").unwrap().to_string(), "00AB");
        assert_eq!(read("00ab").unwrap().as_bytes(), [0, 0xab]);
        assert_eq!(read(""), Err(DhcidError::Empty));
        for wrong in ["123", "zz", "00:01", " 00", "+1", "é"] {
            assert_eq!(read(wrong), Err(DhcidError::Digits), "{wrong}");
        }
        assert_eq!(read(&"0".repeat(1024)).unwrap().as_bytes().len(), 512);
        assert_eq!(read(&"0".repeat(1026)), Err(DhcidError::TooLong));
    }
}
