//! DHCPv4 over DHCPv6, RFC 7341: queries are passed on to the DHCPv4 server, and its responses to
//! the clients. Nothing is remembered meanwhile; what the DHCPv4 server is told comes back with its
//! response.

use std::net::SocketAddrV6;

use ruru_observe::counters::Server6;
use ruru_wire::DecodeError;
use ruru_wire::v6::{MessageType, Passed, Peer, Query, dhcpv4_message};

use super::reply::port_of;
use super::{DropReason, Engine, Exchange, Outcome, Over6Event, PacketEvent};

/// A response of the DHCPv4 server on its way to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response<'a> {
    /// By which interface it leaves.
    pub interface: &'a str,
    /// Where it goes; on which link is not known.
    pub to: SocketAddrV6,
    /// As in [`Outcome::Answer`].
    pub beyond_link: bool,
}

impl Exchange<'_> {
    /// Writes a query for the DHCPv4 server.
    pub(super) fn pass_on(&self, message: &mut Vec<u8>) -> Outcome {
        if self.engine.config.globals().over6_port.is_none() {
            return self.engine.drop(DropReason::NotForUs);
        }
        if dhcpv4_message(&self.query.options).is_err() {
            return self.engine.drop(DropReason::RfcViolation);
        }
        let source = self.arrival.source;
        let peer =
            Peer { interface: self.arrival.interface, address: *source.ip(), port: source.port() };
        match peer.pass(self.query, message) {
            Ok(()) => Outcome::PassOn,
            Err(reason) => {
                self.emit(&PacketEvent::TooLong { client: &self.client, reason: &reason });
                self.engine.drop(DropReason::TooLong)
            }
        }
    }
}

impl Engine<'_> {
    /// Reads what the DHCPv4 server has passed and writes the message that it is into `response`;
    /// `None` if it is none.
    pub fn respond<'m>(&self, message: &'m [u8], response: &mut Vec<u8>) -> Option<Response<'m>> {
        let passed = match read(message) {
            Ok(passed) => passed,
            Err(reason) => {
                self.log.emit(&Over6Event::ReceiveFailed { reason: &reason });
                return None;
            }
        };
        let Peer { interface, address, port } = passed.peer;
        let kind = passed.message.message_type;
        self.log.emit(&Over6Event::Received { kind, client: address, port, interface });
        if let Err(reason) = passed.unwrap(response) {
            self.log.emit(&Over6Event::TooLong { reason: &reason });
            return None;
        }
        self.registry.server.count(Server6::Sent);
        self.registry.server.count(Server6::Dhcpv4ResponseSent);
        let relays = &passed.message.relays;
        let to = SocketAddrV6::new(address, port_of(&passed.message, port), 0, 0);
        let beyond_link = !relays.is_empty() && !address.is_unicast_link_local();
        Some(Response { interface, to, beyond_link })
    }
}

/// A response and nothing else: whatever else came would leave in the server's name.
fn read(message: &[u8]) -> Result<Passed<'_>, DecodeError> {
    let passed = Passed::decode(message)?;
    let Query { relays, message_type, options, .. } = &passed.message;
    let outer = relays.iter().find(|relay| relay.message_type != MessageType::RELAY_REPL);
    let wrong = outer.map(|relay| relay.message_type);
    let wrong = wrong.or(Some(*message_type).filter(|kind| *kind != MessageType::DHCPV4_RESPONSE));
    if let Some(kind) = wrong {
        return Err(DecodeError::Invalid { what: "type", value: kind.0.into() });
    }
    dhcpv4_message(options)?;
    Ok(passed)
}
