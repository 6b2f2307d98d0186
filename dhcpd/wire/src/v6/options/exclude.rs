//! What the delegating router keeps of a delegated prefix, RFC 6603.

use super::OptionData;
use crate::v6::{OptionCode, Prefix};
use crate::{DecodeError, Reader};

/// The prefix exclude option, RFC 6603 section 4.2: of the excluded prefix only the bits behind the
/// delegated prefix, so that it means something within an [`IaPrefix`](super::IaPrefix) alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PdExclude {
    length: u8,
    /// The bits behind the delegated prefix, the first one highest.
    subnet_id: u128,
    /// How many bytes the bits take, up to 16.
    bytes: u8,
}

impl PdExclude {
    /// Excludes a part of a delegated prefix; `None` if it is not a part, or all of it.
    #[must_use]
    pub fn new(delegated: Prefix, excluded: Prefix) -> Option<Self> {
        if !delegated.covers(excluded) || delegated == excluded {
            return None;
        }
        let bits = excluded.length() - delegated.length();
        let subnet_id = excluded.address().to_bits() << delegated.length();
        Some(Self { length: excluded.length(), subnet_id, bytes: bits.div_ceil(8) })
    }

    /// The excluded prefix; `None` if it cannot be a part of this delegated one.
    #[must_use]
    pub fn excluded(self, delegated: Prefix) -> Option<Prefix> {
        let bits = self.length.checked_sub(delegated.length())?;
        if bits.div_ceil(8) != self.bytes {
            return None;
        }
        // More than zero bits are excluded, so the shift is below 128.
        let behind = self.subnet_id.checked_shr(delegated.length().into())?;
        Prefix::new((delegated.address().to_bits() | behind).into(), self.length)
    }
}

impl<'a> OptionData<'a> for PdExclude {
    const CODE: OptionCode = OptionCode::PD_EXCLUDE;
    const NAME: &'static str = "pd-exclude";

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let length = reader.u8("excluded prefix length")?;
        if !(1..=128).contains(&length) {
            let value = length.into();
            return Err(DecodeError::Invalid { what: "excluded prefix length", value });
        }
        let id = reader.take_rest();
        let mut octets = [0; 16];
        match octets.get_mut(..id.len()) {
            Some([]) => return Err(DecodeError::Missing { what: "subnet id" }),
            Some(place) => place.copy_from_slice(id),
            None => {
                return Err(DecodeError::TrailingBytes { what: Self::NAME, left: id.len() - 16 });
            }
        }
        // At most 16, as checked above.
        let bytes = u8::try_from(id.len()).unwrap_or(16);
        Ok(Self { length, subnet_id: u128::from_be_bytes(octets), bytes })
    }

    fn encode(&self, content: &mut Vec<u8>) {
        content.push(self.length);
        content.extend(self.subnet_id.to_be_bytes().iter().take(self.bytes.into()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prefix(address: &str, length: u8) -> Prefix {
        Prefix::new(address.parse().unwrap(), length).unwrap()
    }

    #[test]
    fn only_the_bits_behind_the_delegated_prefix_are_sent() {
        let (delegated, excluded) = (prefix("2001:db8::", 59), prefix("2001:db8:0:1f::", 64));
        let option = PdExclude::new(delegated, excluded).unwrap();
        let mut content = Vec::new();
        option.encode(&mut content);
        assert_eq!(content, [64, 0b1111_1000]);
        assert_eq!(option.excluded(delegated), Some(excluded));
        assert_eq!(option.excluded(prefix("2001:db8::", 48)), None);
    }

    #[test]
    fn what_is_not_a_part_cannot_be_excluded() {
        let delegated = prefix("2001:db8::", 56);
        assert_eq!(PdExclude::new(delegated, delegated), None);
        assert_eq!(PdExclude::new(delegated, prefix("2001:db9::", 64)), None);
        assert!(PdExclude::decode_all(&[64]).is_err() && PdExclude::decode_all(&[0, 1]).is_err());
        assert!(PdExclude::decode_all(&[64; 18]).is_err());
    }

    proptest! {
        #[test]
        fn what_is_excluded_is_read_back(bits in any::<u128>(), one in 0_u8..=128, other in 0_u8..=128) {
            prop_assume!(one != other);
            let delegated = Prefix::new(bits.into(), one.min(other)).unwrap();
            let excluded = Prefix::new(bits.into(), one.max(other)).unwrap();
            let mut content = Vec::new();
            PdExclude::new(delegated, excluded).unwrap().encode(&mut content);
            let read = PdExclude::decode_all(&content).unwrap();
            prop_assert_eq!(read.excluded(delegated), Some(excluded));
        }

        #[test]
        fn no_bytes_panic(content in prop::collection::vec(any::<u8>(), 0..20), bits in any::<u128>(), length in 0_u8..=128) {
            if let Ok(option) = PdExclude::decode_all(&content) {
                let _ = option.excluded(Prefix::new(bits.into(), length).unwrap());
            }
        }
    }
}
