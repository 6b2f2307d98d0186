//! Which addresses and prefixes a client gets.

use std::net::Ipv6Addr;
use std::sync::Arc;

use ruru_config::v6::{Allocator, Pool, Subnet};
use ruru_lease::{
    Found, Lease6, LeaseKind, LeaseRecord, Leases, Resource, SearchOrder, State, StoreError, V6,
};
use ruru_observe::counters::{Server6, Subnet6};
use ruru_wire::v6::Prefix;
use smallvec::SmallVec;

use super::association::{Association, Hint};
use super::hosts::pool_of;
use super::{AllocEvent, Exchange};
use crate::classes::Classified;

/// An address or a prefix for the client.
#[derive(Clone, Debug)]
pub(super) struct Choice<'a> {
    pub(super) subnet: &'a Arc<Subnet>,
    pub(super) address: Ipv6Addr,
    pub(super) kind: LeaseKind,
    /// What its address had before: the client's own lease, one that ended, or nothing.
    pub(super) earlier: Option<Lease6>,
}

/// What becomes of an association.
#[derive(Debug, Default)]
pub(super) struct Chosen<'a> {
    /// What the client gets or keeps.
    pub(super) choices: SmallVec<[Choice<'a>; 1]>,
    /// Leases of the association that it may not keep.
    pub(super) lost: SmallVec<[Lease6; 1]>,
}

/// The associations of one query do not get the same.
#[derive(Debug, Default)]
pub(super) struct Taken(SmallVec<[Ipv6Addr; 4]>);

impl Taken {
    fn has(&self, address: Ipv6Addr) -> bool {
        self.0.contains(&address)
    }

    /// Whether this was the first one.
    pub(super) fn begins_with(&self, address: Ipv6Addr) -> bool {
        self.0.first() == Some(&address)
    }

    fn add(&mut self, address: Ipv6Addr) {
        self.0.push(address);
    }
}

/// Lengths of prefixes that will do, in the order in which they are tried.
#[derive(Clone, Copy)]
enum Lengths {
    Any,
    Equal(u8),
    Shorter(u8),
    Longer(u8),
}

impl Lengths {
    fn admit(self, pool: &Pool) -> bool {
        let Some(length) = pool.range.delegated_length() else { return true };
        match self {
            Self::Any => true,
            Self::Equal(wanted) => length == wanted,
            Self::Shorter(wanted) => length < wanted,
            Self::Longer(wanted) => length > wanted,
        }
    }
}

