//! Which queries are worked on at all.

use std::net::Ipv4Addr;

use ruru_eval::Packet;
use ruru_observe::counters::Server4;
use ruru_wire::v4::options::{
    RelayAgentInformation, RequestedAddress, ServerIdentifier, SubnetSelection,
};
use ruru_wire::v4::{BootpOp, MessageType, OptionCode, Query};

use super::{DropReason, Exchange, PacketEvent};

impl Exchange<'_> {
    /// Counts the query and checks what can be checked without a subnet.
    pub(super) fn accept(&self) -> Result<MessageType, DropReason> {
        let query = self.query;
        let kind = query.message_type();
        self.engine.registry.server.count(received_counter(kind));
        let kind = kind.filter(|_| query.header.op == BootpOp::REQUEST);
        let kind = kind.ok_or(DropReason::RfcViolation)?;
        let client = &self.client;
        self.emit(&PacketEvent::Received {
            client,
            kind,
            source: self.source(),
            interface: self.arrival.interface,
        });
        match kind {
            MessageType::DISCOVER if query.options.contains(OptionCode::SERVER_IDENTIFIER) => {
                return Err(DropReason::RfcViolation);
            }
            MessageType::INFORM
                if self.arrival.over6.is_none()
                    && self.arrival.source.ip().is_unspecified()
                    && query.header.ciaddr.is_unspecified()
                    && query.header.giaddr.is_unspecified() =>
            {
                return Err(DropReason::RfcViolation);
            }
            MessageType::DISCOVER
            | MessageType::REQUEST
            | MessageType::RELEASE
            | MessageType::DECLINE
            | MessageType::INFORM => {}
            _ => return Err(DropReason::RfcViolation),
        }
        if client.is_anonymous() {
            return Err(DropReason::RfcViolation);
        }
        if !is_well_formed(query) {
            return Err(DropReason::Unreadable);
        }
        self.accept_server_identifier(query)?;
        Ok(kind)
    }

    /// A client that names a server must name this one.
    fn accept_server_identifier(&self, query: &Query<'_>) -> Result<(), DropReason> {
        let named = query.options.decode::<ServerIdentifier>();
        let Some(ServerIdentifier(named)) = named.map_err(|_| DropReason::Unreadable)? else {
            return Ok(());
        };
        let relay = self.relay_agent.map(RelayAgentInformation);
        let is_ours = relay.and_then(RelayAgentInformation::server_id_override) == Some(named)
            || self.engine.own_addresses.contains(&named)
            || self.engine.config.globals().compatibility.ignore_server_identifier
            || self.is_configured_server_identifier(named);
        if is_ours { Ok(()) } else { Err(DropReason::NotForUs) }
    }

    fn is_configured_server_identifier(&self, named: Ipv4Addr) -> bool {
        self.engine.config.server_identifiers().contains(&named)
    }
}

/// Whether options that decide who is meant and what is given can be understood.
fn is_well_formed(query: &Query<'_>) -> bool {
    let options = &query.options;
    // RFC 2132 section 9.14: a type and at least one byte.
    let has_client_id = options.get(OptionCode::CLIENT_IDENTIFIER).is_none_or(|id| id.len() >= 2);
    has_client_id
        && options.decode::<RequestedAddress>().is_ok()
        && options.decode::<SubnetSelection>().is_ok()
}

/// The statistic of a type; a missing type is unknown.
fn received_counter(kind: Option<MessageType>) -> Server4 {
    match kind {
        Some(MessageType::DISCOVER) => Server4::DiscoverReceived,
        Some(MessageType::OFFER) => Server4::OfferReceived,
        Some(MessageType::REQUEST) => Server4::RequestReceived,
        Some(MessageType::ACK) => Server4::AckReceived,
        Some(MessageType::NAK) => Server4::NakReceived,
        Some(MessageType::RELEASE) => Server4::ReleaseReceived,
        Some(MessageType::DECLINE) => Server4::DeclineReceived,
        Some(MessageType::INFORM) => Server4::InformReceived,
        Some(MessageType::LEASEQUERY) => Server4::LeaseQueryReceived,
        _ => Server4::UnknownReceived,
    }
}
