//! What the server says, and what the client does then.

mod v4;
mod v6;

use std::net::IpAddr;

use ruru_wire::v6::Prefix;

use crate::clients::{Client, Lease};
use crate::protocol::Protocol;
use crate::servers::{Server, Servers};
use crate::session::{Waits, Xid};

/// What of an answer matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// What it says.
    pub(crate) said: Said,
    /// The client's address.
    pub(crate) address: Option<IpAddr>,
    /// The prefix that is delegated to it.
    pub(crate) prefix: Option<Prefix>,
    /// Whose answer it is.
    pub(crate) server: Option<Server>,
}

/// What a server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// OFFER, ADVERTISE.
    Offer,
    /// ACK, REPLY.
    Grant,
    /// NAK.
    Refusal,
    /// Nothing that a client of these waits for.
    Other,
}

/// Why an answer is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It has no transaction id.
    TooShort,
    /// It is no message.
    Malformed,
}

/// How a new client gets its lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exchange {
    /// It takes what it is offered.
    Whole,
    /// It does not.
    Initial,
    /// It is given it at once (rapid commit, RFC 8415 section 18.2.1).
    Rapid,
}

/// What a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// How it gets it.
    pub(crate) exchange: Exchange,
    /// An address.
    pub(crate) address: bool,
    /// A prefix.
    pub(crate) prefix: bool,
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
    /// Reads a message.
    pub(crate) fn decode(
        protocol: Protocol,
        message: &[u8],
        servers: &mut Servers,
    ) -> Result<(Xid, Self), Unreadable> {
        match protocol {
            Protocol::V4 => v4::decode(message, servers),
            Protocol::V6 => v6::decode(message, servers),
        }
    }

    /// What a client does that waits for something.
    pub(crate) fn step(&self, waits: &Waits, wanted: Wanted) -> Step {
        match *waits {
            Waits::Preload => Step::Forget,
            Waits::Offer { client } => self.step_of_new(client, wanted),
            Waits::Ack(lease) | Waits::Renewal(lease) => match self.said {
                Said::Grant if self.gives(&lease) => Step::Done(lease),
                Said::Grant | Said::Refusal => Step::Refused,
                // The offer once more, because the client has asked twice.
                Said::Offer | Said::Other => Step::Orphan,
            },
            Waits::Release(lease) => match self.said {
                Said::Grant => Step::Done(lease),
                Said::Offer | Said::Refusal | Said::Other => Step::Orphan,
            },
        }
    }

    fn step_of_new(&self, client: Client, wanted: Wanted) -> Step {
        let lease = self.lease(client, wanted);
        match (self.said, wanted.exchange, lease) {
            (Said::Offer, Exchange::Whole, Some(lease)) => Step::Take(lease),
            (Said::Offer, Exchange::Initial, Some(lease))
            | (Said::Grant, Exchange::Rapid, Some(lease)) => Step::Done(lease),
            (Said::Offer, ..) | (Said::Grant, Exchange::Rapid, None) => Step::Refused,
            _ => Step::Orphan,
        }
    }

    fn gives(&self, lease: &Lease) -> bool {
        (self.address, self.prefix) == (lease.address, lease.prefix)
    }

    /// All that the client wants; of what else there may be it knows nothing.
    fn lease(&self, client: Client, wanted: Wanted) -> Option<Lease> {
        let (address, prefix) = (self.address, self.prefix);
        let has_all =
            (address.is_some() || !wanted.address) && (prefix.is_some() || !wanted.prefix);
        has_all.then_some(Lease { client, address, prefix, server: self.server? })
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const CLIENT: Client = Client { number: 1, relay: 0 };
    const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 9));
    const WHOLE: Wanted = Wanted { exchange: Exchange::Whole, address: true, prefix: false };

    fn lease() -> Lease {
        let server = Servers::default().number(b"server").unwrap();
        Lease { client: CLIENT, address: Some(ADDRESS), prefix: None, server }
    }

    fn answer(said: Said) -> Answer {
        let Lease { address, prefix, server, .. } = lease();
        Answer { said, address, prefix, server: Some(server) }
    }

    #[test]
    fn an_offer_is_taken_unless_that_is_all() {
        let waits = Waits::Offer { client: CLIENT };
        let initial = Wanted { exchange: Exchange::Initial, ..WHOLE };
        assert_eq!(answer(Said::Offer).step(&waits, WHOLE), Step::Take(lease()));
        assert_eq!(answer(Said::Offer).step(&waits, initial), Step::Done(lease()));
        assert_eq!(answer(Said::Grant).step(&waits, WHOLE), Step::Orphan);
        let nothing = Answer { address: None, ..answer(Said::Offer) };
        assert_eq!(nothing.step(&waits, WHOLE), Step::Refused);
    }

    #[test]
    fn an_offer_without_the_prefix_is_refused() {
        let waits = Waits::Offer { client: CLIENT };
        let wanted = Wanted { prefix: true, ..WHOLE };
        assert_eq!(answer(Said::Offer).step(&waits, wanted), Step::Refused);
        let prefix = Prefix::new("2001:db8::".parse().unwrap(), 56);
        let whole = Answer { prefix, ..answer(Said::Offer) };
        assert!(matches!(whole.step(&waits, wanted), Step::Take(taken) if taken.prefix == prefix));
    }

    #[test]
    fn what_is_committed_at_once_is_no_offer() {
        let waits = Waits::Offer { client: CLIENT };
        let rapid = Wanted { exchange: Exchange::Rapid, ..WHOLE };
        assert_eq!(answer(Said::Grant).step(&waits, rapid), Step::Done(lease()));
        assert_eq!(answer(Said::Offer).step(&waits, rapid), Step::Refused);
    }

    #[test]
    fn an_acknowledgement_is_of_the_address_asked_for() {
        for waits in [Waits::Ack(lease()), Waits::Renewal(lease())] {
            assert_eq!(answer(Said::Grant).step(&waits, WHOLE), Step::Done(lease()));
            assert_eq!(answer(Said::Refusal).step(&waits, WHOLE), Step::Refused);
            assert_eq!(answer(Said::Offer).step(&waits, WHOLE), Step::Orphan);
            let other = Some(Ipv4Addr::LOCALHOST.into());
            let other = Answer { address: other, ..answer(Said::Grant) };
            assert_eq!(other.step(&waits, WHOLE), Step::Refused);
        }
    }

    #[test]
    fn a_release_is_done_when_it_is_answered() {
        let nothing = Answer { address: None, ..answer(Said::Grant) };
        assert_eq!(nothing.step(&Waits::Release(lease()), WHOLE), Step::Done(lease()));
    }
}
