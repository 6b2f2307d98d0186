//! The port through which the engine reaches leases.

use std::net::Ipv4Addr;

use ruru_wire::v4::HardwareAddress;
use smallvec::SmallVec;

use crate::{Lease4, PoolId, SubnetId, Time};

/// The leases of one client: nearly always one.
pub type Found = SmallVec<[Lease4; 1]>;

/// Leases, as the engine sees them while it works on one batch of packets.
///
/// Changes are seen by all at once; they are durable only after the store has committed the batch,
/// and no reply leaves before that. Others may change leases between a look at them and a change
/// that rests on it: a change names what it was decided on, and is refused with
/// [`StoreError::Changed`] if that is not so any more. The methods are `async` for stores that wait;
/// the memfile is ready at the first poll.
pub trait Leases4 {
    /// The lease of an address, in whatever state it is.
    fn by_address(
        &self,
        address: Ipv4Addr,
    ) -> impl Future<Output = Result<Option<Lease4>, StoreError>>;

    /// All leases of a client identifier.
    fn by_client_id(&self, client_id: &[u8]) -> impl Future<Output = Result<Found, StoreError>>;

    /// All leases of a hardware address.
    fn by_hwaddr(
        &self,
        hwaddr: &HardwareAddress,
    ) -> impl Future<Output = Result<Found, StoreError>>;

    /// An address of the pool that no lease holds and that is not kept for a reservation, in
    /// constant time. It is not taken yet: [`Leases4::put`] takes it.
    fn free_address(
        &self,
        pool: &PoolRange,
        order: SearchOrder,
        now: Time,
    ) -> impl Future<Output = Result<Option<Ipv4Addr>, StoreError>>;

    /// How many addresses of a subnet's pool are taken, pools of the same number together.
    fn assigned(
        &self,
        subnet: SubnetId,
        pool: PoolId,
    ) -> impl Future<Output = Result<u64, StoreError>>;

    /// Stores a lease where `earlier` is what its address has.
    fn put(
        &self,
        lease: Lease4,
        earlier: Option<&Lease4>,
    ) -> impl Future<Output = Result<(), StoreError>>;

    /// Removes a lease, if it is still what its address has.
    fn remove(&self, lease: &Lease4) -> impl Future<Output = Result<(), StoreError>>;
}

/// A pool of addresses of a subnet. It is never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolRange {
    first: Ipv4Addr,
    last: Ipv4Addr,
    subnet: SubnetId,
}

impl PoolRange {
    /// `None` if `last` comes before `first`.
    #[must_use]
    pub fn new(subnet: SubnetId, first: Ipv4Addr, last: Ipv4Addr) -> Option<Self> {
        (first <= last).then_some(Self { first, last, subnet })
    }

    /// The first address.
    #[must_use]
    pub fn first(&self) -> Ipv4Addr {
        self.first
    }

    /// The last address.
    #[must_use]
    pub fn last(&self) -> Ipv4Addr {
        self.last
    }

    /// The subnet that the pool belongs to.
    #[must_use]
    pub fn subnet(&self) -> SubnetId {
        self.subnet
    }

    /// How many addresses it has: 1 to 2³².
    #[must_use]
    pub fn size(&self) -> u64 {
        u64::from(self.last.to_bits() - self.first.to_bits()) + 1
    }

    /// Whether an address is in it.
    #[must_use]
    pub fn contains(&self, address: Ipv4Addr) -> bool {
        (self.first..=self.last).contains(&address)
    }

    /// Whether two pools have an address in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// In which order free addresses of a pool are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchOrder {
    /// After the address that was given last, from the start again at the end.
    Iterative,
    /// From a place that this number picks.
    Random(u64),
}

/// Why the store cannot answer or keep a lease.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else has changed the lease since it was looked at; decide anew.
    #[error("the lease of {0} has changed meanwhile")]
    Changed(Ipv4Addr),
    /// The store cannot be written or read now.
    #[error("lease store {store}: {operation} failed")]
    Unavailable {
        /// Which store: a file name or a database.
        store: String,
        /// What was tried.
        operation: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
}
