//! Options within an option.

use std::fmt;

use super::OptionCode;
use super::options::OptionData;
use crate::{DecodeError, Reader};

/// Options as they stand one behind the other (RFC 8415 section 21.1), borrowed; most are within
/// another option. They are read anew each time: there are few.
///
/// An option that is longer than what is left ends them, silently, as in Kea.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Nested<'a>(pub &'a [u8]);

impl<'a> Nested<'a> {
    /// The options in their order.
    pub fn iter(self) -> impl Iterator<Item = (OptionCode, &'a [u8])> {
        let mut reader = Reader::new(self.0);
        std::iter::from_fn(move || {
            let code = OptionCode(reader.u16("option code").ok()?);
            let len = reader.u16("option length").ok()?;
            Some((code, reader.bytes(len.into(), "option").ok()?))
        })
    }

    /// The contents of the options with this code, in their order.
    pub fn all(self, code: OptionCode) -> impl Iterator<Item = &'a [u8]> {
        self.iter().filter(move |(found, _)| *found == code).map(|(_, content)| content)
    }

    /// The content of the first option with this code.
    #[must_use]
    pub fn get(self, code: OptionCode) -> Option<&'a [u8]> {
        self.all(code).next()
    }

    /// The first option of a type.
    ///
    /// # Errors
    /// Its content is too short or has an impossible value.
    pub fn decode<T: OptionData<'a>>(self) -> Result<Option<T>, DecodeError> {
        self.get(T::CODE).map(|content| T::decode(&mut Reader::new(content))).transpose()
    }

    /// All options of a type in their order, each a value or what is wrong with it.
    pub fn decode_each<T: OptionData<'a>>(self) -> impl Iterator<Item = Result<T, DecodeError>> {
        self.all(T::CODE).map(|content| T::decode(&mut Reader::new(content)))
    }
}

impl fmt::Debug for Nested<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_found_and_a_cut_one_ends_the_list() {
        let options = Nested(&[0, 5, 0, 1, 7, 0, 13, 0, 0, 0, 5, 0, 2, 8, 9, 0, 6, 0, 2, 1]);
        assert_eq!(options.iter().count(), 3);
        assert!(options.all(OptionCode::IAADDR).eq([&[7][..], &[8, 9]]));
        assert_eq!(options.get(OptionCode::STATUS_CODE), Some(&[][..]));
        assert_eq!(options.get(OptionCode::ORO), None);
    }
}
