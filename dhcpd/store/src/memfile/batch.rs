//! One batch of packets, or one command, at work on the leases.

use std::cell::Cell;

use ruru_lease::{
    Found, LeaseRecord, Leases, PoolId, PoolRange, Resource, SearchOrder, StoreError, SubnetId,
    Time,
};

use super::Memfile;
use super::csv::Format;
use super::group::Sealed;

/// Leases while one batch of packets, or one command, is worked on.
///
/// Changes are seen by all at once. Who drops a batch leaves it to others to write its changes.
#[derive(Debug)]
#[must_use = "its changes are written when it is settled"]
pub struct Batch<'a, F: Format> {
    memfile: &'a Memfile<F>,
    /// The generation that was open when it began.
    begun: u64,
    /// The generation of its last change.
    last: Cell<u64>,
    changes: Cell<usize>,
}

impl<'a, F: Format> Batch<'a, F> {
    pub(super) fn new(memfile: &'a Memfile<F>) -> Self {
        let begun = memfile.ledger.open();
        Self { memfile, begun, last: Cell::default(), changes: Cell::default() }
    }

    /// Writes the changes of the batch.
    ///
    /// # Errors
    /// They cannot be written or synced; then they are taken back in memory as well.
    pub fn commit(self) -> Result<(), StoreError> {
        self.memfile.settle(&self.seal())
    }

    /// Ends the batch; [`Memfile::settle`] writes its changes.
    pub fn seal(&self) -> Sealed {
        self.memfile.ledger.seal(self.begun, self.last.get())
    }

    /// How many changes the batch has made so far.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.changes.get()
    }

    /// The lease of an address, or of the prefix that begins with it.
    #[must_use]
    pub fn get(&self, address: F::Address) -> Option<F::Lease> {
        self.memfile.leases.get(address)
    }

    /// All leases of a client.
    #[must_use]
    pub fn of_client(&self, client: F::ClientKey<'_>) -> Found<F> {
        self.memfile.leases.of_client(client)
    }

    /// Stores a lease where `earlier` is what its address has.
    ///
    /// # Errors
    /// It is not; nothing is changed then.
    pub fn store(&self, lease: F::Lease, earlier: Option<&F::Lease>) -> Result<(), StoreError> {
        self.change(lease.address(), earlier, Some(lease))
    }

    /// Removes a lease.
    ///
    /// # Errors
    /// The address has another one, or none; nothing is changed then.
    pub fn delete(&self, lease: &F::Lease) -> Result<(), StoreError> {
        self.change(lease.address(), Some(lease), None)
    }

    /// Stores a lease in place of whatever its address has.
    pub fn replace(&self, lease: F::Lease) {
        while self.store(lease.clone(), self.get(lease.address()).as_ref()).is_err() {}
    }

    /// Removes whatever lease an address has.
    pub fn discard(&self, address: F::Address) {
        while self.get(address).is_some_and(|lease| self.delete(&lease).is_err()) {}
    }

    fn change(
        &self,
        address: F::Address,
        earlier: Option<&F::Lease>,
        next: Option<F::Lease>,
    ) -> Result<(), StoreError> {
        let Memfile { leases, journal, ledger, .. } = self.memfile;
        let ledger = journal.is_some().then_some(ledger);
        self.last.set(leases.change(address, earlier, next, ledger)?);
        self.changes.set(self.changes.get() + 1);
        Ok(())
    }
}

impl<F: Format> Leases<F> for Batch<'_, F> {
    async fn by_address(&self, address: F::Address) -> Result<Option<F::Lease>, StoreError> {
        Ok(self.get(address))
    }

    async fn by_client(&self, client: F::ClientKey<'_>) -> Result<Found<F>, StoreError> {
        Ok(self.of_client(client))
    }

    async fn free_address(
        &self,
        pool: &PoolRange<F>,
        order: SearchOrder,
        now: Time,
    ) -> Result<Option<F::Address>, StoreError> {
        Ok(self.memfile.leases.free_address(pool, order, now))
    }

    async fn assigned(
        &self,
        subnet: SubnetId,
        resource: Resource,
        pool: PoolId,
    ) -> Result<u64, StoreError> {
        Ok(self.memfile.leases.assigned((subnet, resource, pool)))
    }

    async fn put(&self, lease: F::Lease, earlier: Option<&F::Lease>) -> Result<(), StoreError> {
        self.store(lease, earlier)
    }

    async fn remove(&self, lease: &F::Lease) -> Result<(), StoreError> {
        self.delete(lease)
    }
}
