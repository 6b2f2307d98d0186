//! The leases that a client gets.

use std::net::Ipv6Addr;
use std::sync::Arc;

use ruru_config::v6::{Subnet, within};
use ruru_lease::{
    Event, INFINITE_LIFETIME, Lease6, LeaseKind, LeaseRecord, Leases, PoolId, Resource, State,
    StoreError, V6,
};
use ruru_observe::counters::{Pool6, Server6, Subnet6};
use ruru_wire::HardwareAddress;
use ruru_wire::v6::options::{Iaid, PdExclude};
use ruru_wire::v6::{HardwareType, Prefix};

use super::allocate::{Choice, Chosen, Taken};
use super::association::{Answered, Association, Given};
use super::hosts::pool_of;
use super::names::Name;
use super::{AllocEvent, Exchange, LeaseEvent};
use crate::classes::Classified;
use crate::dns::Tells;
use crate::extended;
use crate::names::ddns_for;

/// Both lifetimes of a lease, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lifetimes {
    pub(super) preferred: u32,
    pub(super) valid: u32,
}

/// Whether what is chosen is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storing {
    /// It is only offered.
    Offer,
    /// The client has it from now on.
    Assign,
}

impl<'a> Exchange<'a> {
    /// Offers or assigns what an association gets.
    pub(super) async fn give(
        &self,
        selected: &'a Arc<Subnet>,
        association: &Association,
        own: &ruru_lease::Found<V6>,
        taken: &mut Taken,
        storing: Storing,
        leases: &impl Leases<V6>,
    ) -> Result<(Answered<'a>, Chosen<'a>), StoreError> {
        let chosen = self.choose(selected, association, own, taken, leases).await?;
        let Association { resource, iaid, .. } = *association;
        let mut answered = Answered { resource, iaid, leases: Default::default(), status: None };
        for choice in &chosen.choices {
            let granted = self.lifetimes_for(choice, association);
            // One name is made up for all leases, of the first address.
            let makes_up = choice.kind == LeaseKind::Address && taken.begins_with(choice.address);
            let name = self.name_for(choice.subnet, choice.address, makes_up);
            let given = match storing {
                Storing::Offer => {
                    let (client, address) = (&self.client, choice.address);
                    self.tell(choice.kind.resource(), &LeaseEvent::Offer { client, address });
                    Some(self.reusable(choice, granted, &name).unwrap_or(granted))
                }
                Storing::Assign => self.assign(choice, association, granted, &name, leases).await?,
            };
            if let Some(Lifetimes { preferred, valid }) = given {
                let Choice { subnet, address, kind, .. } = *choice;
                let excluded = self.excluded(subnet, choice);
                let subnet = Some(subnet);
                answered.leases.push(Given { address, kind, preferred, valid, subnet, excluded });
            }
        }
        if storing == Storing::Assign {
            for lease in &chosen.lost {
                self.end(lease, leases).await?;
            }
        }
        Ok((answered, chosen))
    }

