//! What the server says, and what the client does then.

use std::net::Ipv4Addr;

use ruru_wire::v4::options::ServerIdentifier;
use ruru_wire::v4::{MessageType, Query};

use crate::clients::{Client, Lease};
use crate::session::{Waits, Xid};
use crate::template::XID;

/// What of an answer matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// What it is.
    pub(crate) message_type: Option<MessageType>,
    /// The client's address.
    pub(crate) address: Ipv4Addr,
    /// Whose answer it is.
    pub(crate) server: Option<Ipv4Addr>,
}

/// What a client does with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It takes what it was offered.
    Take(Lease),
    /// It has what it wanted.
    Done(Lease),
    /// Nobody counts it.
    Forget,
    /// It does not get what it wanted.
    Refused,
    /// It does not wait for this.
    Orphan,
}

impl Answer {
    /// Reads a message; `None` if it is none.
    pub(crate) fn decode(message: &[u8]) -> Option<Self> {
        let query = Query::decode(message).ok()?;
        let server = query.options.decode().ok()?.map(|ServerIdentifier(server)| server);
        Some(Self { message_type: query.message_type(), address: query.header.yiaddr, server })
    }

    /// What a client does that waits for something.
    pub(crate) fn step(&self, waits: &Waits, is_initial: bool) -> Step {
        match *waits {
            Waits::Preload => Step::Forget,
            Waits::Offer { client } => match (self.message_type, self.offer(client)) {
                (Some(MessageType::OFFER), Some(lease)) if is_initial => Step::Done(lease),
                (Some(MessageType::OFFER), Some(lease)) => Step::Take(lease),
                (Some(MessageType::OFFER), None) => Step::Refused,
                _ => Step::Orphan,
            },
            Waits::Ack(lease) | Waits::Renewal(lease) => match self.message_type {
                Some(MessageType::ACK) if self.address == lease.address => Step::Done(lease),
                Some(MessageType::ACK | MessageType::NAK) => Step::Refused,
                // The offer once more, because the client has asked twice.
                _ => Step::Orphan,
            },
        }
    }

    fn offer(&self, client: Client) -> Option<Lease> {
        let address = Some(self.address).filter(|address| !address.is_unspecified())?;
        Some(Lease { client, address, server: self.server? })
    }
}

/// The transaction id, if the message is long enough to have one.
pub(crate) fn xid(message: &[u8]) -> Option<Xid> {
    let bytes = message.get(XID..XID + 4)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: Client = Client { number: 1, relay: 0 };
    const LEASE: Lease = Lease {
        client: CLIENT,
        address: Ipv4Addr::new(10, 0, 0, 9),
        server: Ipv4Addr::new(192, 0, 2, 2),
    };

    fn answer(message_type: MessageType) -> Answer {
        let (address, server) = (LEASE.address, Some(LEASE.server));
        Answer { message_type: Some(message_type), address, server }
    }

    #[test]
    fn an_offer_is_taken_unless_that_is_all() {
        let waits = Waits::Offer { client: CLIENT };
        assert_eq!(answer(MessageType::OFFER).step(&waits, false), Step::Take(LEASE));
        assert_eq!(answer(MessageType::OFFER).step(&waits, true), Step::Done(LEASE));
        assert_eq!(answer(MessageType::ACK).step(&waits, false), Step::Orphan);
        let nothing = Answer { address: Ipv4Addr::UNSPECIFIED, ..answer(MessageType::OFFER) };
        assert_eq!(nothing.step(&waits, false), Step::Refused);
    }

    #[test]
    fn an_acknowledgement_is_of_the_address_asked_for() {
        for waits in [Waits::Ack(LEASE), Waits::Renewal(LEASE)] {
            assert_eq!(answer(MessageType::ACK).step(&waits, false), Step::Done(LEASE));
            assert_eq!(answer(MessageType::NAK).step(&waits, false), Step::Refused);
            assert_eq!(answer(MessageType::OFFER).step(&waits, false), Step::Orphan);
            let other = Answer { address: Ipv4Addr::LOCALHOST, ..answer(MessageType::ACK) };
            assert_eq!(other.step(&waits, false), Step::Refused);
        }
    }
}
