//! What relay agents add, and messages within messages.

use super::{OptionData, opaque_options};
use crate::v6::{Nested, OptionCode};
use crate::{DecodeError, Reader};

opaque_options! {
    /// The interface that a relay agent has a message from, RFC 8415 section 21.18.
    InterfaceId = INTERFACE_ID, "interface-id";
    /// The subscriber, by a name of the provider's, RFC 4580.
    SubscriberId = SUBSCRIBER_ID, "subscriber-id";
    /// A DHCPv4 message carried by DHCPv6, RFC 7341 section 6.3.
    Dhcpv4Message = DHCPV4_MSG, "dhcpv4-message";
}

/// The remote end of a circuit, in a form of an enterprise's own, RFC 4649 section 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteId<'a> {
    /// The enterprise number.
    pub enterprise: u32,
    /// The identifier.
    pub identifier: &'a [u8],
}

impl<'a> OptionData<'a> for RemoteId<'a> {
    const CODE: OptionCode = OptionCode::REMOTE_ID;
    const NAME: &'static str = "remote-id";

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let enterprise = reader.u32("enterprise number")?;
        Ok(Self { enterprise, identifier: reader.take_rest() })
    }

    fn encode(&self, content: &mut Vec<u8>) {
        content.extend_from_slice(&self.enterprise.to_be_bytes());
        content.extend_from_slice(self.identifier);
    }
}

/// Options that a relay agent offers to the client, RFC 6422 section 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelaySuppliedOptions<'a>(pub Nested<'a>);

impl<'a> OptionData<'a> for RelaySuppliedOptions<'a> {
    const CODE: OptionCode = OptionCode::RSOO;
    const NAME: &'static str = "rsoo";

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self(Nested(reader.take_rest())))
    }

    fn encode(&self, content: &mut Vec<u8>) {
        content.extend_from_slice(self.0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_id_belongs_to_an_enterprise() {
        let id = RemoteId::decode_all(&[0, 0, 9, 191, 7]).unwrap();
        assert_eq!(id, RemoteId { enterprise: 2495, identifier: &[7] });
        assert!(RemoteId::decode_all(&[0, 0, 9]).is_err());
    }

    #[test]
    fn relay_supplied_options_are_options() {
        let supplied = RelaySuppliedOptions::decode_all(&[0, 65, 0, 1, 0]).unwrap();
        assert_eq!(supplied.0.get(OptionCode(65)), Some(&[0][..]));
    }
}
