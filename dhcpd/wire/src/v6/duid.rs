//! DHCP unique identifiers, RFC 8415 section 11.

use std::fmt;

use super::{DuidType, HardwareType};
use crate::{Bytes, ColonHex, DecodeError, HardwareAddress, Reader};

/// The identifier of a client or a server: opaque but for its maker (RFC 8415 section 11).
///
/// Those that hosts have in practice stand in place; their text is hexadecimal with colons.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duid(Bytes);

impl Duid {
    /// The fewest bytes: a type and one byte.
    pub const MIN_LEN: usize = 3;
    /// The most bytes: a type and 128 bytes.
    pub const MAX_LEN: usize = 130;

    /// Any bytes, if there are as many as a DUID may have.
    ///
    /// # Errors
    /// There are fewer than 3 or more than 130.
    pub fn new(bytes: &[u8]) -> Result<Self, DecodeError> {
        if (Self::MIN_LEN..=Self::MAX_LEN).contains(&bytes.len()) {
            return Ok(Self(bytes.into()));
        }
        let value = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Err(DecodeError::Invalid { what: "DUID length", value })
    }

    /// The DUID of nobody, `00:00:00`: whose leases are those that were declined.
    #[must_use]
    pub fn empty() -> Self {
        Self([0; 3][..].into())
    }

    /// From a link-layer address and the time, in seconds since the year 2000 modulo 2^32
    /// (RFC 8415 section 11.2).
    #[must_use]
    pub fn llt(hardware_type: HardwareType, time: u32, address: &HardwareAddress) -> Self {
        let parts = [&hardware_type.0.to_be_bytes()[..], &time.to_be_bytes(), address.as_bytes()];
        Self::of(DuidType::LLT, &parts)
    }

    /// From an enterprise's number and an identifier of its own (RFC 8415 section 11.3).
    ///
    /// # Errors
    /// The identifier has more than 124 bytes.
    pub fn en(enterprise: u32, identifier: &[u8]) -> Result<Self, DecodeError> {
        let duid = Self::of(DuidType::EN, &[&enterprise.to_be_bytes(), identifier]);
        Self::new(duid.as_bytes())
    }

    /// From a link-layer address (RFC 8415 section 11.4).
    #[must_use]
    pub fn ll(hardware_type: HardwareType, address: &HardwareAddress) -> Self {
        Self::of(DuidType::LL, &[&hardware_type.0.to_be_bytes(), address.as_bytes()])
    }

    /// From a universally unique identifier (RFC 6355).
    #[must_use]
    pub fn uuid(uuid: [u8; 16]) -> Self {
        Self::of(DuidType::UUID, &[&uuid])
    }

    fn of(duid_type: DuidType, parts: &[&[u8]]) -> Self {
        let mut bytes = duid_type.0.to_be_bytes().to_vec();
        for part in parts {
            bytes.extend_from_slice(part);
        }
        Self(bytes[..].into())
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it is [nobody's](Self::empty).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_bytes() == [0; 3]
    }

    /// What it is made of.
    #[must_use]
    pub fn duid_type(&self) -> DuidType {
        // It has two bytes at least.
        let code = self.as_bytes().first_chunk().copied().unwrap_or_default();
        DuidType(u16::from_be_bytes(code))
    }

    /// The link-layer address within a DUID-LLT or DUID-LL, with its type. Servers should not look
    /// inside a DUID, but may be told to (RFC 8415 section 11).
    #[must_use]
    pub fn hardware_address(&self) -> Option<(HardwareType, HardwareAddress)> {
        let mut reader = Reader::new(self.as_bytes());
        let duid_type = DuidType(reader.u16("DUID type").ok()?);
        let hardware_type = HardwareType(reader.u16("hardware type").ok()?);
        match duid_type {
            DuidType::LLT => {
                reader.u32("time").ok()?;
            }
            DuidType::LL => {}
            _ => return None,
        }
        let address = HardwareAddress::new(reader.take_rest())?;
        (!address.is_empty()).then_some((hardware_type, address))
    }
}

impl fmt::Display for Duid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ColonHex(self.as_bytes()).fmt(f)
    }
}

impl fmt::Debug for Duid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];

    #[test]
    fn a_duid_has_three_to_130_bytes() {
        for len in [0, 1, 2, 131, 200] {
            assert!(Duid::new(&vec![1; len]).is_err(), "{len} bytes");
        }
        for len in [3, 22, 23, 130] {
            assert_eq!(Duid::new(&vec![1; len]).unwrap().as_bytes(), vec![1; len]);
        }
        assert!(Duid::en(2495, &[0; 124]).is_ok() && Duid::en(2495, &[0; 125]).is_err());
    }

    #[test]
    fn it_is_written_in_hexadecimal_with_colons() {
        let address = HardwareAddress::new(&MAC).unwrap();
        let llt = Duid::llt(HardwareType::ETHERNET, 0x1020, &address);
        assert_eq!(llt.to_string(), "00:01:00:01:00:00:10:20:02:00:00:00:00:01");
        let en = Duid::en(2495, &[0xab]).unwrap();
        assert_eq!(en.to_string(), "00:02:00:00:09:bf:ab");
        assert_eq!(Duid::ll(HardwareType::ETHERNET, &address).as_bytes().len(), 10);
        assert_eq!(Duid::uuid([7; 16]).duid_type(), DuidType::UUID);
        assert!(Duid::empty().is_empty());
    }

    #[test]
    fn the_link_layer_address_is_found_where_there_is_one() {
        let address = HardwareAddress::new(&MAC).unwrap();
        let found = Some((HardwareType::ETHERNET, address));
        assert_eq!(Duid::llt(HardwareType::ETHERNET, 7, &address).hardware_address(), found);
        assert_eq!(Duid::ll(HardwareType::ETHERNET, &address).hardware_address(), found);
        assert_eq!(Duid::uuid([1; 16]).hardware_address(), None);
        assert_eq!(Duid::new(&[0, 3, 0, 1]).unwrap().hardware_address(), None);
    }
}
