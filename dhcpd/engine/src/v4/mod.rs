//! DHCPv4, RFC 2131.
//!
//! [`Engine::receive`] reads a message and takes the query that it is through acceptance, subnet
//! selection and the message type's own file, and answers an [`Outcome`]; [`Engine::reclaim`] takes
//! one lease that has ended.

mod accept;
mod allocate;
mod classes;
mod client;
mod decline;
mod discover;
mod dns;
mod events;
mod exchange;
mod hosts;
mod inform;
mod leases;
mod names;
mod over6;
mod reclaim;
mod release;
mod reply;
mod request;
mod select;
mod v6only;
mod vendor;

#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, SocketAddrV4};

use ruru_config::v4::Config;
use ruru_lease::{LeaseRecord, Leases, State, StoreError, Time, V4};
use ruru_observe::Sink;
use ruru_observe::counters::{Dhcp4, Registry, Server4};
use ruru_wire::DecodeError;
use ruru_wire::v4::{HardwareAddress, MessageType, OptionCode, Query};

use crate::NameChanges;
use exchange::Exchange;

pub use client::Client;
pub use events::{AllocEvent, BadPacketEvent, ClassEvent, LeaseEvent, Over6Event, PacketEvent};
pub use over6::Over6;

/// What the engine works with; made anew for each batch.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// Counters.
    pub registry: &'a Registry<Dhcp4>,
    /// Takes events.
    pub log: &'a dyn Sink,
    /// The time of the batch.
    pub now: Time,
    /// A random number, for the random allocator.
    pub random: u64,
    /// Addresses of the open sockets, by which clients may name this server.
    pub own_addresses: &'a [Ipv4Addr],
    /// Gathers what the DNS updater is to be told.
    pub name_changes: &'a NameChanges,
    /// Whether answers go back to where the query came from, for tests.
    pub answer_to_source: bool,
}

/// A message with what the sockets know of it.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The payload.
    pub message: &'a [u8],
    /// Who sent it.
    pub source: SocketAddrV4,
    /// The address that it was sent to.
    pub destination: Ipv4Addr,
    /// The server's address on the interface.
    pub local: Ipv4Addr,
    /// The interface's name; if a DHCPv6 server has passed the message on, its interface's.
    pub interface: &'a str,
    /// What is known besides if a DHCPv6 server has passed the message on; then nothing is known of
    /// source and destination.
    pub over6: Option<Over6<'a>>,
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
        to: Destination,
        /// From which of the server's addresses.
        from: Ipv4Addr,
    },
    /// Nothing is to be sent, as it should be.
    Silence,
    /// The query was dropped.
    Drop(DropReason),
}

/// Where a reply goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// By UDP, to a relay or a client that has its address.
    Address(SocketAddrV4),
    /// To a client that does not have its address yet: a frame for its hardware address.
    Link {
        /// The IP address in the frame.
        address: Ipv4Addr,
        /// The client.
        hwaddr: HardwareAddress,
    },
    /// To all on the link.
    Broadcast,
    /// To the DHCPv6 server that has passed the query on.
    Passed,
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
}

impl DropReason {
    /// The statistic that counts it.
    #[must_use]
    pub fn counter(self) -> Server4 {
        match self {
            Self::Unreadable => Server4::ParseFailed,
            Self::RfcViolation => Server4::RfcViolation,
            Self::NotForUs => Server4::NotForUs,
            Self::Filtered => Server4::AdminFiltered,
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
        leases: &impl Leases<V4>,
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
        let stashed = self.stashed_relay_agent(&query, leases).await?;
        Exchange::new(self, arrival, &query, stashed.as_deref()).serve(leases, reply).await
    }

    fn drop_unreadable(&self, arrival: &Arrival<'_>, reason: &DecodeError) -> Outcome {
        let Arrival { source, destination, interface, .. } = *arrival;
        self.log.emit(&BadPacketEvent::Unreadable { source, destination, interface, reason });
        self.drop(DropReason::Unreadable)
    }

    /// The relay agent information of a client that renews its lease directly, as the lease
    /// remembers it.
    async fn stashed_relay_agent(
        &self,
        query: &Query<'_>,
        leases: &impl Leases<V4>,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let header = &query.header;
        let renews = self.config.globals().own.stash_agent_options
            && query.message_type() == Some(MessageType::REQUEST)
            && !header.ciaddr.is_unspecified()
            && header.giaddr.is_unspecified()
            && !query.options.contains(OptionCode::RELAY_AGENT);
        if !renews {
            return Ok(None);
        }
        let Some(lease) = leases.by_address(header.ciaddr).await? else { return Ok(None) };
        let client = Client::of(query, None);
        let is_clients = lease.belongs_to(client.client_id, &client.hwaddr);
        let remembers =
            is_clients && lease.state == State::Assigned && !lease.has_expired(self.now);
        let context = lease.user_context.filter(|_| remembers);
        Ok(context.and_then(|context| crate::extended::relay_agent(&context)))
    }

    /// Counts a query that is dropped.
    fn drop(&self, reason: DropReason) -> Outcome {
        self.registry.server.count(reason.counter());
        self.registry.server.count(Server4::ReceiveDrop);
        Outcome::Drop(reason)
    }
}

impl std::fmt::Debug for Engine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("now", &self.now).finish_non_exhaustive()
    }
}
