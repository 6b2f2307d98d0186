//! Where the options of a message stand.
//!
//! The index is filled in one pass and answers for any code at once. Options that come in several
//! parts are joined (RFC 3396 section 7), which is the only case that allocates.

use crate::cursor::{DecodeError, Reader};
use crate::v4::OptionCode;
use crate::v4::options::OptionData;

/// The options of a message, by code.
#[derive(Clone)]
pub struct Options<'a> {
    message: &'a [u8],
    slots: [Slot; 256],
    /// A bit for each code that is there.
    present: [u64; 4],
    /// Contents of options that came in several parts.
    joined: Vec<u8>,
}

/// Where an option's content stands. A message is shorter than 64 KiB, as UDP is.
#[derive(Clone, Copy, Default)]
struct Slot {
    place: Place,
    start: u16,
    len: u16,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Absent,
    Message,
    Joined,
}

impl<'a> Options<'a> {
    /// An index of no options over `message`, the whole message.
    pub(crate) fn new(message: &'a [u8]) -> Self {
        Self { message, slots: [Slot::default(); 256], present: [0; 4], joined: Vec::new() }
    }

    /// Adds the options of `message[start..end]`; stops at the end option, and at one that is longer
    /// than what is left: there are clients that send such, and other servers serve them.
    ///
    /// # Errors
    /// There are more options than a message can have.
    pub(crate) fn scan(&mut self, start: usize, end: usize) -> Result<(), DecodeError> {
        let area = self.message.get(start..end).unwrap_or_default();
        let mut reader = Reader::new(area);
        while !reader.is_empty() {
            let code = OptionCode(reader.u8("option code")?);
            if code == OptionCode::PAD {
                continue;
            }
            if code == OptionCode::END {
                break;
            }
            let Ok(len) = reader.u8("option length") else { break };
            let at = end - reader.rest().len();
            if reader.bytes(len.into(), "option").is_err() {
                break;
            }
            self.add(code, at, len)?;
        }
        Ok(())
    }

    fn add(&mut self, code: OptionCode, at: usize, len: u8) -> Result<(), DecodeError> {
        let slot = self.slots[usize::from(code.0)];
        let new = match slot.place {
            Place::Absent => Slot { place: Place::Message, start: offset(at)?, len: len.into() },
            Place::Message | Place::Joined => self.join(slot, at, len)?,
        };
        self.slots[usize::from(code.0)] = new;
        self.present[usize::from(code.0 / 64)] |= 1 << (code.0 % 64);
        Ok(())
    }

    /// Appends a further part to what is there of an option.
    fn join(&mut self, earlier: Slot, at: usize, len: u8) -> Result<Slot, DecodeError> {
        let earlier_end = usize::from(earlier.start) + usize::from(earlier.len);
        let in_place = earlier.place == Place::Joined && earlier_end == self.joined.len();
        let start = if in_place { usize::from(earlier.start) } else { self.joined.len() };
        if !in_place {
            let earlier = self.bytes(earlier).to_vec();
            self.joined.extend_from_slice(&earlier);
        }
        let part = self.message.get(at..at + usize::from(len)).unwrap_or_default();
        self.joined.extend_from_slice(part);
        let total = offset(self.joined.len() - start)?;
        Ok(Slot { place: Place::Joined, start: offset(start)?, len: total })
    }

    fn bytes(&self, slot: Slot) -> &[u8] {
        let (start, len) = (usize::from(slot.start), usize::from(slot.len));
        let area: &[u8] = match slot.place {
            Place::Absent => return &[],
            Place::Message => self.message,
            Place::Joined => &self.joined,
        };
        area.get(start..start + len).unwrap_or_default()
    }

    /// The content of an option.
    #[must_use]
    pub fn get(&self, code: OptionCode) -> Option<&[u8]> {
        let slot = self.slots[usize::from(code.0)];
        (slot.place != Place::Absent).then(|| self.bytes(slot))
    }

    /// Whether an option is there.
    #[must_use]
    pub fn contains(&self, code: OptionCode) -> bool {
        self.slots[usize::from(code.0)].place != Place::Absent
    }

    /// An option as a value of its type. What stands behind the value does not count: there are
    /// clients that send more, and Kea serves them.
    ///
    /// # Errors
    /// Its content is too short for the type.
    pub fn decode<T: OptionData>(&self) -> Result<Option<T>, DecodeError> {
        self.get(T::CODE).map(|content| T::decode(&mut Reader::new(content))).transpose()
    }

    /// All options in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = (OptionCode, &[u8])> {
        let ones = |at: u8| {
            let word = self.present[usize::from(at)];
            let next = |word: &u64| Some(word & (word - 1)).filter(|word| *word != 0);
            std::iter::successors(Some(word).filter(|word| *word != 0), next)
                // Below 64, so it fits.
                .map(move |word| OptionCode(at * 64 + word.trailing_zeros() as u8))
        };
        let codes = (0..4).flat_map(ones);
        codes.filter_map(|code| self.get(code).map(|content| (code, content)))
    }
}

/// Bounds offsets to what UDP can carry; parts that were copied to be joined count as well.
fn offset(at: usize) -> Result<u16, DecodeError> {
    u16::try_from(at).map_err(|_| DecodeError::Invalid {
        what: "length of all options",
        value: u32::try_from(at).unwrap_or(u32::MAX),
    })
}

impl std::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
