//! Statistics that are counted; names are Kea's.
//!
//! A counter is an atomic that is added to without ordering. Gauges that follow from the leases
//! (assigned and declined addresses) are not counted here: the lease store knows them exactly.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What is counted in one place.
pub trait CounterSet: Copy + Into<usize> + Debug + 'static {
    /// A number for each of them.
    type Cells: AsRef<[AtomicU64]> + Debug + Send + Sync;

    /// All counters of this set.
    const ALL: &'static [Self];

    /// The statistic's name.
    fn name(self) -> &'static str;

    /// Numbers that are 0.
    fn cells() -> Self::Cells;
}

/// What a protocol counts: for the server, for a subnet, and for a pool.
pub trait Statistics: Clone + Debug + 'static {
    /// Of the server as a whole.
    type Server: CounterSet;
    /// Of a subnet.
    type Subnet: CounterSet;
    /// Of a pool.
    type Pool: CounterSet;
}

/// What DHCPv4 counts.
#[derive(Clone, Debug)]
pub enum Dhcp4 {}

impl Statistics for Dhcp4 {
    type Server = Server4;
    type Subnet = Subnet4;
    type Pool = Pool4;
}

/// What DHCPv6 counts.
#[derive(Clone, Debug)]
pub enum Dhcp6 {}

impl Statistics for Dhcp6 {
    type Server = Server6;
    type Subnet = Subnet6;
    type Pool = Pool6;
}

/// Declares a set of counters: `pub enum Name { Variant => "kea-name" }`.
macro_rules! counters {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident => $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $(#[$doc])* $variant),*
        }

        impl CounterSet for $name {
            type Cells = [AtomicU64; [$($text),*].len()];

            const ALL: &'static [Self] = &[$(Self::$variant),*];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),*
                }
            }

            fn cells() -> Self::Cells {
                std::array::from_fn(|_| AtomicU64::new(0))
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

counters! {
    /// Counters of the DHCPv6 server as a whole.
    pub enum Server6 {
        Received => "pkt6-received",
        SolicitReceived => "pkt6-solicit-received",
        AdvertiseReceived => "pkt6-advertise-received",
        RequestReceived => "pkt6-request-received",
        ReplyReceived => "pkt6-reply-received",
        RenewReceived => "pkt6-renew-received",
        RebindReceived => "pkt6-rebind-received",
        DeclineReceived => "pkt6-decline-received",
        ReleaseReceived => "pkt6-release-received",
        InformationRequestReceived => "pkt6-infrequest-received",
        LeaseQueryReceived => "pkt6-lease-query-received",
        Dhcpv4QueryReceived => "pkt6-dhcpv4-query-received",
        Dhcpv4ResponseReceived => "pkt6-dhcpv4-response-received",
        ConfirmReceived => "pkt6-confirm-received",
        AddressRegistrationReceived => "pkt6-addr-reg-inform-received",
        AddressRegistrationReplyReceived => "pkt6-addr-reg-reply-received",
        UnknownReceived => "pkt6-unknown-received",
        Sent => "pkt6-sent",
        AdvertiseSent => "pkt6-advertise-sent",
        ReplySent => "pkt6-reply-sent",
        LeaseQueryReplySent => "pkt6-lease-query-reply-sent",
        Dhcpv4ResponseSent => "pkt6-dhcpv4-response-sent",
        AddressRegistrationReplySent => "pkt6-addr-reg-reply-sent",
        ServiceDisabled => "pkt6-service-disabled",
        ParseFailed => "pkt6-parse-failed",
        QueueFull => "pkt6-queue-full",
        Duplicate => "pkt6-duplicate",
        RfcViolation => "pkt6-rfc-violation",
        AdminFiltered => "pkt6-admin-filtered",
        NotForUs => "pkt6-not-for-us",
        ProcessingFailed => "pkt6-processing-failed",
        LimitExceeded => "pkt6-limit-exceeded",
        ReceiveDrop => "pkt6-receive-drop",
        CumulativeAssignedNas => "cumulative-assigned-nas",
        CumulativeAssignedPds => "cumulative-assigned-pds",
        CumulativeRegisteredNas => "cumulative-registered-nas",
        ReclaimedDeclined => "reclaimed-declined-addresses",
        ReclaimedLeases => "reclaimed-leases",
        AddressLeaseReuses => "v6-ia-na-lease-reuses",
        PrefixLeaseReuses => "v6-ia-pd-lease-reuses",
        AllocationFail => "v6-allocation-fail",
        AllocationFailSharedNetwork => "v6-allocation-fail-shared-network",
        AllocationFailSubnet => "v6-allocation-fail-subnet",
        AllocationFailNoPools => "v6-allocation-fail-no-pools",
        AllocationFailClasses => "v6-allocation-fail-classes",
    }
}

counters! {
    /// Counters of a DHCPv6 subnet: `subnet[ID].NAME`.
    pub enum Subnet6 {
        CumulativeAssignedNas => "cumulative-assigned-nas",
        CumulativeAssignedPds => "cumulative-assigned-pds",
        CumulativeRegisteredNas => "cumulative-registered-nas",
        ReclaimedDeclined => "reclaimed-declined-addresses",
        ReclaimedLeases => "reclaimed-leases",
        AddressLeaseReuses => "v6-ia-na-lease-reuses",
        PrefixLeaseReuses => "v6-ia-pd-lease-reuses",
        AllocationFail => "v6-allocation-fail",
        AllocationFailSharedNetwork => "v6-allocation-fail-shared-network",
        AllocationFailSubnet => "v6-allocation-fail-subnet",
        AllocationFailNoPools => "v6-allocation-fail-no-pools",
        AllocationFailClasses => "v6-allocation-fail-classes",
    }
}

counters! {
    /// Counters of a DHCPv6 pool, of addresses (`subnet[ID].pool[PID].NAME`) or of prefixes
    /// (`subnet[ID].pd-pool[PID].NAME`); each has those that are of its kind.
    pub enum Pool6 {
        CumulativeAssignedNas => "cumulative-assigned-nas",
        CumulativeAssignedPds => "cumulative-assigned-pds",
        ReclaimedDeclined => "reclaimed-declined-addresses",
        ReclaimedLeases => "reclaimed-leases",
    }
}

/// The numbers of one set of counters.
#[derive(Debug)]
pub struct Counters<S: CounterSet>(S::Cells);

impl<S: CounterSet> Default for Counters<S> {
    fn default() -> Self {
        Self(S::cells())
    }
}

impl<S: CounterSet> Counters<S> {
    /// Adds one.
    pub fn count(&self, counter: S) {
        self.add(counter, 1);
    }

    /// Counts so many.
    pub fn add(&self, counter: S, more: u64) {
        self.0.as_ref()[counter.into()].fetch_add(more, Ordering::Relaxed);
    }

    /// The value.
    #[must_use]
    pub fn get(&self, counter: S) -> u64 {
        self.0.as_ref()[counter.into()].load(Ordering::Relaxed)
    }
}

/// What a pool gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PoolKind {
    /// Addresses.
    Addresses,
    /// Prefixes, by DHCPv6.
    Prefixes,
}

