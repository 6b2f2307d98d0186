//! One batch of packets, or one command, at work on the leases.

use std::cell::Cell;
use std::net::Ipv4Addr;

use ruru_lease::{
    Found, Lease4, Leases4, PoolId, PoolRange, SearchOrder, StoreError, SubnetId, Time,
};
use ruru_wire::v4::HardwareAddress;

use super::Memfile;
use super::clients::Key;
use super::group::Sealed;

/// Leases while one batch of packets, or one command, is worked on.
///
/// Changes are seen by all at once. Who drops a batch leaves it to others to write its changes.
#[derive(Debug)]
#[must_use = "its changes are written when it is settled"]
pub struct Batch<'a> {
    memfile: &'a Memfile,
    /// The generation that was open when it began.
    begun: u64,
    /// The generation of its last change.
    last: Cell<u64>,
    changes: Cell<usize>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(memfile: &'a Memfile) -> Self {
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

    /// The lease of an address.
    #[must_use]
    pub fn get(&self, address: Ipv4Addr) -> Option<Lease4> {
        self.memfile.leases.get(address)
    }

    /// All leases of a client identifier.
    #[must_use]
    pub fn of_client_id(&self, client_id: &[u8]) -> Found {
        self.memfile.leases.of_client(Key::ClientId(client_id))
    }

    /// All leases of a hardware address.
    #[must_use]
    pub fn of_hwaddr(&self, hwaddr: &HardwareAddress) -> Found {
        self.memfile.leases.of_client(Key::HardwareAddress(hwaddr.as_bytes()))
    }

    /// Stores a lease where `earlier` is what its address has.
    ///
    /// # Errors
    /// It is not; nothing is changed then.
    pub fn store(&self, lease: Lease4, earlier: Option<&Lease4>) -> Result<(), StoreError> {
        self.change(lease.address, earlier, Some(lease))
    }

    /// Removes a lease.
    ///
    /// # Errors
    /// The address has another one, or none; nothing is changed then.
    pub fn delete(&self, lease: &Lease4) -> Result<(), StoreError> {
        self.change(lease.address, Some(lease), None)
    }

    /// Stores a lease in place of whatever its address has.
    pub fn replace(&self, lease: Lease4) {
        while self.store(lease.clone(), self.get(lease.address).as_ref()).is_err() {}
    }

    /// Removes whatever lease an address has.
    pub fn discard(&self, address: Ipv4Addr) {
        while self.get(address).is_some_and(|lease| self.delete(&lease).is_err()) {}
    }

    fn change(
        &self,
        address: Ipv4Addr,
        earlier: Option<&Lease4>,
        next: Option<Lease4>,
    ) -> Result<(), StoreError> {
        let Memfile { leases, journal, ledger, .. } = self.memfile;
        let ledger = journal.is_some().then_some(ledger);
        self.last.set(leases.change(address, earlier, next, ledger)?);
        self.changes.set(self.changes.get() + 1);
        Ok(())
    }
}

impl Leases4 for Batch<'_> {
    async fn by_address(&self, address: Ipv4Addr) -> Result<Option<Lease4>, StoreError> {
        Ok(self.get(address))
    }

    async fn by_client_id(&self, client_id: &[u8]) -> Result<Found, StoreError> {
        Ok(self.of_client_id(client_id))
    }

    async fn by_hwaddr(&self, hwaddr: &HardwareAddress) -> Result<Found, StoreError> {
        Ok(self.of_hwaddr(hwaddr))
    }

    async fn free_address(
        &self,
        pool: &PoolRange,
        order: SearchOrder,
        now: Time,
    ) -> Result<Option<Ipv4Addr>, StoreError> {
        Ok(self.memfile.leases.free_address(pool, order, now))
    }

    async fn assigned(&self, subnet: SubnetId, pool: PoolId) -> Result<u64, StoreError> {
        Ok(self.memfile.leases.assigned(subnet, pool))
    }

    async fn put(&self, lease: Lease4, earlier: Option<&Lease4>) -> Result<(), StoreError> {
        self.store(lease, earlier)
    }

    async fn remove(&self, lease: &Lease4) -> Result<(), StoreError> {
        self.delete(lease)
    }
}
