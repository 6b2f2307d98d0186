//! Which queries are worked on at all.

use ruru_observe::counters::Server6;
use ruru_wire::v6::options::{ClientIdentifier, ServerIdentifier};
use ruru_wire::v6::{Duid, MessageType, OptionCode};

use super::{DropReason, Exchange, PacketEvent};

/// How often an option may be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    None,
    One,
    AtMostOne,
}

impl Exchange<'_> {
    /// Counts the query and checks whom it is for.
    pub(super) fn accept(&self) -> Result<(), DropReason> {
        let query = self.query;
        if let Some(counter) = received_counter(query.message_type) {
            self.engine.registry.server.count(counter);
        }
        self.emit(&PacketEvent::Received {
            client: &self.client,
            kind: query.message_type,
            source: self.arrival.source,
            interface: self.arrival.interface,
        });
        if let Some(named) = query.options.get(OptionCode::SERVER_ID)
            && named != self.engine.server_id.as_bytes()
        {
            return Err(DropReason::NotForUs);
        }
        // RFC 9915 has no server unicast any more, but RFC 7341 section 6.3 has one of its own.
        if query.relays.is_empty()
            && !self.arrival.destination.is_multicast()
            && query.message_type != MessageType::DHCPV4_QUERY
        {
            return Err(DropReason::RfcViolation);
        }
        Ok(())
    }

    /// Checks the options that decide who is meant, RFC 9915 section 16.
    pub(super) fn accept_type(&self) -> Result<(), DropReason> {
        let (client, server) = match self.query.message_type {
            MessageType::SOLICIT
            | MessageType::CONFIRM
            | MessageType::REBIND
            | MessageType::ADDR_REG_INFORM => (Count::One, Count::None),
            MessageType::REQUEST
            | MessageType::RENEW
            | MessageType::RELEASE
            | MessageType::DECLINE => (Count::One, Count::One),
            MessageType::INFORMATION_REQUEST | MessageType::DHCPV4_QUERY => {
                (Count::AtMostOne, Count::AtMostOne)
            }
            _ => return Err(DropReason::RfcViolation),
        };
        let duids = [(OptionCode::CLIENT_ID, client), (OptionCode::SERVER_ID, server)];
        if duids.iter().all(|(code, count)| self.has(*code, *count)) && self.duids_are_good() {
            return Ok(());
        }
        Err(DropReason::RfcViolation)
    }

    fn has(&self, code: OptionCode, count: Count) -> bool {
        let there = self.query.options.all(code).count();
        match count {
            Count::None => there == 0,
            Count::One => there == 1,
            Count::AtMostOne => there <= 1,
        }
    }

    /// Whether those that are there are identifiers, and of somebody.
    fn duids_are_good(&self) -> bool {
        let options = &self.query.options;
        let is_somebody = |duid: Option<Duid>| duid.is_none_or(|duid| !duid.is_empty());
        let client = options.decode::<ClientIdentifier>().map(|id| is_somebody(id.map(|id| id.0)));
        let server = options.decode::<ServerIdentifier>().map(|id| is_somebody(id.map(|id| id.0)));
        client.unwrap_or(false) && server.unwrap_or(false)
    }
}

/// The statistic of a type; there is none of what only servers say to make clients ask.
fn received_counter(kind: MessageType) -> Option<Server6> {
    Some(match kind {
        MessageType::RECONFIGURE => return None,
        MessageType::CONFIRM => Server6::ConfirmReceived,
        MessageType::SOLICIT => Server6::SolicitReceived,
        MessageType::ADVERTISE => Server6::AdvertiseReceived,
        MessageType::REQUEST => Server6::RequestReceived,
        MessageType::REPLY => Server6::ReplyReceived,
        MessageType::RENEW => Server6::RenewReceived,
        MessageType::REBIND => Server6::RebindReceived,
        MessageType::DECLINE => Server6::DeclineReceived,
        MessageType::RELEASE => Server6::ReleaseReceived,
        MessageType::INFORMATION_REQUEST => Server6::InformationRequestReceived,
        MessageType::DHCPV4_QUERY => Server6::Dhcpv4QueryReceived,
        MessageType::DHCPV4_RESPONSE => Server6::Dhcpv4ResponseReceived,
        MessageType::ADDR_REG_INFORM => Server6::AddressRegistrationReceived,
        MessageType::ADDR_REG_REPLY => Server6::AddressRegistrationReplyReceived,
        _ => Server6::UnknownReceived,
    })
}
