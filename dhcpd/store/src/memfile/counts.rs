//! Numbers of leases by subnet, what they are of, and pool.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use ruru_lease::{Family, LeaseRecord, PoolId, Resource, State, SubnetId};

/// What is counted apart: addresses or prefixes of a subnet in its pools of one number.
pub type Scope = (SubnetId, Resource, PoolId);

/// Numbers of leases of a subnet or a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that are assigned or declined, as Kea counts them.
    pub assigned: u64,
    /// Those that are declined.
    pub declined: u64,
    /// Those that clients made themselves and registered; DHCPv6 only.
    pub registered: u64,
}

/// Counts that follow every change of a lease. The locks are for scopes that are new; their numbers
/// are the operator's, so that a fast hash will do.
#[derive(Debug, Default)]
pub(super) struct Tally {
    scopes: RwLock<hashbrown::HashMap<Scope, Numbers>>,
    /// All leases of each subnet, in whatever state.
    subnets: RwLock<hashbrown::HashMap<SubnetId, AtomicU64>>,
}

#[derive(Debug, Default)]
struct Numbers {
    assigned: AtomicU64,
    declined: AtomicU64,
    registered: AtomicU64,
}

impl Tally {
    pub(super) fn counts(&self) -> HashMap<Scope, Counts> {
        let numbers = self.scopes.read().unwrap_or_else(PoisonError::into_inner);
        let counts = |numbers: &Numbers| Counts {
            assigned: numbers.assigned.load(Ordering::Relaxed),
            declined: numbers.declined.load(Ordering::Relaxed),
            registered: numbers.registered.load(Ordering::Relaxed),
        };
        numbers.iter().map(|(scope, numbers)| (*scope, counts(numbers))).collect()
    }

    pub(super) fn assigned(&self, scope: Scope) -> u64 {
        let numbers = self.scopes.read().unwrap_or_else(PoisonError::into_inner);
        numbers.get(&scope).map_or(0, |numbers| numbers.assigned.load(Ordering::Relaxed))
    }

    /// How many leases a subnet has, in whatever state.
    pub(super) fn of_subnet(&self, subnet: SubnetId) -> u64 {
        let subnets = self.subnets.read().unwrap_or_else(PoisonError::into_inner);
        subnets.get(&subnet).map_or(0, |leases| leases.load(Ordering::Relaxed))
    }

    /// An address had one lease and has another.
    pub(super) fn follow<F: Family>(&self, earlier: Option<&F::Lease>, now: Option<&F::Lease>) {
        let subnets = (earlier.map(F::Lease::subnet_id), now.map(F::Lease::subnet_id));
        if subnets.0 != subnets.1 {
            // Wraps around to what is one less.
            subnets.0.inspect(|subnet| self.add_to_subnet(*subnet, u64::MAX));
            subnets.1.inspect(|subnet| self.add_to_subnet(*subnet, 1));
        }
        let (earlier, now) = (earlier.and_then(counted::<F>), now.and_then(counted::<F>));
        if earlier == now {
            return;
        }
        earlier.inspect(|(scope, state)| self.add(*scope, *state, u64::MAX));
        now.inspect(|(scope, state)| self.add(*scope, *state, 1));
    }

    fn add_to_subnet(&self, subnet: SubnetId, difference: u64) {
        let add = |leases: &AtomicU64| leases.fetch_add(difference, Ordering::Relaxed);
        let known = self.subnets.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(leases) = known.get(&subnet) {
            add(leases);
            return;
        }
        drop(known);
        let mut subnets = self.subnets.write().unwrap_or_else(PoisonError::into_inner);
        add(subnets.entry(subnet).or_default());
    }

    fn add(&self, scope: Scope, state: State, difference: u64) {
        let add = |numbers: &Numbers| {
            if state == State::Registered {
                numbers.registered.fetch_add(difference, Ordering::Relaxed);
                return;
            }
            numbers.assigned.fetch_add(difference, Ordering::Relaxed);
            if state == State::Declined {
                numbers.declined.fetch_add(difference, Ordering::Relaxed);
            }
        };
        let known = self.scopes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(numbers) = known.get(&scope) {
            return add(numbers);
        }
        drop(known);
        let mut scopes = self.scopes.write().unwrap_or_else(PoisonError::into_inner);
        add(scopes.entry(scope).or_default());
    }
}

/// Where a lease counts, and in which state.
fn counted<F: Family>(lease: &F::Lease) -> Option<(Scope, State)> {
    let scope = (lease.subnet_id(), lease.resource()?, lease.pool_id());
    lease.state().holds_address().then_some((scope, lease.state()))
}