    /// Stores a lease; answers the lifetimes that the client is told, or nothing if what the address
    /// has cannot become its lease.
    async fn assign(
        &self,
        choice: &Choice<'a>,
        association: &Association,
        granted: Lifetimes,
        name: &Name,
        leases: &impl Leases<V6>,
    ) -> Result<Option<Lifetimes>, StoreError> {
        let Choice { subnet, address, kind, earlier } = choice;
        let (client, address) = (&self.client, *address);
        let own = earlier.as_ref().filter(|earlier| self.is_own(earlier));
        let renews = own.is_some_and(|own| own.holds_address(self.engine.now));
        if renews {
            self.emit(&AllocEvent::Extend { client, address });
        }
        if let Some(rest) = self.reusable(choice, granted, name) {
            let (server, own) = match kind.resource() {
                Some(Resource::Prefix) => (Server6::PrefixLeaseReuses, Subnet6::PrefixLeaseReuses),
                _ => (Server6::AddressLeaseReuses, Subnet6::AddressLeaseReuses),
            };
            self.count(subnet, server, own);
            self.tell(
                kind.resource(),
                &LeaseEvent::Reuse { client, address, lifetime: rest.valid },
            );
            return Ok(Some(rest));
        }
        let Some(lease) = self.lease_for(choice, association, granted, name) else {
            return Ok(None);
        };
        leases.put(lease.clone(), earlier.as_ref()).await?;
        let lifetime = granted.valid;
        if let Some(ended) = earlier.as_ref().filter(|_| own.is_none()) {
            self.engine.tell_of_end(ended);
        }
        self.engine.tell_of_grant(&lease, own, ddns_for(subnet, address));
        if renews {
            self.tell(kind.resource(), &LeaseEvent::Renew { client, address, lifetime });
        } else {
            self.engine.count_ended(earlier.as_ref());
            self.count_assignment(choice);
            self.tell(kind.resource(), &LeaseEvent::Alloc { client, address, lifetime });
        }
        Ok(Some(granted))
    }

    /// Takes a lease away that the client may not keep.
    pub(super) async fn end(
        &self,
        lease: &Lease6,
        leases: &impl Leases<V6>,
    ) -> Result<(), StoreError> {
        leases.remove(lease).await?;
        self.engine.tell_of_end(lease);
        self.emit(&LeaseEvent::Revoked { client: &self.client, address: lease.address });
        Ok(())
    }

    /// Lifetimes by what the client asks for, within the bounds of the first class that has some,
    /// else of the subnet.
    fn lifetimes_for(&self, choice: &Choice<'a>, association: &Association) -> Lifetimes {
        let effective = &choice.subnet.effective;
        let hint = association.hints.first();
        let valid = self.of_classes(|class| class.lifetime).unwrap_or(effective.lifetime);
        let valid = valid.grant(hint.map(|hint| hint.valid));
        let wanted = hint.map(|hint| hint.preferred);
        let of_class = self.of_classes(|class| class.own.preferred);
        let preferred = match of_class {
            Some(bounds) => within(bounds.grant(wanted), valid),
            None => effective.own.preferred.grant(wanted, valid),
        };
        Lifetimes { preferred, valid }
    }

    /// The lease as it is to be stored; nothing if what the address has cannot become it.
    fn lease_for(
        &self,
        choice: &Choice<'a>,
        association: &Association,
        granted: Lifetimes,
        name: &Name,
    ) -> Option<Lease6> {
        let now = self.engine.now;
        let Choice { subnet, address, kind, earlier } = choice;
        if let Some(earlier) = earlier {
            earlier.state.after(Event::Request { now }, earlier.until()).ok()?;
        }
        let own = earlier.as_ref().filter(|lease| self.is_own(lease));
        let context = own.and_then(|lease| lease.user_context.as_deref());
        let lease = self.lease(subnet, (*address, *kind), association.iaid, granted, name)?;
        let goes_on = own.filter(|own| own.state == State::Assigned && own.until() > now);
        let began = goes_on.map_or(lease.began, |own| own.began);
        Some(Lease6 { user_context: self.extended(subnet, context), began, ..lease })
    }

    /// A lease of the client from now on.
    pub(super) fn lease(
        &self,
        subnet: &Subnet,
        (address, kind): (Ipv6Addr, LeaseKind),
        iaid: Iaid,
        granted: Lifetimes,
        name: &Name,
    ) -> Option<Lease6> {
        let hardware = self.client.hardware;
        let pool = pool_of(subnet, address, kind);
        Some(Lease6 {
            address,
            kind,
            duid: self.client.duid.clone()?,
            iaid,
            valid_lifetime: granted.valid,
            preferred_lifetime: granted.preferred,
            cltt: self.engine.now,
            began: self.engine.now,
            subnet_id: subnet.id,
            pool_id: pool.map_or(PoolId(0), |pool| pool.id),
            state: State::Assigned,
            fqdn_fwd: name.forward,
            fqdn_rev: name.reverse,
            hostname: name.text.as_str().into(),
            hwaddr: hardware.map_or(HardwareAddress::default(), |own| own.address),
            hwtype: hardware.map_or(HardwareType(0), |own| own.kind),
            hwaddr_source: hardware.map_or(0, |own| own.source as u32),
            user_context: None,
        })
    }

