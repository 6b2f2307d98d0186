//! Identity associations and the leases in them.

use std::fmt;
use std::net::Ipv6Addr;

use super::OptionData;
use crate::v6::{Nested, OptionCode, Prefix};
use crate::{DecodeError, Reader};

/// Identifies an association among those of its client and kind, RFC 8415 section 12.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iaid(pub u32);

impl fmt::Display for Iaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Iaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Declares identity associations: their fields are the same.
macro_rules! associations {
    ($($(#[$meta:meta])* $name:ident = $code:ident, $text:literal;)*) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name<'a> {
            /// The identifier that the client has chosen.
            pub iaid: Iaid,
            /// T1: seconds until the client renews; zero leaves it to the client.
            pub t1: u32,
            /// T2: seconds until the client asks any server; zero leaves it to the client.
            pub t2: u32,
            /// The leases, and the status of the association.
            pub options: Nested<'a>,
        }

        impl<'a> OptionData<'a> for $name<'a> {
            const CODE: OptionCode = OptionCode::$code;
            const NAME: &'static str = $text;

            fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
                let iaid = Iaid(reader.u32("iaid")?);
                let t1 = reader.u32("t1")?;
                let t2 = reader.u32("t2")?;
                Ok(Self { iaid, t1, t2, options: Nested(reader.take_rest()) })
            }

            fn encode(&self, content: &mut Vec<u8>) {
                for number in [self.iaid.0, self.t1, self.t2] {
                    content.extend_from_slice(&number.to_be_bytes());
                }
                content.extend_from_slice(self.options.0);
            }
        }
    )* };
}

associations! {
    /// Identity association for non-temporary addresses, RFC 8415 section 21.4.
    IaNa = IA_NA, "ia-na";
    /// Identity association for prefix delegation, RFC 8415 section 21.21.
    IaPd = IA_PD, "ia-pd";
}

/// An address in an association, RFC 8415 section 21.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IaAddress<'a> {
    /// The address.
    pub address: Ipv6Addr,
    /// The preferred lifetime in seconds.
    pub preferred: u32,
    /// The valid lifetime in seconds.
    pub valid: u32,
    /// The status of the address.
    pub options: Nested<'a>,
}

impl<'a> OptionData<'a> for IaAddress<'a> {
    const CODE: OptionCode = OptionCode::IAADDR;
    const NAME: &'static str = "iaaddr";

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let address = reader.ipv6(Self::NAME)?;
        let preferred = reader.u32("preferred-lifetime")?;
        let valid = reader.u32("valid-lifetime")?;
        Ok(Self { address, preferred, valid, options: Nested(reader.take_rest()) })
    }

    fn encode(&self, content: &mut Vec<u8>) {
        content.extend_from_slice(&self.address.octets());
        content.extend_from_slice(&self.preferred.to_be_bytes());
        content.extend_from_slice(&self.valid.to_be_bytes());
        content.extend_from_slice(self.options.0);
    }
}

/// A prefix in an association, RFC 8415 section 21.22.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IaPrefix<'a> {
    /// The preferred lifetime in seconds.
    pub preferred: u32,
    /// The valid lifetime in seconds.
    pub valid: u32,
    /// The prefix. Of a hint all of it or only the length may count: `::/56`.
    pub prefix: Prefix,
    /// The status of the prefix, and what is excluded from it.
    pub options: Nested<'a>,
}

impl<'a> IaPrefix<'a> {
    /// Reads the content as servers do that are told to be lenient: a length that no prefix can
    /// have is taken for the longest.
    ///
    /// # Errors
    /// The content is too short.
    pub fn decode_leniently(content: &'a [u8]) -> Result<Self, DecodeError> {
        Self::decode_with(&mut Reader::new(content), |length| length.min(128))
    }

    fn decode_with(
        reader: &mut Reader<'a>,
        length_of: impl FnOnce(u8) -> u8,
    ) -> Result<Self, DecodeError> {
        let preferred = reader.u32("preferred-lifetime")?;
        let valid = reader.u32("valid-lifetime")?;
        let length = length_of(reader.u8("prefix length")?);
        let address = reader.ipv6(Self::NAME)?;
        let prefix = Prefix::new(address, length)
            .ok_or(DecodeError::Invalid { what: "prefix length", value: length.into() })?;
        Ok(Self { preferred, valid, prefix, options: Nested(reader.take_rest()) })
    }
}

impl<'a> OptionData<'a> for IaPrefix<'a> {
    const CODE: OptionCode = OptionCode::IAPREFIX;
    const NAME: &'static str = "iaprefix";

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Self::decode_with(reader, |length| length)
    }

    fn encode(&self, content: &mut Vec<u8>) {
        content.extend_from_slice(&self.preferred.to_be_bytes());
        content.extend_from_slice(&self.valid.to_be_bytes());
        content.push(self.prefix.length());
        content.extend_from_slice(&self.prefix.address().octets());
        content.extend_from_slice(self.options.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_association_has_leases_in_it() {
        let mut content = vec![0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, 0, 5, 0, 24];
        content
            .extend([0x20, 1, 0xd, 0xb8].iter().chain(&[0; 12]).chain(&[0, 0, 0, 3, 0, 0, 0, 4]));
        let association = IaNa::decode_all(&content).unwrap();
        assert_eq!((association.iaid, association.t1, association.t2), (Iaid(7), 1, 2));
        let address: IaAddress<'_> = association.options.decode().unwrap().unwrap();
        assert_eq!(address.address.to_string(), "2001:db8::");
        assert_eq!((address.preferred, address.valid), (3, 4));
        assert!(IaNa::decode_all(&content[..11]).is_err());
    }

    #[test]
    fn a_prefix_longer_than_an_address_is_refused_or_clamped() {
        let mut content = [0; 25];
        content[8] = 129;
        assert!(IaPrefix::decode_all(&content).is_err());
        assert_eq!(IaPrefix::decode_leniently(&content).unwrap().prefix.length(), 128);
        content[8] = 56;
        assert_eq!(IaPrefix::decode_all(&content).unwrap().prefix.to_string(), "::/56");
    }
}
