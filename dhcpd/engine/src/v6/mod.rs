//! DHCPv6, RFC 9915.
//!
//! [`Engine::receive`] reads a message and takes the query that it is through acceptance, subnet
//! selection and the message type's own file, and answers an [`Outcome`]; [`Engine::reclaim`] takes
//! one lease that has ended.

mod accept;
mod allocate;
mod association;
mod classes;
mod client;
mod confirm;
mod decline;
mod dns;
mod events;
mod exchange;
mod hardware;
mod hosts;
mod information;
mod leases;
mod names;
mod options;
mod over6;
mod reclaim;
mod register;
mod release;
mod renew;
mod reply;
mod select;
mod solicit;

use std::net::{Ipv6Addr, SocketAddrV6};

use ruru_config::v6::Config;
use ruru_lease::{Leases, StoreError, Time, V6};
use ruru_observe::Sink;
use ruru_observe::counters::{Dhcp6, Registry, Server6};
use ruru_wire::DecodeError;
use ruru_wire::v6::{Duid, MessageType, Query};

use crate::NameChanges;
use exchange::Exchange;

pub use client::Client;
pub use events::{
    AllocEvent, BadPacketEvent, ClassEvent, DnsEvent, LeaseEvent, Over6Event, PacketEvent,
};
pub use over6::Response;

/// What the engine works with; made anew for each batch.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// Counters.
    pub registry: &'a Registry<Dhcp6>,
    /// Takes events.
    pub log: &'a dyn Sink,
    /// The time of the batch.
    pub now: Time,
    /// A random number, for the random allocator.
    pub random: u128,
    /// Who the server is.
    pub server_id: &'a Duid,
    /// Gathers what the DNS updater is to be told.
    pub name_changes: &'a NameChanges,
}

/// A message with what the sockets know of it.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The payload.
    pub message: &'a [u8],
    /// Who sent it.
    pub source: SocketAddrV6,
    /// The address that it was sent to.
    pub destination: Ipv6Addr,
    /// The interface's name.
    pub interface: &'a str,
}

/// Everything one query makes the server do, besides its changes of leases.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The reply that was written is to be sent.
    Answer {
        /// Its type.
        kind: MessageType,
        /// Where it goes.
        to: SocketAddrV6,
        /// Whether it may have to pass routers: they do not pass on what comes from a link-local
        /// address (RFC 4291 section 2.5.6).
        beyond_link: bool,
    },
    /// What was written is for the DHCPv4 server.
    PassOn,
    /// Nothing is to be sent, as it should be.
    Silence,
    /// The query was dropped.
    Drop(DropReason),
}

/// Why a query was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropReason {
    /// It is not a DHCP message.
    Unreadable,
    /// It breaks the rules of the protocol.
    RfcViolation,
    /// It is for another server.
    NotForUs,
    /// It is in class `DROP`.
    Filtered,
    /// Its answer would be longer than what UDP can carry.
    TooLong,
}

impl DropReason {
    /// The statistic that counts it.
    #[must_use]
    pub fn counter(self) -> Server6 {
        match self {
            Self::Unreadable => Server6::ParseFailed,
            Self::RfcViolation => Server6::RfcViolation,
            Self::NotForUs => Server6::NotForUs,
            Self::Filtered => Server6::AdminFiltered,
            Self::TooLong => Server6::ProcessingFailed,
        }
    }
}

impl Engine<'_> {
    /// Reads a message and takes the query that it is; writes the reply, if there is one, into
    /// `reply`.
    ///
    /// # Errors
    /// The store cannot answer; the query is to be dropped.
    pub async fn receive(
        &self,
        arrival: &Arrival<'_>,
        leases: &impl Leases<V6>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let query = match Query::decode(arrival.message) {
            Ok(query) => query,
            Err(error) => return Ok(self.drop_unreadable(arrival, &error)),
        };
        let globals = self.config.globals();
        if let Err(code) = globals.own.received.check(&query.options, &globals.definitions) {
            let error = DecodeError::Invalid { what: "option", value: code.0.into() };
            return Ok(self.drop_unreadable(arrival, &error));
        }
        Exchange::new(self, arrival, &query).serve(leases, reply).await
    }

    fn drop_unreadable(&self, arrival: &Arrival<'_>, reason: &DecodeError) -> Outcome {
        let Arrival { source, destination, interface, .. } = *arrival;
        self.log.emit(&BadPacketEvent::Unreadable { source, destination, interface, reason });
        self.drop(DropReason::Unreadable)
    }

    /// Counts a query that is dropped.
    fn drop(&self, reason: DropReason) -> Outcome {
        self.registry.server.count(reason.counter());
        self.registry.server.count(Server6::ReceiveDrop);
        Outcome::Drop(reason)
    }
}

impl std::fmt::Debug for Engine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("now", &self.now).finish_non_exhaustive()
    }
}
