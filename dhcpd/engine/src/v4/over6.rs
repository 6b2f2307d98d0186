//! DHCPv4 over DHCPv6, RFC 7341: queries that a DHCPv6 server has passed on, which are decided on like
//! all others, and the responses that it is given for the clients.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4};

use ruru_lease::{Leases, StoreError, V4};
use ruru_wire::DecodeError;
use ruru_wire::v6::{MessageType, OptionCode, Passed, Peer, dhcpv4_message};

use super::{Arrival, DropReason, Engine, Outcome, Over6Event};

/// The bit of a query's flags that says that the client would have sent it to the server alone,
/// RFC 7341 section 6.1.
const UNICAST: u32 = 0x80_0000;

/// What is known of a query besides, if a DHCPv6 server has passed it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over6<'a> {
    /// Who sent it: the client, or a relay agent.
    pub source: Ipv6Addr,
    /// What the relay agent nearest to the client calls its interface, of those that name one.
    pub interface_id: Option<&'a [u8]>,
    /// Whether the client would have sent it to the server alone.
    pub is_unicast: bool,
}

impl Engine<'_> {
    /// Reads what a DHCPv6 server has passed on; `None` if it is no query.
    pub fn passed<'m>(&self, message: &'m [u8]) -> Option<Passed<'m>> {
        let passed = Passed::decode(message).and_then(|passed| match passed.message.message_type {
            MessageType::DHCPV4_QUERY => Ok(passed),
            kind => Err(DecodeError::Invalid { what: "type", value: kind.0.into() }),
        });
        match passed {
            Ok(passed) => {
                let Peer { interface, address, .. } = passed.peer;
                let kind = passed.message.message_type;
                self.log.emit(&Over6Event::Received { kind, client: address, interface });
                Some(passed)
            }
            Err(reason) => {
                self.log.emit(&Over6Event::ReceiveFailed { reason: &reason });
                None
            }
        }
    }

    /// Takes a query that was passed on by the interface that has the address `local`; writes what
    /// the DHCPv6 server is to pass back, if there is anything, into `response`.
    ///
    /// # Errors
    /// The store cannot answer; the query is to be dropped.
    pub async fn receive_passed(
        &self,
        passed: &Passed<'_>,
        local: Ipv4Addr,
        leases: &impl Leases<V4>,
        response: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let Passed { message, peer } = passed;
        let query = match dhcpv4_message(&message.options) {
            Ok(query) => query,
            Err(reason) => {
                self.log.emit(&Over6Event::BadPacket { reason: &reason });
                return Ok(self.drop(DropReason::Unreadable));
            }
        };
        // Clients know a server by an address: without one they could not come back.
        if local.is_unspecified() && self.config.server_identifiers().is_empty() {
            self.log.emit(&Over6Event::NoAddress { interface: peer.interface });
            return Ok(self.drop(DropReason::NotForUs));
        }
        let mut relays = message.relays.iter().rev();
        let interface_id = relays.find_map(|relay| relay.options.get(OptionCode::INTERFACE_ID));
        let arrival = Arrival {
            message: query,
            source: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0),
            destination: Ipv4Addr::UNSPECIFIED,
            local,
            interface: peer.interface,
            over6: Some(Over6 {
                source: peer.address,
                interface_id,
                is_unicast: message.transaction_id & UNICAST != 0,
            }),
        };
        // Around the answer there is more than a header: it is written apart.
        let mut reply = Vec::with_capacity(response.capacity());
        let outcome = self.receive(&arrival, leases, &mut reply).await?;
        if let Outcome::Answer { kind, .. } = outcome {
            if let Err(reason) = passed.respond(&reply, response) {
                self.log.emit(&Over6Event::TooLong { reason: &reason });
                return Ok(Outcome::Silence);
            }
            let Peer { interface, address, .. } = passed.peer;
            self.log.emit(&Over6Event::Sent { kind, client: address, interface });
        }
        Ok(outcome)
    }
}
