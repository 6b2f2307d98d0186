//! The lease that a client gets.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ruru_config::v4::Subnet;
use ruru_lease::{Event, Lease4, LeaseRecord, Leases, PoolId, Resource, State, StoreError, V4};
use ruru_observe::counters::{Pool4, Server4, Subnet4};
use ruru_wire::Bytes;

use super::Exchange;
use super::allocate::Choice;
use super::names::Name;
use crate::classes::Classified;

impl<'a> Exchange<'a> {
    /// Seconds for which the client gets an address: what it asks for, within the bounds of the first
    /// class that has some, else of the subnet. Where addresses run short it is as little as may be,
    /// but never less than what is left.
    pub(super) async fn lifetime_for(
        &self,
        choice: &Choice<'a>,
        wanted: Option<u32>,
        leases: &impl Leases<V4>,
    ) -> Result<u32, StoreError> {
        let Choice { subnet, address, earlier } = choice;
        let bounds = self.of_classes(|class| class.lifetime);
        let bounds = bounds.unwrap_or(subnet.effective.lifetime);
        let granted = bounds.grant(wanted);
        let (Some(threshold), Some(least)) = (subnet.effective.adaptive_threshold, bounds.least)
        else {
            return Ok(granted);
        };
        if !self.runs_short(subnet, *address, threshold, leases).await? {
            return Ok(granted);
        }
        let match_client_id = subnet.effective.own.match_client_id;
        let own = earlier.as_ref().filter(|lease| self.client.owns(lease, match_client_id));
        let left = own.map_or(0, |lease| lease.until().since(self.engine.now));
        Ok(granted.min(least.max(left)))
    }

    /// Whether that part of the addresses is taken that a new one would come from.
    async fn runs_short(
        &self,
        subnet: &Subnet,
        address: Ipv4Addr,
        threshold: f64,
        leases: &impl Leases<V4>,
    ) -> Result<bool, StoreError> {
        let Some(pool) = subnet.pool_of(address) else { return Ok(false) };
        let same = subnet.pools.iter().filter(|other| other.id == pool.id);
        let total: u64 = same.map(|pool| pool.range.addresses()).sum();
        let taken = leases.assigned(subnet.id, Resource::Address, pool.id).await?;
        // Pools have at most 2^32 addresses, which is exact.
        Ok(threshold < 1.0 && taken as f64 >= threshold * total as f64)
    }

    /// The lease as it is to be stored; `None` if what the address has cannot become it.
    pub(super) fn lease_for(
        &self,
        subnet: &Subnet,
        address: Ipv4Addr,
        earlier: Option<&Lease4>,
        lifetime: u32,
        name: &Name,
    ) -> Option<Lease4> {
        let now = self.engine.now;
        if let Some(earlier) = earlier {
            earlier.state.after(Event::Request { now }, earlier.until()).ok()?;
        }
        Some(Lease4 {
            address,
            hwaddr: self.client.hwaddr,
            client_id: self.kept_client_id(subnet).map(Bytes::from),
            valid_lifetime: lifetime,
            cltt: now,
            subnet_id: subnet.id,
            pool_id: subnet.pool_of(address).map_or(PoolId(0), |pool| pool.id),
            state: State::Assigned,
            fqdn_fwd: name.forward,
            fqdn_rev: name.reverse,
            hostname: name.stored().into(),
            user_context: self.context_for(subnet, earlier),
        })
    }

    /// Seconds that are left of a lease which is young enough to be confirmed as it is, and would
    /// get the same lifetime again.
    pub(super) fn reusable(
        &self,
        selected: &Subnet,
        subnet: &Subnet,
        lease: &Lease4,
        name: &Name,
        lifetime: u32,
    ) -> Option<u32> {
        let same = lease.state == State::Assigned
            && lease.subnet_id == subnet.id
            && lease.hwaddr == self.client.hwaddr
            && lease.client_id.as_deref() == self.kept_client_id(subnet)
            && *lease.hostname == *name.stored()
            && (lease.fqdn_fwd, lease.fqdn_rev) == (name.forward, name.reverse)
            && lease.cltt <= self.engine.now
            && lease.valid_lifetime == lifetime
            && lease.user_context == self.context_for(subnet, Some(lease));
        // One that was stored with an offer is still to become a real one.
        let is_offered = lease.valid_lifetime == self.offer_lifetime_in(selected);
        if !same || is_offered {
            return None;
        }
        if lease.valid_lifetime == ruru_lease::INFINITE_LIFETIME {
            return Some(lease.valid_lifetime);
        }
        let age = self.engine.now.since(lease.cltt);
        let young = subnet.effective.caching.reuses(age, lease.valid_lifetime);
        young.then(|| lease.valid_lifetime - age)
    }

    /// Seconds for which an address that is offered in a subnet is kept; 0 keeps none.
    pub(super) fn offer_lifetime_in(&self, subnet: &Subnet) -> u32 {
        let of_class = self.of_classes(|class| class.own.offer_lifetime);
        of_class.unwrap_or(subnet.effective.own.offer_lifetime)
    }

    pub(super) fn count_assignment(&self, subnet: &Arc<Subnet>, address: Ipv4Addr) {
        self.count(subnet, Server4::CumulativeAssigned, Subnet4::CumulativeAssigned);
        if let Some(pool) = subnet.pool_of(address) {
            pool.counters.count(Pool4::CumulativeAssigned);
        }
    }

    /// The client identifier for the lease; one that clients are not told apart by is not kept.
    fn kept_client_id(&self, subnet: &Subnet) -> Option<&'a [u8]> {
        self.client.client_id.filter(|_| subnet.effective.own.match_client_id)
    }

    /// What the client's own lease said, with what the relay says now, if that is kept.
    fn context_for(&self, subnet: &Subnet, earlier: Option<&Lease4>) -> Option<Box<str>> {
        let own = earlier.filter(|lease| {
            lease.state == State::Assigned
                && self.client.owns(lease, subnet.effective.own.match_client_id)
        });
        let context = own.and_then(|lease| lease.user_context.as_deref());
        match self.relay_agent.filter(|_| subnet.effective.store_extended_info) {
            Some(content) => Some(crate::extended::with_relay_agent(context, content)),
            None => context.map(Box::from),
        }
    }
}
