//! Options within options.

use crate::packet::OptionPlace;
use crate::tree::Enterprise;
use crate::{Bytes, Family};

/// The part of the payload of a standard option that is its options; nothing if it has none.
#[must_use]
pub fn standard_sub_options<'o>(place: OptionPlace<'_>, payload: &'o [u8]) -> Option<&'o [u8]> {
    match (place.family, place.codes) {
        // RFC 2132 section 8.4, RFC 3046, RFC 3495.
        (Family::V4, [43 | 82 | 122]) => Some(payload),
        (Family::V4, [125]) => {
            let enterprise = enterprise(Family::V4, payload, Enterprise::ANY)?;
            blocks(Family::V4, payload).find(|(own, _)| *own == enterprise).map(|(_, block)| block)
        }
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

/// What is behind an IPv6 prefix: its length in bits, and so many bytes as it needs.
fn behind_prefix(payload: &[u8]) -> Option<&[u8]> {
    let (length, rest) = payload.split_first()?;
    rest.get(usize::from(length.div_ceil(8))..)
}

/// The payload of the first option with a code among options.
pub(crate) fn find<'o>(place: OptionPlace<'_>, options: &'o [u8], code: u16) -> Option<&'o [u8]> {
    let mut among = SubOptions::new(place, options);
    among.find(|option| option.code == code).map(|option| option.payload)
}

/// The options within an option in the order of their codes, as Kea packs them; nothing if they
/// are in this order, or if not all of the bytes are options.
pub(crate) fn in_order(place: OptionPlace<'_>, options: &[u8]) -> Option<Vec<u8>> {
    if SubOptions::new(place, options).is_sorted_by_key(|option| option.code) {
        return None;
    }
    let mut sorted: Vec<_> = SubOptions::new(place, options).collect();
    sorted.sort_by_key(|option| option.code);
    let packed: Vec<u8> = sorted.iter().flat_map(|option| option.whole).copied().collect();
    (packed.len() == options.len()).then_some(packed)
}

/// An option within another one.
struct SubOption<'o> {
    code: u16,
    payload: &'o [u8],
    /// The code, the length and the payload.
    whole: &'o [u8],
}

/// The options within an option, until something is none.
struct SubOptions<'o> {
    family: Family,
    is_padded: bool,
    rest: &'o [u8],
}

impl<'o> SubOptions<'o> {
    fn new(place: OptionPlace<'_>, options: &'o [u8]) -> Self {
        // RFC 2132 section 8.4: only these have padding and an end.
        let is_padded = place.family == Family::V4 && place.codes == [43];
        Self { family: place.family, is_padded, rest: options }
    }
}

impl<'o> Iterator for SubOptions<'o> {
    type Item = SubOption<'o>;

    fn next(&mut self) -> Option<SubOption<'o>> {
        while let (true, [0, behind @ ..]) = (self.is_padded, self.rest) {
            self.rest = behind;
        }
        let (code, length, header) = match (self.family, self.rest) {
            (Family::V4, [255, ..]) if self.is_padded => return None,
            (Family::V4, [code, length, ..]) => (u16::from(*code), usize::from(*length), 2),
            (Family::V6, [one, other, high, low, ..]) => {
                let length = u16::from_be_bytes([*high, *low]);
                (u16::from_be_bytes([*one, *other]), usize::from(length), 4)
            }
            _ => return None,
        };
        let (whole, behind) = self.rest.split_at_checked(header + length)?;
        self.rest = behind;
        Some(SubOption { code, payload: whole.get(header..)?, whole })
    }
}

/// The enterprise number that is meant: the wanted one if it is there, of any the lowest one, as
/// Kea has it.
pub(crate) fn enterprise(family: Family, payload: &[u8], wanted: Enterprise) -> Option<u32> {
    blocks(family, payload).map(|(number, _)| number).filter(|number| wanted.accepts(*number)).min()
}

/// The payload of the first option with a code among those of an enterprise.
pub(crate) fn find_of_vendor<'o>(
    place: OptionPlace<'_>,
    payload: &'o [u8],
    enterprise: u32,
    code: u16,
) -> Option<&'o [u8]> {
    let own = blocks(place.family, payload).filter(|(number, _)| *number == enterprise);
    own.into_iter().find_map(|(_, options)| find(place, options, code))
}

/// One of the chunks of a vendor class.
pub(crate) fn chunk(
    family: Family,
    payload: &[u8],
    wanted: Enterprise,
    index: u8,
) -> Option<&[u8]> {
    let enterprise = enterprise(family, payload, wanted)?;
    let mut own = blocks(family, payload).filter(|(number, _)| *number == enterprise);
    let index = usize::from(index);
    match family {
        // RFC 3925 section 3: a block has one chunk.
        Family::V4 => own.nth(index).map(|(_, chunk)| chunk),
        // RFC 8415 section 21.16: the one block has many.
        Family::V6 => {
            let mut rest = own.next()?.1;
            std::iter::from_fn(|| {
                let (length, behind) = rest.split_first_chunk()?;
                let (chunk, behind) =
                    behind.split_at_checked(u16::from_be_bytes(*length).into())?;
                rest = behind;
                Some(chunk)
            })
            .nth(index)
        }
    }
}

/// What an option with enterprise numbers has for each of them.
fn blocks(family: Family, payload: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = payload;
    std::iter::from_fn(move || {
        let (number, behind) = rest.split_first_chunk()?;
        let number = u32::from_be_bytes(*number);
        if family == Family::V6 {
            rest = &[];
            return Some((number, behind));
        }
        let (length, behind) = behind.split_first()?;
        let (block, behind) = behind.split_at_checked(usize::from(*length))?;
        rest = behind;
        Some((number, block))
    })
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
