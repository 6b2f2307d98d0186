//! Options about leases: addresses, times, identifiers.

use std::net::Ipv4Addr;

use super::OptionData;
use crate::cursor::{DecodeError, Reader};
use crate::v4::OptionCode;

/// Declares options whose content is one address or one number.
macro_rules! scalar_options {
    ($($(#[$meta:meta])* $name:ident($type:ty) = $code:ident, $read:ident, $text:literal;)*) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(pub $type);

        impl OptionData for $name {
            const CODE: OptionCode = OptionCode::$code;
            const NAME: &'static str = $text;

            fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                reader.$read(Self::NAME).map(Self)
            }

            fn encode(&self, content: &mut Vec<u8>) {
                content.extend_from_slice(&Bytes::bytes(self.0));
            }
        }
    )* };
}

scalar_options! {
    /// Subnet mask, RFC 2132 section 3.3.
    SubnetMask(Ipv4Addr) = SUBNET_MASK, ipv4, "subnet-mask";
    /// Requested IP address, RFC 2132 section 9.1.
    RequestedAddress(Ipv4Addr) = REQUESTED_ADDRESS, ipv4, "dhcp-requested-address";
    /// IP address lease time in seconds, RFC 2132 section 9.2.
    LeaseTime(u32) = LEASE_TIME, u32, "dhcp-lease-time";
    /// Server identifier, RFC 2132 section 9.7.
    ServerIdentifier(Ipv4Addr) = SERVER_IDENTIFIER, ipv4, "dhcp-server-identifier";
    /// Maximum DHCP message size in bytes, RFC 2132 section 9.10.
    MaxMessageSize(u16) = MAX_MESSAGE_SIZE, u16, "dhcp-max-message-size";
    /// Renewal (T1) time in seconds, RFC 2132 section 9.11.
    RenewalTime(u32) = RENEWAL_TIME, u32, "dhcp-renewal-time";
    /// Rebinding (T2) time in seconds, RFC 2132 section 9.12.
    RebindingTime(u32) = REBINDING_TIME, u32, "dhcp-rebinding-time";
    /// Subnet selection, RFC 3011.
    SubnetSelection(Ipv4Addr) = SUBNET_SELECTION, ipv4, "subnet-selection";
}

/// Client identifier, RFC 2132 section 9.14; RFC 4361 says what hosts put there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientIdentifier(pub Vec<u8>);

impl OptionData for ClientIdentifier {
    const CODE: OptionCode = OptionCode::CLIENT_IDENTIFIER;
    const NAME: &'static str = "dhcp-client-identifier";

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let len = reader.rest().len();
        // A type and at least one byte of value, says the RFC.
        if len < 2 {
            return Err(DecodeError::Truncated { what: Self::NAME, needed: 2, left: len });
        }
        Ok(Self(reader.bytes(len, Self::NAME)?.to_vec()))
    }

    fn encode(&self, content: &mut Vec<u8>) {
        content.extend_from_slice(&self.0);
    }
}

/// How a scalar is written.
trait Bytes {
    type Array: AsRef<[u8]>;
    fn bytes(self) -> Self::Array;
}

impl Bytes for Ipv4Addr {
    type Array = [u8; 4];
    fn bytes(self) -> [u8; 4] {
        self.octets()
    }
}

impl Bytes for u32 {
    type Array = [u8; 4];
    fn bytes(self) -> [u8; 4] {
        self.to_be_bytes()
    }
}

impl Bytes for u16 {
    type Array = [u8; 2];
    fn bytes(self) -> [u8; 2] {
        self.to_be_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_must_have_its_exact_length() {
        assert_eq!(LeaseTime::decode_all(&[0, 0, 1, 0]), Ok(LeaseTime(256)));
        assert!(LeaseTime::decode_all(&[0, 0, 1]).is_err());
        assert!(LeaseTime::decode_all(&[0, 0, 1, 0, 0]).is_err());
    }

    #[test]
    fn a_client_identifier_has_at_least_two_bytes() {
        assert!(ClientIdentifier::decode_all(&[1]).is_err());
        assert_eq!(ClientIdentifier::decode_all(&[1, 2]), Ok(ClientIdentifier(vec![1, 2])));
    }
}
