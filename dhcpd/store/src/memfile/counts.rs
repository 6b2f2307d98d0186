//! Numbers of leases by subnet and pool.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use ruru_lease::{Lease4, PoolId, State, SubnetId};

/// Numbers of leases of a subnet or a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Addresses that are assigned or declined, as Kea counts them.
    pub assigned: u64,
    /// Addresses that are declined.
    pub declined: u64,
}

type Scope = (SubnetId, PoolId);

/// Counts that follow every change of a lease. The lock is for scopes that are new; their numbers are
/// the operator's, so that a fast hash will do.
#[derive(Debug, Default)]
pub(super) struct Tally(RwLock<hashbrown::HashMap<Scope, Numbers>>);

#[derive(Debug, Default)]
struct Numbers {
    assigned: AtomicU64,
    declined: AtomicU64,
}

impl Tally {
    pub(super) fn counts(&self) -> HashMap<Scope, Counts> {
        let numbers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let counts = |numbers: &Numbers| Counts {
            assigned: numbers.assigned.load(Ordering::Relaxed),
            declined: numbers.declined.load(Ordering::Relaxed),
        };
        numbers.iter().map(|(scope, numbers)| (*scope, counts(numbers))).collect()
    }

    pub(super) fn assigned(&self, scope: Scope) -> u64 {
        let numbers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        numbers.get(&scope).map_or(0, |numbers| numbers.assigned.load(Ordering::Relaxed))
    }

    /// An address had one lease and has another.
    pub(super) fn follow(&self, earlier: Option<&Lease4>, now: Option<&Lease4>) {
        let (earlier, now) = (earlier.and_then(counted), now.and_then(counted));
        if earlier == now {
            return;
        }
        // Wraps around to what is one less.
        earlier.inspect(|(scope, is_declined)| self.add(*scope, *is_declined, u64::MAX));
        now.inspect(|(scope, is_declined)| self.add(*scope, *is_declined, 1));
    }

    fn add(&self, scope: Scope, is_declined: bool, difference: u64) {
        let add = |numbers: &Numbers| {
            numbers.assigned.fetch_add(difference, Ordering::Relaxed);
            if is_declined {
                numbers.declined.fetch_add(difference, Ordering::Relaxed);
            }
        };
        if let Some(numbers) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&scope) {
            return add(numbers);
        }
        add(self.0.write().unwrap_or_else(PoisonError::into_inner).entry(scope).or_default());
    }
}

/// Where a lease counts, and whether it is declined.
fn counted(lease: &Lease4) -> Option<(Scope, bool)> {
    let scope = (lease.subnet_id, lease.pool_id);
    lease.state.holds_address().then_some((scope, lease.state == State::Declined))
}