impl<'a> Exchange<'a> {
    /// What an association gets: what is reserved, else what it has, else what it hopes for, else
    /// any. `own` are all leases of the client.
    pub(super) async fn choose(
        &self,
        selected: &'a Arc<Subnet>,
        association: &Association,
        own: &Found<V6>,
        taken: &mut Taken,
        leases: &impl Leases<V6>,
    ) -> Result<Chosen<'a>, StoreError> {
        let reserved = self.choose_reserved(selected, association, taken, leases).await?;
        let mut chosen = Chosen::default();
        for lease in own.iter().filter(|lease| is_of(lease, association)) {
            let subnet = self.link(selected).find(|subnet| subnet.id == lease.subnet_id);
            match (&reserved, subnet) {
                (Some(choice), _) if choice.address == lease.address => {}
                (None, Some(subnet)) if self.may_keep(subnet, lease, taken) => {
                    let (address, kind) = (lease.address, lease.kind);
                    taken.add(address);
                    let earlier = Some(lease.clone());
                    chosen.choices.push(Choice { subnet, address, kind, earlier });
                }
                _ if self.is_on_link(selected, lease) => chosen.lost.push(lease.clone()),
                _ => {}
            }
        }
        if let Some(choice) = reserved {
            taken.add(choice.address);
            chosen.choices.push(choice);
        }
        if chosen.choices.is_empty() {
            let choice = match self.choose_hinted(selected, association, taken, leases).await? {
                Some(choice) => Some(choice),
                None => self.pick(selected, association, taken, leases).await?,
            };
            if let Some(choice) = choice {
                taken.add(choice.address);
                chosen.choices.push(choice);
            }
        }
        Ok(chosen)
    }

    /// Whether a lease is of the link, be its subnet for the client or not.
    fn is_on_link(&self, selected: &'a Arc<Subnet>, lease: &Lease6) -> bool {
        self.engine.config.link(selected).any(|subnet| subnet.id == lease.subnet_id)
    }

    fn is_reserved_for_client(
        &self,
        subnet: &'a Arc<Subnet>,
        address: Ipv6Addr,
        kind: LeaseKind,
    ) -> bool {
        self.reservations_in(subnet).any(|host| match kind {
            LeaseKind::Prefix { length } => host
                .own
                .prefixes
                .iter()
                .any(|(prefix, _)| prefix.address() == address && prefix.length() == length),
            LeaseKind::Address | LeaseKind::Temporary => host.own.addresses.contains(&address),
        })
    }

    async fn choose_reserved(
        &self,
        selected: &'a Arc<Subnet>,
        association: &Association,
        taken: &Taken,
        leases: &impl Leases<V6>,
    ) -> Result<Option<Choice<'a>>, StoreError> {
        for reserved in self.reserved(selected, association.resource) {
            if taken.has(reserved.address) {
                continue;
            }
            let earlier = leases.by_address(reserved.address).await?;
            if earlier.as_ref().is_some_and(|lease| self.is_in_use(lease, Some(association))) {
                self.emit(&AllocEvent::Conflict {
                    client: &self.client,
                    address: reserved.address,
                });
                continue;
            }
            return Ok(Some(Choice {
                subnet: reserved.subnet,
                address: reserved.address,
                kind: reserved.kind,
                earlier,
            }));
        }
        Ok(None)
    }

    /// Whether the client may go on using its lease.
    fn may_keep(&self, subnet: &'a Arc<Subnet>, lease: &Lease6, taken: &Taken) -> bool {
        !taken.has(lease.address)
            && !self.is_reserved_for_other(subnet, lease.address, lease.kind)
            && (self.is_reserved_for_client(subnet, lease.address, lease.kind)
                || self.pool_for(subnet, lease.address, lease.kind).is_some())
    }

    /// What the client hopes for, if it is free: the first of what stands in the association, as in
    /// Kea.
    async fn choose_hinted(
        &self,
        selected: &'a Arc<Subnet>,
        association: &Association,
        taken: &Taken,
        leases: &impl Leases<V6>,
    ) -> Result<Option<Choice<'a>>, StoreError> {
        let hint = association.hints.first();
        let Some((subnet, address, kind)) = hint.and_then(|hint| self.place(selected, hint)) else {
            return Ok(None);
        };
        if taken.has(address) {
            return Ok(None);
        }
        if self.is_reserved_for_other(subnet, address, kind) {
            return Ok(None);
        }
        let earlier = leases.by_address(address).await?;
        let is_free = !earlier.as_ref().is_some_and(|lease| self.is_in_use(lease, None));
        Ok(is_free.then_some(Choice { subnet, address, kind, earlier }))
    }

    /// Where on the link a hint is of a pool; a prefix without a length is of any pool that has its
    /// address.
    fn place(
        &self,
        selected: &'a Arc<Subnet>,
        hint: &Hint,
    ) -> Option<(&'a Arc<Subnet>, Ipv6Addr, LeaseKind)> {
        let Hint { address, kind, .. } = *hint;
        self.link(selected).find_map(|subnet| {
            if kind != (LeaseKind::Prefix { length: 128 }) {
                return self.pool_for(subnet, address, kind).map(|_| (subnet, address, kind));
            }
            let mut pools = subnet.pools_of(Resource::Prefix);
            let pool = pools.find(|pool| pool.range.contains(address))?;
            let length = pool.range.delegated_length()?;
            let (address, kind) =
                (Prefix::new(address, length)?.address(), LeaseKind::Prefix { length });
            self.pool_for(subnet, address, kind).map(|_| (subnet, address, kind))
        })
    }

    /// Any free address or prefix of the link; of prefixes first those of the length that the client
    /// hopes for, then larger ones, then smaller ones.
    async fn pick(
        &self,
        selected: &'a Arc<Subnet>,
        association: &Association,
        taken: &Taken,
        leases: &impl Leases<V6>,
    ) -> Result<Option<Choice<'a>>, StoreError> {
        let wanted = association.hints.first().map(|hint| hint.kind.prefix_length());
        let rounds: &[Lengths] = match (association.resource, wanted) {
            (Resource::Prefix, Some(length @ 1..=127)) => {
                &[Lengths::Equal(length), Lengths::Shorter(length), Lengths::Longer(length)]
            }
            _ => &[Lengths::Any],
        };
        for lengths in rounds {
            for subnet in self.link(selected) {
                let is_for_client = |pool: &&Pool| {
                    lengths.admit(pool) && pool.guard.admits(|class| self.is_in_class(class))
                };
                for pool in subnet.pools_of(association.resource).filter(is_for_client) {
                    if let Some(choice) = self.pick_of_pool(subnet, pool, taken, leases).await? {
                        return Ok(Some(choice));
                    }
                }
            }
        }
        self.report_failure(selected, association.resource);
        Ok(None)
    }

    async fn pick_of_pool(
        &self,
        subnet: &'a Arc<Subnet>,
        pool: &Pool,
        taken: &Taken,
        leases: &impl Leases<V6>,
    ) -> Result<Option<Choice<'a>>, StoreError> {
        let allocator = match pool.range.resource() {
            Resource::Address => subnet.effective.allocator,
            Resource::Prefix => subnet.effective.own.pd_allocator,
        };
        // What this query has taken already is not stored yet, so it may be found again.
        for attempt in 0..=taken.0.len() as u128 {
            let order = match allocator {
                Allocator::Random if attempt == 0 => SearchOrder::Random(self.engine.random),
                Allocator::Iterative | Allocator::Random => SearchOrder::Iterative,
            };
            let found = leases.free_address(&pool.range, order, self.engine.now).await?;
            let Some(address) = found else { return Ok(None) };
            if taken.has(address) {
                continue;
            }
            let earlier = leases.by_address(address).await?;
            if earlier.as_ref().is_some_and(|lease| self.is_in_use(lease, None)) {
                // Another thread was faster.
                return Err(StoreError::Changed(address.into()));
            }
            let kind = match pool.range.delegated_length() {
                None => LeaseKind::Address,
                Some(length) => LeaseKind::Prefix { length },
            };
            return Ok(Some(Choice { subnet, address, kind, earlier }));
        }
        Ok(None)
    }

    /// The pool of an address or prefix, if it is for the client.
    pub(super) fn pool_for(
        &self,
        subnet: &'a Subnet,
        address: Ipv6Addr,
        kind: LeaseKind,
    ) -> Option<&'a Pool> {
        let pool = pool_of(subnet, address, kind)?;
        pool.guard.admits(|class| self.is_in_class(class)).then_some(pool)
    }

    /// Whether a lease keeps its address from the client; its own of an association does not.
    fn is_in_use(&self, lease: &Lease6, association: Option<&Association>) -> bool {
        let is_own = association.is_some_and(|association| {
            is_of(lease, association)
                && self.client.duid.as_ref().is_some_and(|duid| lease.belongs_to(duid))
        });
        lease.holds_address(self.engine.now) && !is_own
    }

    fn report_failure(&self, selected: &'a Arc<Subnet>, resource: Resource) {
        let client = &self.client;
        // It is counted where the search ended.
        let last = self.link(selected).last().unwrap_or(selected);
        if let Some(network) = &selected.network {
            let server = Server6::AllocationFailSharedNetwork;
            self.count(last, server, Subnet6::AllocationFailSharedNetwork);
            self.emit(&AllocEvent::FailNetwork { client, network: &network.name });
        } else {
            self.count(last, Server6::AllocationFailSubnet, Subnet6::AllocationFailSubnet);
            let (prefix, subnet) = (last.prefix, last.id);
            self.emit(&AllocEvent::FailSubnet { client, prefix, subnet });
        }
        let is_for_client = |pool: &Pool| pool.guard.admits(|class| self.is_in_class(class));
        if self.link(selected).all(|subnet| !subnet.pools_of(resource).any(is_for_client)) {
            self.count(last, Server6::AllocationFailNoPools, Subnet6::AllocationFailNoPools);
            self.emit(&AllocEvent::FailNoPools { client });
        } else {
            self.count(last, Server6::AllocationFail, Subnet6::AllocationFail);
            self.emit(&AllocEvent::Fail { client });
        }
        // Counted for clients in any class, and every client is in class ALL.
        self.count(last, Server6::AllocationFailClasses, Subnet6::AllocationFailClasses);
    }
}

/// Whether a lease is of an association, and one that clients may have.
pub(super) fn is_of(lease: &Lease6, association: &Association) -> bool {
    lease.iaid == association.iaid
        && lease.resource() == Some(association.resource)
        && !matches!(lease.state, State::Declined | State::Registered)
}
