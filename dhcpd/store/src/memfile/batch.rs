//! One batch of packets, or one command, at work on the leases.

use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::sync::MutexGuard;

use ruru_lease::{Lease4, Leases4, PoolRange, SearchOrder, StoreError, Time};
use ruru_wire::v4::HardwareAddress;

use super::group::Sealed;
use super::{Inner, Memfile, csv};

/// Leases while one batch of packets, or one command, is worked on.
///
/// Dropping a batch without [`Batch::commit`] takes its changes back.
#[derive(Debug)]
pub struct Batch<'a> {
    pub(super) memfile: &'a Memfile,
    pub(super) inner: RefCell<MutexGuard<'a, Inner>>,
}

impl Batch<'_> {
    /// Writes the changes of the batch, all or none.
    ///
    /// # Errors
    /// They cannot be written or synced; then they are taken back in memory as well.
    pub fn commit(self) -> Result<(), StoreError> {
        let memfile = self.memfile;
        memfile.settle(&self.seal())
    }

    /// Ends the batch: other batches see its changes from now on, and [`Memfile::settle`] writes
    /// them.
    pub fn seal(self) -> Sealed {
        self.inner.borrow_mut().seal()
    }

    /// How many changes the batch has so far.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.inner.borrow().undo.len()
    }

    /// The lease of an address.
    #[must_use]
    pub fn get(&self, address: Ipv4Addr) -> Option<Lease4> {
        self.inner.borrow().table.get(address).cloned()
    }

    /// Stores a lease in place of whatever its address had.
    pub fn store(&self, lease: Lease4) {
        let inner = &mut **self.inner.borrow_mut();
        csv::write_lease(&mut inner.lines, &lease);
        let address = lease.address;
        let earlier = inner.table.put(lease);
        inner.undo.note(address, earlier);
    }

    /// Removes the lease of an address; answers whether there was one.
    pub fn delete(&self, address: Ipv4Addr) -> bool {
        let inner = &mut **self.inner.borrow_mut();
        let Some(earlier) = inner.table.remove(address) else { return false };
        csv::write_removal(&mut inner.lines, &earlier);
        inner.undo.note(address, Some(earlier));
        true
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        let inner = &mut **self.inner.borrow_mut();
        inner.lines.clear();
        inner.undo.take_back(&mut inner.table);
    }
}

impl Leases4 for Batch<'_> {
    async fn by_address(&self, address: Ipv4Addr) -> Result<Option<Lease4>, StoreError> {
        Ok(self.get(address))
    }

    async fn by_client_id(&self, client_id: &[u8]) -> Result<Vec<Lease4>, StoreError> {
        Ok(self.inner.borrow().table.by_client_id(client_id).cloned().collect())
    }

    async fn by_hwaddr(&self, hwaddr: &HardwareAddress) -> Result<Vec<Lease4>, StoreError> {
        Ok(self.inner.borrow().table.by_hwaddr(hwaddr).cloned().collect())
    }

    async fn free_address(
        &self,
        pool: &PoolRange,
        order: SearchOrder,
        now: Time,
    ) -> Result<Option<Ipv4Addr>, StoreError> {
        Ok(self.inner.borrow_mut().table.free_address(pool, order, now))
    }

    async fn put(&self, lease: Lease4) -> Result<(), StoreError> {
        self.store(lease);
        Ok(())
    }

    async fn remove(&self, address: Ipv4Addr) -> Result<(), StoreError> {
        self.delete(address);
        Ok(())
    }
}
