//! The port through which the engine reaches leases.

use std::net::IpAddr;

use smallvec::SmallVec;

use crate::{Family, PoolId, PoolRange, Resource, SubnetId, Time};

/// The leases of one client: nearly always as many as have room without allocation.
pub type Found<F> = SmallVec<<F as Family>::Usual>;

/// Leases, as the engine sees them while it works on one batch of packets.
///
/// Changes are seen by all at once; they are durable only after the store has committed the batch,
/// and no reply leaves before that. Others may change leases between a look at them and a change
/// that rests on it: a change names what it was decided on, and is refused with
/// [`StoreError::Changed`] if that is not so any more. The methods are `async` for stores that wait;
/// the memfile is ready at the first poll.
pub trait Leases<F: Family> {
    /// The lease of an address, or of the prefix that begins with it, in whatever state it is.
    fn by_address(
        &self,
        address: F::Address,
    ) -> impl Future<Output = Result<Option<F::Lease>, StoreError>>;

    /// All leases of a client.
    fn by_client(
        &self,
        client: F::ClientKey<'_>,
    ) -> impl Future<Output = Result<Found<F>, StoreError>>;

    /// An address of the pool, or the beginning of a prefix, that no lease holds and that is not kept
    /// for a reservation; found without a look at others. It is not taken yet: [`Leases::put`]
    /// takes it.
    fn free_address(
        &self,
        pool: &PoolRange<F>,
        order: SearchOrder,
        now: Time,
    ) -> impl Future<Output = Result<Option<F::Address>, StoreError>>;

    /// How many addresses or prefixes of a subnet's pool are taken, pools of the same number
    /// together.
    fn assigned(
        &self,
        subnet: SubnetId,
        resource: Resource,
        pool: PoolId,
    ) -> impl Future<Output = Result<u64, StoreError>>;

    /// Stores a lease where `earlier` is what its address has.
    fn put(
        &self,
        lease: F::Lease,
        earlier: Option<&F::Lease>,
    ) -> impl Future<Output = Result<(), StoreError>>;

    /// Removes a lease, if it is still what its address has.
    fn remove(&self, lease: &F::Lease) -> impl Future<Output = Result<(), StoreError>>;
}

/// In which order free addresses of a pool are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchOrder {
    /// After the address that was given last, from the start again at the end.
    Iterative,
    /// From the place that this random number picks, modulo the size of the pool. Every place is as
    /// likely as any other only if all 128 bits are random, or the size has many bits less.
    Random(u128),
}

/// Why the store cannot answer or keep a lease.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else has changed the lease since it was looked at; decide anew.
    #[error("the lease of {0} has changed meanwhile")]
    Changed(IpAddr),
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