    /// The user context of a lease with what relays told, if that is to be kept.
    fn extended(&self, subnet: &Subnet, context: Option<&str>) -> Option<Box<str>> {
        let relays = &self.query.relays;
        if relays.is_empty() || !subnet.effective.store_extended_info {
            return context.map(Into::into);
        }
        Some(extended::with_relays(context, relays.iter()))
    }

    /// What is left of a lease which is young enough to be confirmed as it is, and would get the same
    /// lifetimes again.
    fn reusable(&self, choice: &Choice<'a>, granted: Lifetimes, name: &Name) -> Option<Lifetimes> {
        let lease = choice.earlier.as_ref()?;
        let hardware = self.client.hardware.map(|own| own.address).unwrap_or_default();
        let same = lease.state == State::Assigned
            && self.is_own(lease)
            && lease.subnet_id == choice.subnet.id
            && lease.hwaddr == hardware
            && *lease.hostname == *name.text
            && (lease.fqdn_fwd, lease.fqdn_rev) == (name.forward, name.reverse)
            && lease.cltt <= self.engine.now
            && lease.user_context == self.extended(choice.subnet, lease.user_context.as_deref())
            && (lease.valid_lifetime, lease.preferred_lifetime)
                == (granted.valid, granted.preferred);
        if !same {
            return None;
        }
        if lease.valid_lifetime == INFINITE_LIFETIME {
            return Some(granted);
        }
        let age = self.engine.now.since(lease.cltt);
        let young = choice.subnet.effective.caching.reuses(age, lease.valid_lifetime);
        young.then(|| Lifetimes {
            preferred: granted.preferred.saturating_sub(age),
            valid: granted.valid - age,
        })
    }

    pub(super) fn is_own(&self, lease: &Lease6) -> bool {
        self.client.duid.as_ref().is_some_and(|duid| lease.belongs_to(duid))
    }

    fn count_assignment(&self, choice: &Choice<'a>) {
        let (server, own, pool) = match choice.kind {
            LeaseKind::Prefix { .. } => (
                Server6::CumulativeAssignedPds,
                Subnet6::CumulativeAssignedPds,
                Pool6::CumulativeAssignedPds,
            ),
            LeaseKind::Address | LeaseKind::Temporary => (
                Server6::CumulativeAssignedNas,
                Subnet6::CumulativeAssignedNas,
                Pool6::CumulativeAssignedNas,
            ),
        };
        self.count(choice.subnet, server, own);
        if let Some(of) = pool_of(choice.subnet, choice.address, choice.kind) {
            of.counters.count(pool);
        }
    }

    /// What the client must leave out of a prefix: as its reservation says, else its pool.
    fn excluded(&self, subnet: &'a Arc<Subnet>, choice: &Choice<'a>) -> Option<PdExclude> {
        let LeaseKind::Prefix { length } = choice.kind else { return None };
        let delegated = Prefix::new(choice.address, length)?;
        let mut prefixes = self.reservations_in(subnet).flat_map(|host| &host.own.prefixes);
        let reserved = prefixes.find(|(prefix, _)| *prefix == delegated);
        if let Some((_, excluded)) = reserved {
            return PdExclude::new(delegated, (*excluded)?);
        }
        // The pool says it of one of its prefixes, and means the same part of each.
        let excluded = pool_of(subnet, choice.address, choice.kind)?.own.excluded?;
        PdExclude::new(Prefix::new(excluded.address(), length)?, excluded)
    }
}
