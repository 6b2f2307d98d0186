//! One query on its way through the server.

use std::cell::Cell;
use std::net::Ipv4Addr;

use ruru_config::v4::{Pool, Subnet};
use ruru_host::{Host, Reserved4};
use ruru_lease::{Leases, StoreError, SubnetId, V4};
use ruru_observe::Event;
use ruru_observe::counters::{Server4, Subnet4};
use ruru_wire::v4::options::RequestedAddress;
use ruru_wire::v4::{MessageType, OptionCode, Query};

use super::classes::Understood;
use super::{Arrival, Client, DropReason, Engine, Outcome};
use crate::classes::{Classified, Memberships};

/// How often a query is decided on anew because another thread has changed a lease that the decision
/// rested on.
const ATTEMPTS: u32 = 16;

/// A subnet that a reservation was looked for in, and what was found.
type Searched<'a> = (SubnetId, Option<&'a Host<Reserved4>>);

/// A query, and what is known of it so far.
pub(super) struct Exchange<'a> {
    pub(super) engine: &'a Engine<'a>,
    pub(super) arrival: &'a Arrival<'a>,
    pub(super) query: &'a Query<'a>,
    pub(super) client: Client<'a>,
    /// The relay agent information that came with it, or was remembered.
    pub(super) relay_agent: Option<&'a [u8]>,
    /// The subnet that the client's reservation was looked for last, and what was found.
    pub(super) found: Cell<Option<Searched<'a>>>,
    /// Whether global reservations are looked at, which the selected subnet says.
    pub(super) looks_global: Cell<bool>,
    pub(super) classes: Memberships<'a, V4>,
    pub(super) understood: Understood<'a>,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(
        engine: &'a Engine<'a>,
        arrival: &'a Arrival<'a>,
        query: &'a Query<'a>,
        stashed: Option<&'a [u8]>,
    ) -> Self {
        let relay_agent = query.options.get(OptionCode::RELAY_AGENT).or(stashed);
        Self {
            engine,
            arrival,
            query,
            client: Client::of(query, relay_agent),
            relay_agent,
            found: Cell::default(),
            looks_global: Cell::default(),
            classes: Memberships::default(),
            understood: Understood::default(),
        }
    }

    /// Takes the query; writes the reply, if there is one, into `reply`.
    pub(super) async fn serve(
        &self,
        leases: &impl Leases<V4>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        self.join_at_reception();
        let kind = match self.accept() {
            Ok(kind) => kind,
            Err(reason) => return Ok(self.engine.drop(reason)),
        };
        if self.is_in_class("DROP") {
            return Ok(self.engine.drop(DropReason::Filtered));
        }
        let mut attempts = 0..ATTEMPTS;
        let outcome = loop {
            match self.attempt(kind, leases, reply).await {
                Err(StoreError::Changed(_)) if attempts.next().is_some() => {
                    self.join_at_reception();
                }
                other => break other?,
            }
        };
        if let Outcome::Answer { kind, .. } = outcome {
            let counters = &self.engine.registry.server;
            counters.count(Server4::Sent);
            match kind {
                MessageType::OFFER => counters.count(Server4::OfferSent),
                MessageType::ACK => counters.count(Server4::AckSent),
                _ => counters.count(Server4::NakSent),
            }
        }
        Ok(outcome)
    }

    async fn attempt(
        &self,
        kind: MessageType,
        leases: &impl Leases<V4>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        match kind {
            MessageType::RELEASE => return self.release(leases).await,
            MessageType::DECLINE => return self.decline(leases).await,
            _ => {}
        }
        self.join_of_early_host();
        let selected = self.select_subnet();
        match selected {
            Some(selected) => self.join_of_link(selected),
            None => self.join_of_unknown_link(),
        }
        if self.is_in_class("DROP") {
            return Ok(self.engine.drop(DropReason::Filtered));
        }
        match kind {
            MessageType::DISCOVER => self.discover(selected, leases, reply).await,
            MessageType::REQUEST => self.request(selected, leases, reply).await,
            // `accept` lets nothing else pass.
            _ => Ok(self.inform(selected, reply)),
        }
    }

    /// The pool of an address, if it is for the client.
    pub(super) fn pool_for(&self, subnet: &'a Subnet, address: Ipv4Addr) -> Option<&'a Pool> {
        let pool = subnet.pool_of(address)?;
        pool.guard.admits(|class| self.is_in_class(class)).then_some(pool)
    }

    /// The address that it asks for, in option 50.
    pub(super) fn requested_address(&self) -> Option<Ipv4Addr> {
        self.query.options.decode::<RequestedAddress>().ok().flatten().map(|option| option.0)
    }

    /// The address that it hopes for, in option 50 or ciaddr.
    pub(super) fn wanted_address(&self) -> Option<Ipv4Addr> {
        let wanted = self.requested_address().unwrap_or(self.query.header.ciaddr);
        Some(wanted).filter(|address| !address.is_unspecified())
    }

    pub(super) fn emit<E: Event>(&self, event: &E) {
        self.engine.log.emit(event);
    }

    pub(super) fn count(&self, subnet: &Subnet, server: Server4, own: Subnet4) {
        self.engine.registry.server.count(server);
        subnet.counters.count(own);
    }
}
