//! The value of a string expression.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

/// The longest value that stands in place: an IPv6 address.
const SHORT: usize = 16;

/// Some bytes: of the packet, of the expression, or computed.
#[derive(Clone)]
pub struct Bytes<'a>(Repr<'a>);

#[derive(Clone)]
enum Repr<'a> {
    Borrowed(&'a [u8]),
    /// How many there are, and behind them zeros.
    Short(u8, [u8; SHORT]),
    Owned(Vec<u8>),
}

impl<'a> Bytes<'a> {
    /// No bytes.
    pub(crate) const EMPTY: Self = Self(Repr::Borrowed(&[]));

    /// A number, as all numbers are: four bytes in network order.
    pub(crate) fn number(number: u32) -> Self {
        Self::short(&number.to_be_bytes())
    }

    /// An address.
    pub(crate) fn address(address: std::net::IpAddr) -> Self {
        match address {
            std::net::IpAddr::V4(address) => Self::short(&address.octets()),
            std::net::IpAddr::V6(address) => Self::short(&address.octets()),
        }
    }

    fn short<const N: usize>(bytes: &[u8; N]) -> Self {
        const { assert!(N <= SHORT) };
        let mut short = [0; SHORT];
        for (place, byte) in short.iter_mut().zip(bytes) {
            *place = *byte;
        }
        Self(Repr::Short(N as u8, short))
    }

    /// The bytes, borrowed for as long as the packet and the expression live if they are theirs.
    #[must_use]
    pub fn into_cow(self) -> Cow<'a, [u8]> {
        match self.0 {
            Repr::Borrowed(bytes) => Cow::Borrowed(bytes),
            Repr::Short(..) => Cow::Owned(self.to_vec()),
            Repr::Owned(bytes) => Cow::Owned(bytes),
        }
    }

    /// The bytes from `start` on and before `end`; none if there are not so many.
    pub(crate) fn part(self, start: usize, end: usize) -> Self {
        match self.0 {
            Repr::Borrowed(bytes) => bytes.get(start..end).unwrap_or_default().into(),
            Repr::Short(..) => self.get(start..end).unwrap_or_default().to_vec().into(),
            Repr::Owned(mut bytes) => {
                bytes.truncate(end);
                bytes.drain(..start.min(bytes.len()));
                bytes.into()
            }
        }
    }
}

impl Deref for Bytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Repr::Borrowed(bytes) => bytes,
            Repr::Short(length, short) => short.get(..usize::from(*length)).unwrap_or_default(),
            Repr::Owned(bytes) => bytes,
        }
    }
}

impl<'a> From<&'a [u8]> for Bytes<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self(Repr::Borrowed(bytes))
    }
}

impl From<Vec<u8>> for Bytes<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Repr::Owned(bytes))
    }
}

impl<'a> From<Cow<'a, [u8]>> for Bytes<'a> {
    fn from(bytes: Cow<'a, [u8]>) -> Self {
        match bytes {
            Cow::Borrowed(bytes) => bytes.into(),
            Cow::Owned(bytes) => bytes.into(),
        }
    }
}

impl PartialEq for Bytes<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Bytes<'_> {}

impl fmt::Debug for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.escape_ascii())
    }
}
