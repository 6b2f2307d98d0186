//! One query on its way through the server.

use std::cell::Cell;
use std::sync::Arc;

use ruru_config::v6::Subnet;
use ruru_host::{Host, Reserved6};
use ruru_lease::{Leases, Resource, StoreError, SubnetId, V6};
use ruru_observe::counters::{Server6, Subnet6};
use ruru_observe::{Event, Renamed};
use ruru_wire::v6::{MessageType, Query};

use super::events::OF_PREFIXES;
use super::{Arrival, Client, DropReason, Engine, LeaseEvent, Outcome};
use crate::classes::{Classified, Memberships};

/// How often a query is decided on anew because another thread has changed a lease that the decision
/// rested on.
const ATTEMPTS: u32 = 16;

/// A subnet that a reservation was looked for in, and what was found.
type Searched<'a> = (SubnetId, Option<&'a Host<Reserved6>>);

/// A query, and what is known of it so far.
pub(super) struct Exchange<'a> {
    pub(super) engine: &'a Engine<'a>,
    pub(super) arrival: &'a Arrival<'a>,
    pub(super) query: &'a Query<'a>,
    pub(super) client: Client,
    /// The subnet that the client's reservation was looked for last, and what was found.
    pub(super) found: Cell<Option<Searched<'a>>>,
    /// Whether global reservations are looked at, which the selected subnet says.
    pub(super) looks_global: Cell<bool>,
    pub(super) classes: Memberships<'a, V6>,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(
        engine: &'a Engine<'a>,
        arrival: &'a Arrival<'a>,
        query: &'a Query<'a>,
    ) -> Self {
        Self {
            engine,
            arrival,
            query,
            client: Client::of(query, arrival, &engine.config.globals().own.mac_sources),
            found: Cell::default(),
            looks_global: Cell::default(),
            classes: Memberships::default(),
        }
    }

    /// Takes the query; writes the reply, if there is one, into `reply`.
    pub(super) async fn serve(
        &self,
        leases: &impl Leases<V6>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        if let Err(reason) = self.accept() {
            return Ok(self.engine.drop(reason));
        }
        self.join_none();
        self.join_of_packet();
        if let Err(reason) = self.accept_type() {
            return Ok(self.engine.drop(reason));
        }
        if self.is_in_class("DROP") {
            return Ok(self.engine.drop(DropReason::Filtered));
        }
        let mut attempts = 0..ATTEMPTS;
        let outcome = loop {
            match self.attempt(leases, reply).await {
                Err(StoreError::Changed(_)) if attempts.next().is_some() => {
                    self.join_none();
                    self.join_of_packet();
                }
                other => break other?,
            }
        };
        if let Outcome::Answer { kind, .. } = outcome {
            let counters = &self.engine.registry.server;
            counters.count(Server6::Sent);
            match kind {
                MessageType::ADVERTISE => counters.count(Server6::AdvertiseSent),
                MessageType::ADDR_REG_REPLY => {
                    counters.count(Server6::AddressRegistrationReplySent);
                }
                _ => counters.count(Server6::ReplySent),
            }
        }
        Ok(outcome)
    }

    async fn attempt(
        &self,
        leases: &impl Leases<V6>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        self.join_of_early_host();
        if self.query.message_type == MessageType::DHCPV4_QUERY {
            // The DHCPv4 server has the subnets.
            if self.is_in_class("DROP") {
                return Ok(self.engine.drop(DropReason::Filtered));
            }
            return Ok(self.pass_on(reply));
        }
        let selected = self.select_subnet();
        match selected {
            Some(selected) => self.join_of_link(selected),
            None => self.join_of_unknown_link(),
        }
        if self.is_in_class("DROP") {
            return Ok(self.engine.drop(DropReason::Filtered));
        }
        match self.query.message_type {
            MessageType::SOLICIT => self.solicit(selected, leases, reply).await,
            MessageType::REQUEST => self.request(selected, leases, reply).await,
            MessageType::RENEW | MessageType::REBIND => self.renew(selected, leases, reply).await,
            MessageType::CONFIRM => Ok(self.confirm(selected, reply)),
            MessageType::RELEASE => self.release(selected, leases, reply).await,
            MessageType::DECLINE => self.decline(selected, leases, reply).await,
            MessageType::ADDR_REG_INFORM => self.register(selected, leases, reply).await,
            // `accept_type` lets nothing else pass.
            _ => Ok(self.inform(selected, reply)),
        }
    }

    pub(super) fn emit<E: Event>(&self, event: &E) {
        self.engine.log.emit(event);
    }

    /// Tells of a lease of an address or of a prefix.
    pub(super) fn tell(&self, resource: Option<Resource>, event: &LeaseEvent<'_>) {
        match resource {
            Some(Resource::Prefix) => self.emit(&Renamed { event, names: OF_PREFIXES }),
            _ => self.emit(event),
        }
    }

    pub(super) fn count(&self, subnet: &Arc<Subnet>, server: Server6, own: Subnet6) {
        self.engine.registry.server.count(server);
        subnet.counters.count(own);
    }
}
