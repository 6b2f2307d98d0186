//! Who sends a message.

use super::OptionData;
use crate::v6::{Duid, HardwareType, OptionCode};
use crate::{DecodeError, HardwareAddress, Reader};

/// Declares options whose content is a DUID.
macro_rules! duid_options {
    ($($(#[$meta:meta])* $name:ident = $code:ident, $text:literal;)*) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(pub Duid);

        impl<'a> OptionData<'a> for $name {
            const CODE: OptionCode = OptionCode::$code;
            const NAME: &'static str = $text;

            fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
                Duid::new(reader.take_rest()).map(Self)
            }

            fn encode(&self, content: &mut Vec<u8>) {
                content.extend_from_slice(self.0.as_bytes());
            }
        }
    )* };
}

duid_options! {
    /// Client identifier, RFC 8415 section 21.2.
    ClientIdentifier = CLIENT_ID, "clientid";
    /// Server identifier, RFC 8415 section 21.3.
    ServerIdentifier = SERVER_ID, "serverid";
    /// The relay agent's identifier, RFC 5460 section 5.4.1.
    RelayIdentifier = RELAY_ID, "relay-id";
}

/// The client's link-layer address as the relay agent next to it has seen it, RFC 6939 section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientLinkLayerAddress {
    /// The kind of link.
    pub hardware_type: HardwareType,
    /// The address.
    pub address: HardwareAddress,
}

impl<'a> OptionData<'a> for ClientLinkLayerAddress {
    const CODE: OptionCode = OptionCode::CLIENT_LINKLAYER_ADDR;
    const NAME: &'static str = "client-linklayer-addr";

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let hardware_type = HardwareType(reader.u16("hardware type")?);
        let address = reader.take_rest();
        let value = u32::try_from(address.len()).unwrap_or(u32::MAX);
        let address = HardwareAddress::new(address)
            .ok_or(DecodeError::Invalid { what: "link-layer address length", value })?;
        Ok(Self { hardware_type, address })
    }

    fn encode(&self, content: &mut Vec<u8>) {
        content.extend_from_slice(&self.hardware_type.0.to_be_bytes());
        content.extend_from_slice(self.address.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_that_is_no_duid_is_refused() {
        assert!(ClientIdentifier::decode_all(&[0, 1]).is_err());
        let id = ClientIdentifier::decode_all(&[0, 1, 2]).unwrap();
        assert_eq!(id.0.to_string(), "00:01:02");
    }

    #[test]
    fn a_link_layer_address_has_its_type_before_it() {
        let option = ClientLinkLayerAddress::decode_all(&[0, 1, 2, 0, 0, 0, 0, 1]).unwrap();
        assert_eq!(option.hardware_type, HardwareType::ETHERNET);
        assert_eq!(option.address.to_string(), "02:00:00:00:00:01");
        assert!(ClientLinkLayerAddress::decode_all(&[0; 23]).is_err());
    }
}