/// The counters of pools, by subnet, kind and number.
type Pools<S> = HashMap<(u32, PoolKind, u32), Arc<Counters<S>>>;

/// All counters; those of subnets and pools outlive changes of the configuration.
#[derive(Debug)]
pub struct Registry<P: Statistics> {
    /// The server's.
    pub server: Counters<P::Server>,
    subnets: Mutex<HashMap<u32, Arc<Counters<P::Subnet>>>>,
    pools: Mutex<Pools<P::Pool>>,
}

impl<P: Statistics> Default for Registry<P> {
    fn default() -> Self {
        Self { server: Counters::default(), subnets: Mutex::default(), pools: Mutex::default() }
    }
}

impl<P: Statistics> Registry<P> {
    /// The counters of a subnet, made at the first call.
    #[must_use]
    pub fn subnet(&self, id: u32) -> Arc<Counters<P::Subnet>> {
        let mut subnets = self.subnets.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(subnets.entry(id).or_default())
    }

    /// The counters of a pool, made at the first call.
    #[must_use]
    pub fn pool(&self, subnet: u32, kind: PoolKind, pool: u32) -> Arc<Counters<P::Pool>> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(pools.entry((subnet, kind, pool)).or_default())
    }

    /// Forgets a subnet that is gone, and its pools.
    pub fn forget_subnet(&self, id: u32, pools: impl Iterator<Item = (PoolKind, u32)>) {
        self.subnets.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        self.forget_pools(id, pools);
    }

    /// Forgets pools of a subnet that are gone.
    pub fn forget_pools(&self, id: u32, pools: impl Iterator<Item = (PoolKind, u32)>) {
        let mut of_pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, pool) in pools {
            of_pools.remove(&(id, kind, pool));
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
        pools.retain(|(subnet, ..), _| keep(*subnet));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_of_a_subnet_outlive_whoever_asked_first() {
        let registry = Registry::<Dhcp4>::default();
        registry.subnet(7).count(Subnet4::LeaseReuses);
        registry.subnet(7).count(Subnet4::LeaseReuses);
        assert_eq!(registry.subnet(7).get(Subnet4::LeaseReuses), 2);
        registry.retain_subnets(0, |id| id != 7);
        assert_eq!(registry.subnet(7).get(Subnet4::LeaseReuses), 0);
        registry.subnet(7).count(Subnet4::LeaseReuses);
        registry.pool(7, PoolKind::Addresses, 0).count(Pool4::ReclaimedLeases);
        registry.forget_subnet(7, [(PoolKind::Addresses, 0)].into_iter());
        assert_eq!(registry.subnet(7).get(Subnet4::LeaseReuses), 0);
        assert_eq!(registry.pool(7, PoolKind::Addresses, 0).get(Pool4::ReclaimedLeases), 0);
    }

    #[test]
    fn every_counter_has_its_own_place_and_name() {
        fn check<S: CounterSet>() {
            let mut names: Vec<_> = S::ALL.iter().map(|c| c.name()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), S::ALL.len());
            assert!(S::ALL.iter().enumerate().all(|(at, counter)| (*counter).into() == at));
        }
        check::<Server4>();
        check::<Subnet4>();
        check::<Pool4>();
        check::<Server6>();
        check::<Subnet6>();
        check::<Pool6>();
    }
}
