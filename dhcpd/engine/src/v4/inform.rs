//! DHCPINFORM, RFC 2131 section 4.3.5.

use ruru_wire::v4::MessageType;

use super::names::Name;
use super::reply::Grant;
use super::{Client, Engine, Outcome, Received};

impl Engine<'_> {
    /// Answers with options only.
    pub(super) fn inform(&self, received: &Received<'_>, reply: &mut Vec<u8>) -> Outcome {
        let Some(subnet) = self.select_subnet(received) else { return Outcome::Silence };
        let host = self.host_in(subnet, &Client::of(&received.query));
        let name = Name::default();
        let grant = Grant { subnet, host, address: None, lifetime: None, name: &name };
        self.answer(received, MessageType::ACK, &grant, reply)
    }
}
