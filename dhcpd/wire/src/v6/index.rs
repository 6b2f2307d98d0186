//! Where the options of a message stand.
//!
//! The index is filled in one pass and sorted by code, so that look-ups are binary searches however
//! many options a sender has put in. It is also the order in which Kea answers several IAs. A usual
//! message needs no allocation.

use std::fmt;

use smallvec::SmallVec;

use super::OptionCode;
use super::options::OptionData;
use crate::{DecodeError, Reader};

/// How many options are indexed in place; clients send about ten.
const USUAL: usize = 16;

/// The options of a message or of a relay agent's layer: by code, and in their order within a code.
#[derive(Clone, Default)]
pub struct Options<'a> {
    area: &'a [u8],
    entries: SmallVec<[Entry; USUAL]>,
}

/// Where an option's content stands in the area.
#[derive(Clone, Copy)]
struct Entry {
    code: OptionCode,
    start: u16,
    len: u16,
}

impl<'a> Options<'a> {
    /// Indexes the options of `area`. An option that is longer than what is left ends them: there
    /// are clients that send such, and Kea serves them.
    ///
    /// # Errors
    /// The area is longer than what UDP can carry.
    pub fn new(area: &'a [u8]) -> Result<Self, DecodeError> {
        Self::and_relay_message(area).map(|(options, _)| options)
    }

    /// The same, with the content of the relay message option (the last one, as in Kea) apart.
    pub(crate) fn and_relay_message(
        area: &'a [u8],
    ) -> Result<(Self, Option<&'a [u8]>), DecodeError> {
        if u16::try_from(area.len()).is_err() {
            let value = u32::try_from(area.len()).unwrap_or(u32::MAX);
            return Err(DecodeError::Invalid { what: "length of all options", value });
        }
        let mut options = Self { area, entries: SmallVec::new() };
        let mut relay_message = None;
        let mut reader = Reader::new(area);
        while let (Ok(code), Ok(len)) = (reader.u16("option code"), reader.u16("option length")) {
            // Below 64 KiB, as checked above.
            let start = (area.len() - reader.rest().len()) as u16;
            let Ok(content) = reader.bytes(len.into(), "option") else { break };
            match OptionCode(code) {
                OptionCode::RELAY_MSG => relay_message = Some(content),
                code => options.entries.push(Entry { code, start, len }),
            }
        }
        options.entries.sort_unstable_by_key(|entry| (entry.code, entry.start));
        Ok((options, relay_message))
    }

    /// The bytes of all options as they were received.
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.area
    }

    /// All options in the order of their codes; without the relay message.
    pub fn iter(&self) -> impl Iterator<Item = (OptionCode, &'a [u8])> + '_ {
        self.entries.iter().map(|entry| (entry.code, self.content(*entry)))
    }

    /// The contents of the options with this code, in their order.
    pub fn all(&self, code: OptionCode) -> impl Iterator<Item = &'a [u8]> + '_ {
        let first = self.entries.partition_point(|entry| entry.code < code);
        let same = self.entries.iter().skip(first).take_while(move |entry| entry.code == code);
        same.map(|entry| self.content(*entry))
    }

    /// The content of the first option with this code.
    #[must_use]
    pub fn get(&self, code: OptionCode) -> Option<&'a [u8]> {
        self.all(code).next()
    }

    /// Whether there is an option with this code.
    #[must_use]
    pub fn contains(&self, code: OptionCode) -> bool {
        self.get(code).is_some()
    }

    /// How many options with this code there are.
    #[must_use]
    pub fn count(&self, code: OptionCode) -> usize {
        self.all(code).count()
    }

    /// The first option of a type. What stands behind the value does not count, as in DHCPv4.
    ///
    /// # Errors
    /// Its content is too short or has an impossible value.
    pub fn decode<T: OptionData<'a>>(&self) -> Result<Option<T>, DecodeError> {
        self.get(T::CODE).map(|content| T::decode(&mut Reader::new(content))).transpose()
    }

    /// All options of a type in their order, each a value or what is wrong with it.
    pub fn decode_each<T: OptionData<'a>>(
        &self,
    ) -> impl Iterator<Item = Result<T, DecodeError>> + '_ {
        self.all(T::CODE).map(|content| T::decode(&mut Reader::new(content)))
    }

    fn content(&self, entry: Entry) -> &'a [u8] {
        let start = usize::from(entry.start);
        self.area.get(start..start + usize::from(entry.len)).unwrap_or_default()
    }
}

impl PartialEq for Options<'_> {
    /// Whether the same options are there, in the same order within each code.
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Options<'_> {}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_one_code_keep_their_order() {
        let area = [0, 3, 0, 1, 1, 0, 1, 0, 0, 0, 3, 0, 1, 2, 0, 3, 0, 9, 1];
        let options = Options::new(&area).unwrap();
        assert!(options.all(OptionCode::IA_NA).eq([&[1][..], &[2]]));
        assert_eq!(options.count(OptionCode::IA_NA), 2);
        assert!(options.contains(OptionCode::CLIENT_ID) && !options.contains(OptionCode::ORO));
        let codes: Vec<_> = options.iter().map(|(code, _)| code.0).collect();
        assert_eq!(codes, [1, 3, 3]);
    }

    #[test]
    fn a_message_full_of_options_is_indexed() {
        let area = [0, 3, 0, 0].repeat(16_383);
        let options = Options::new(&area).unwrap();
        assert_eq!(options.count(OptionCode::IA_NA), 16_383);
        assert!(Options::new(&[0; 65_536]).is_err());
    }
}
