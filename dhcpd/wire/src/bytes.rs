//! Bytes of identifiers, kept beyond the message that they came in.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use crate::ColonHex;

/// How many bytes stand in place: as many as need no more room than a box would.
const SHORT: usize = 22;

/// Some bytes. Few ones, as nearly all identifiers have, stand in place.
#[derive(Clone)]
pub struct Bytes(Repr);

#[derive(Clone)]
enum Repr {
    /// How many there are, and behind them zeros.
    Short(u8, [u8; SHORT]),
    Long(Box<[u8]>),
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        let mut short = [0; SHORT];
        match (short.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(bytes);
                Self(Repr::Short(length, short))
            }
            _ => Self(Repr::Long(bytes.into())),
        }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Repr::Short(length, short) => short.get(..usize::from(*length)).unwrap_or_default(),
            Repr::Long(bytes) => bytes,
        }
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bytes({})", ColonHex(self))
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Bytes {}

impl PartialOrd for Bytes {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Bytes {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl Hash for Bytes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_bytes_and_many_are_given_back() {
        let all: Vec<u8> = (0..=254).collect();
        for length in 0..all.len() {
            assert_eq!(*Bytes::from(&all[..length]), all[..length]);
        }
        assert_eq!(size_of::<Bytes>(), 24);
    }

    #[test]
    fn their_order_is_that_of_the_bytes() {
        let all = [&[][..], &[0], &[0, 0], &[0; 23], &[1], &[1; 22], &[1; 23], &[2]];
        let bytes = all.map(Bytes::from);
        assert!(bytes.is_sorted_by(|one, other| one < other));
    }
}
