//! Statistics that are counted; names are Kea's.
//!
//! A counter is an atomic that is added to without ordering. Gauges that follow from the leases
//! (assigned and declined addresses) are not counted here: the lease store knows them exactly.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Declares a set of counters: `pub enum Name { Variant => "kea-name" }`.
macro_rules! counters {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident => $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $(#[$doc])* $variant),*
        }

        impl $name {
            /// All counters of this set.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The statistic's name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),*
                }
            }
        }

        impl From<$name> for usize {
            fn from(counter: $name) -> Self {
                counter as Self
            }
        }
    };
}

counters! {
    /// Counters of the server as a whole.
    pub enum Server4 {
        Received => "pkt4-received",
        DiscoverReceived => "pkt4-discover-received",
        OfferReceived => "pkt4-offer-received",
        RequestReceived => "pkt4-request-received",
        AckReceived => "pkt4-ack-received",
        NakReceived => "pkt4-nak-received",
        ReleaseReceived => "pkt4-release-received",
        DeclineReceived => "pkt4-decline-received",
        InformReceived => "pkt4-inform-received",
        LeaseQueryReceived => "pkt4-lease-query-received",
        UnknownReceived => "pkt4-unknown-received",
        Sent => "pkt4-sent",
        OfferSent => "pkt4-offer-sent",
        AckSent => "pkt4-ack-sent",
        NakSent => "pkt4-nak-sent",
        ServiceDisabled => "pkt4-service-disabled",
        ParseFailed => "pkt4-parse-failed",
        QueueFull => "pkt4-queue-full",
        Duplicate => "pkt4-duplicate",
        RfcViolation => "pkt4-rfc-violation",
        AdminFiltered => "pkt4-admin-filtered",
        NotForUs => "pkt4-not-for-us",
        ProcessingFailed => "pkt4-processing-failed",
        LimitExceeded => "pkt4-limit-exceeded",
        ReceiveDrop => "pkt4-receive-drop",
        CumulativeAssigned => "cumulative-assigned-addresses",
        ReclaimedDeclined => "reclaimed-declined-addresses",
        ReclaimedLeases => "reclaimed-leases",
        LeaseReuses => "v4-lease-reuses",
        ReservationConflicts => "v4-reservation-conflicts",
        AllocationFail => "v4-allocation-fail",
        AllocationFailSharedNetwork => "v4-allocation-fail-shared-network",
        AllocationFailSubnet => "v4-allocation-fail-subnet",
        AllocationFailNoPools => "v4-allocation-fail-no-pools",
        AllocationFailClasses => "v4-allocation-fail-classes",
    }
}

counters! {
    /// Counters of a subnet: `subnet[ID].NAME`.
    pub enum Subnet4 {
        CumulativeAssigned => "cumulative-assigned-addresses",
        ReclaimedDeclined => "reclaimed-declined-addresses",
        ReclaimedLeases => "reclaimed-leases",
        LeaseReuses => "v4-lease-reuses",
        ReservationConflicts => "v4-reservation-conflicts",
        AllocationFail => "v4-allocation-fail",
        AllocationFailSharedNetwork => "v4-allocation-fail-shared-network",
        AllocationFailSubnet => "v4-allocation-fail-subnet",
        AllocationFailNoPools => "v4-allocation-fail-no-pools",
        AllocationFailClasses => "v4-allocation-fail-classes",
    }
}

counters! {
    /// Counters of a pool: `subnet[ID].pool[PID].NAME`.
    pub enum Pool4 {
        CumulativeAssigned => "cumulative-assigned-addresses",
        ReclaimedDeclined => "reclaimed-declined-addresses",
        ReclaimedLeases => "reclaimed-leases",
    }
}

/// One set of counters.
#[derive(Debug)]
pub struct Counters<const N: usize>([AtomicU64; N]);

impl<const N: usize> Default for Counters<N> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }
}

impl<const N: usize> Counters<N> {
    /// Adds one.
    pub fn count(&self, counter: impl Into<usize>) {
        self.add(counter, 1);
    }

    /// Counts so many.
    pub fn add(&self, counter: impl Into<usize>, more: u64) {
        self.0[counter.into()].fetch_add(more, Ordering::Relaxed);
    }

    /// The value.
    #[must_use]
    pub fn get(&self, counter: impl Into<usize>) -> u64 {
        self.0[counter.into()].load(Ordering::Relaxed)
    }
}

/// Counters of the server.
pub type ServerCounters = Counters<{ Server4::ALL.len() }>;
/// Counters of a subnet.
pub type SubnetCounters = Counters<{ Subnet4::ALL.len() }>;
/// Counters of a pool.
pub type PoolCounters = Counters<{ Pool4::ALL.len() }>;

/// All counters; those of subnets and pools outlive changes of the configuration.
#[derive(Debug, Default)]
pub struct Registry {
    /// The server's.
    pub server: ServerCounters,
    subnets: Mutex<HashMap<u32, Arc<SubnetCounters>>>,
    pools: Mutex<HashMap<(u32, u32), Arc<PoolCounters>>>,
}

impl Registry {
    /// The counters of a subnet, made at the first call.
    #[must_use]
    pub fn subnet(&self, id: u32) -> Arc<SubnetCounters> {
        let mut subnets = self.subnets.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(subnets.entry(id).or_default())
    }

    /// The counters of a pool, made at the first call.
    #[must_use]
    pub fn pool(&self, subnet: u32, pool: u32) -> Arc<PoolCounters> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(pools.entry((subnet, pool)).or_default())
    }

    /// Forgets a subnet that is gone, and its pools.
    pub fn forget_subnet(&self, id: u32, pools: impl Iterator<Item = u32>) {
        self.subnets.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        let mut of_pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        for pool in pools {
            of_pools.remove(&(id, pool));
        }
    }

    /// Forgets subnets that were made and never came to be: all but the `count` subnets that `keep` tells, each of which
    /// must have counters here.
    pub fn retain_subnets(&self, count: usize, keep: impl Fn(u32) -> bool) {
        let mut subnets = self.subnets.lock().unwrap_or_else(PoisonError::into_inner);
        if subnets.len() == count {
            return;
        }
        subnets.retain(|id, _| keep(*id));
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        pools.retain(|(subnet, _), _| keep(*subnet));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_of_a_subnet_outlive_whoever_asked_first() {
        let registry = Registry::default();
        registry.subnet(7).count(Subnet4::LeaseReuses);
        registry.subnet(7).count(Subnet4::LeaseReuses);
        assert_eq!(registry.subnet(7).get(Subnet4::LeaseReuses), 2);
        registry.retain_subnets(0, |id| id != 7);
        assert_eq!(registry.subnet(7).get(Subnet4::LeaseReuses), 0);
        registry.subnet(7).count(Subnet4::LeaseReuses);
        registry.pool(7, 0).count(Pool4::ReclaimedLeases);
        registry.forget_subnet(7, [0].into_iter());
        assert_eq!(registry.subnet(7).get(Subnet4::LeaseReuses), 0);
        assert_eq!(registry.pool(7, 0).get(Pool4::ReclaimedLeases), 0);
    }

    #[test]
    fn every_counter_has_its_own_place_and_name() {
        let mut names: Vec<_> = Server4::ALL.iter().map(|c| c.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Server4::ALL.len());
        assert_eq!(usize::from(Server4::AllocationFailClasses), Server4::ALL.len() - 1);
    }
}
