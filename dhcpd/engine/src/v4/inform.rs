//! DHCPINFORM, RFC 2131 section 4.3.5.

use ruru_wire::v4::MessageType;

use super::names::Name;
use super::reply::Grant;
use super::{Exchange, Outcome};

impl Exchange<'_> {
    /// Answers with options only.
    pub(super) fn inform(&self, reply: &mut Vec<u8>) -> Outcome {
        let subnet = self.select_subnet();
        let host = subnet.and_then(|subnet| self.host_in(subnet));
        let name = Name::default();
        let grant = Grant { subnet, host, address: None, lifetime: None, name: &name };
        self.answer(MessageType::ACK, &grant, reply)
    }
}
