//! Options within options.

use crate::packet::OptionPlace;
use crate::{Bytes, Family};

/// The part of the payload of a standard option that is its options; nothing if it has none.
#[must_use]
pub fn standard_sub_options<'o>(place: OptionPlace<'_>, payload: &'o [u8]) -> Option<&'o [u8]> {
    match (place.family, place.codes) {
        // RFC 2132 section 8.4, RFC 3046, RFC 3495.
        (Family::V4, [43 | 82 | 122]) => Some(payload),
        (Family::V4, [125]) => first_block(payload),
        // RFC 8415: IA_TA and the vendor's options have 4 bytes before their options, IA_NA and
        // IA_PD 12, an address 24, a prefix 25.
        (Family::V6, [4 | 17]) => payload.get(4..),
        (Family::V6, [3 | 25]) => payload.get(12..),
        (Family::V6, [3 | 4, 5]) => payload.get(24..),
        (Family::V6, [25, 26]) => payload.get(25..),
        // RFC 5007, RFC 5908, RFC 6422, RFC 7598.
        (Family::V6, [44]) => payload.get(17..),
        (Family::V6, [45 | 56 | 66 | 94 | 95 | 96]) => Some(payload),
        (Family::V6, [94 | 95, 89]) => behind_prefix(payload.get(7..)?),
        (Family::V6, [96, 92]) => behind_prefix(payload.get(4..)?),
        _ => None,
    }
}

/// The options of the first enterprise, RFC 3925 section 4.
fn first_block(payload: &[u8]) -> Option<&[u8]> {
    let (length, rest) = payload.get(4..)?.split_first()?;
    rest.get(..usize::from(*length))
}

/// What is behind an IPv6 prefix: its length in bits, and so many bytes as it needs.
fn behind_prefix(payload: &[u8]) -> Option<&[u8]> {
    let (length, rest) = payload.split_first()?;
    rest.get(usize::from(length.div_ceil(8))..)
}

/// The payload of the first option with a code among options.
pub(crate) fn find<'o>(place: OptionPlace<'_>, options: &'o [u8], code: u16) -> Option<&'o [u8]> {
    // RFC 2132 section 8.4: only these have padding and an end.
    let is_padded = place.family == Family::V4 && place.codes == [43];
    let mut rest = options;
    loop {
        let (found, payload, behind) = match (place.family, rest) {
            (Family::V4, [0, behind @ ..]) if is_padded => {
                rest = behind;
                continue;
            }
            (Family::V4, [255, ..]) if is_padded => return None,
            (Family::V4, [found, length, behind @ ..]) => {
                let (payload, behind) = behind.split_at_checked(usize::from(*length))?;
                (u16::from(*found), payload, behind)
            }
            (Family::V6, [one, other, high, low, behind @ ..]) => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                let (payload, behind) = behind.split_at_checked(length)?;
                (u16::from_be_bytes([*one, *other]), payload, behind)
            }
            _ => return None,
        };
        if found == code {
            return Some(payload);
        }
        rest = behind;
    }
}

/// The enterprise number that an option begins with.
pub(crate) fn enterprise(payload: &[u8]) -> Option<u32> {
    payload.first_chunk().map(|number| u32::from_be_bytes(*number))
}

/// One of the chunks of a vendor class, RFC 3925 section 3 and RFC 8415 section 21.16.
pub(crate) fn chunk(family: Family, payload: &[u8], index: u8) -> Option<&[u8]> {
    let mut rest = payload.get(4..)?;
    for _ in 0..index {
        let (_, behind) = split_chunk(family, rest)?;
        // In DHCPv4 an enterprise number stands before each chunk.
        rest = if family == Family::V4 { behind.get(4..)? } else { behind };
    }
    split_chunk(family, rest).map(|(chunk, _)| chunk)
}

fn split_chunk(family: Family, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    match (family, bytes) {
        (Family::V4, [length, rest @ ..]) => rest.split_at_checked(usize::from(*length)),
        (Family::V6, [high, low, rest @ ..]) => {
            rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))
        }
        _ => None,
    }
}

impl<'a> Bytes<'a> {
    /// The part that `find` finds.
    pub(crate) fn inside(
        self,
        find: impl for<'b> Fn(&'b [u8]) -> Option<&'b [u8]>,
    ) -> Option<Self> {
        match self.into_cow() {
            std::borrow::Cow::Borrowed(bytes) => find(bytes).map(Self::from),
            std::borrow::Cow::Owned(bytes) => find(&bytes).map(|part| part.to_vec().into()),
        }
    }
}
