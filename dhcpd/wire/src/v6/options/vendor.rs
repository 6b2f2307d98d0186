//! What clients say of their make, and options of enterprises.

use super::OptionData;
use crate::v6::{Nested, OptionCode};
use crate::{DecodeError, Reader};

/// Values with their lengths before them, up to the first that is cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Tuples<'a>(pub &'a [u8]);

impl<'a> Tuples<'a> {
    /// The values.
    pub fn iter(self) -> impl Iterator<Item = &'a [u8]> {
        let mut reader = Reader::new(self.0);
        std::iter::from_fn(move || {
            let len = reader.u16("length").ok()?;
            reader.bytes(len.into(), "value").ok()
        })
    }

    /// Whether none is cut short. Kea drops a message with a vendor class that is, unless it is told
    /// to be lenient; a user class need not be whole.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.iter().map(|value| 2 + value.len()).sum::<usize>() == self.0.len()
    }
}

/// The kinds of user or application that a client is for, RFC 8415 section 21.15.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserClass<'a>(pub Tuples<'a>);

impl<'a> OptionData<'a> for UserClass<'a> {
    const CODE: OptionCode = OptionCode::USER_CLASS;
    const NAME: &'static str = "user-class";

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self(Tuples(reader.take_rest())))
    }

    fn encode(&self, content: &mut Vec<u8>) {
        content.extend_from_slice(self.0.0);
    }
}

/// The make of a client in an enterprise's terms, RFC 8415 section 21.16; one option an enterprise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VendorClass<'a> {
    /// The enterprise number.
    pub enterprise: u32,
    /// The classes.
    pub classes: Tuples<'a>,
}

impl<'a> OptionData<'a> for VendorClass<'a> {
    const CODE: OptionCode = OptionCode::VENDOR_CLASS;
    const NAME: &'static str = "vendor-class";

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let enterprise = reader.u32("enterprise number")?;
        Ok(Self { enterprise, classes: Tuples(reader.take_rest()) })
    }

    fn encode(&self, content: &mut Vec<u8>) {
        content.extend_from_slice(&self.enterprise.to_be_bytes());
        content.extend_from_slice(self.classes.0);
    }
}

/// Options of an enterprise's own, RFC 8415 section 21.17; one option an enterprise. Their codes are
/// those of the enterprise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VendorOptions<'a> {
    /// The enterprise number.
    pub enterprise: u32,
    /// The options.
    pub options: Nested<'a>,
}

impl<'a> OptionData<'a> for VendorOptions<'a> {
    const CODE: OptionCode = OptionCode::VENDOR_OPTS;
    const NAME: &'static str = "vendor-opts";

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let enterprise = reader.u32("enterprise number")?;
        Ok(Self { enterprise, options: Nested(reader.take_rest()) })
    }

    fn encode(&self, content: &mut Vec<u8>) {
        content.extend_from_slice(&self.enterprise.to_be_bytes());
        content.extend_from_slice(self.options.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_read_up_to_one_that_is_cut() {
        let class = VendorClass::decode_all(&[0, 0, 17, 139, 0, 2, 7, 8, 0, 0, 0, 3, 1]).unwrap();
        assert_eq!(class.enterprise, 4491);
        assert!(class.classes.iter().eq([&[7, 8][..], &[]]));
        assert!(!class.classes.is_whole() && Tuples(&[0, 1, 7, 0, 0]).is_whole());
        assert!(VendorClass::decode_all(&[0, 0, 17]).is_err());
    }

    #[test]
    fn the_options_of_an_enterprise_are_options() {
        let vendor = VendorOptions::decode_all(&[0, 0, 17, 139, 0, 1, 0, 2, 0, 32]).unwrap();
        assert_eq!(vendor.options.get(OptionCode(1)), Some(&[0, 32][..]));
    }
}
