//! The memfile: leases in memory, changes in a journal.
//!
//! A [`Batch`] sees and changes leases; [`Batch::commit`] writes all its changes at once and, as
//! configured, forces them to the disk. If that fails the changes are taken back, and the replies
//! that depend on them must not leave.

mod compact;
mod csv;
mod journal;
mod load;
mod pools;
mod table;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::net::Ipv4Addr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use ruru_lease::{Lease4, Leases4, PoolId, PoolRange, SearchOrder, StoreError, SubnetId, Time};
use ruru_wire::v4::HardwareAddress;

pub use compact::Compaction;
use journal::Journal;
pub use journal::Sync;
use load::Names;
pub use load::{LoadReport, OpenError};
pub use pools::PoolSetup;
pub use table::Counts;
use table::Table;

/// How long a locked file is waited for: a packet thread holds the store that its configuration
/// has just left until it next looks, and a server that ends holds its file until it is gone.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);

/// How a memfile is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemfileOptions {
    /// The lease file; `None` keeps leases in memory only.
    pub path: Option<PathBuf>,
    /// When changes are forced to the disk.
    pub sync: Sync,
    /// Damaged lines that are tolerated at start; 0 is any number.
    pub max_row_errors: u32,
}

/// Leases in memory and, unless told otherwise, in a file.
#[derive(Debug)]
pub struct Memfile {
    inner: Mutex<Inner>,
    path: Option<PathBuf>,
    /// Held as long as the memfile lives, so that no second server writes to the same file.
    _lock: Option<File>,
}

#[derive(Debug)]
struct Inner {
    table: Table,
    journal: Option<Journal>,
    /// Lines of the batch being worked on.
    lines: String,
    /// What the batch changed, to take it back: addresses with the leases that they had.
    undo: Vec<(Ipv4Addr, Option<Lease4>)>,
}

impl Memfile {
    /// Opens or creates the lease file and reads what is there.
    ///
    /// # Errors
    /// A file cannot be read, is in use, or is not a lease file.
    pub fn open(options: &MemfileOptions) -> Result<(Self, LoadReport), OpenError> {
        let mut table = Table::default();
        let Some(path) = &options.path else {
            return Ok((Self::new(table, None, None, None), LoadReport::default()));
        };
        let lock = lock(path)?;
        let report = load::load(path, &mut table, options.max_row_errors)?;
        let journal = Journal::open(path, options.sync)
            .map_err(OpenError::file(path, "cannot be opened for writing"))?;
        Ok((Self::new(table, Some(journal), Some(path.clone()), Some(lock)), report))
    }

    fn new(
        table: Table,
        journal: Option<Journal>,
        path: Option<PathBuf>,
        lock: Option<File>,
    ) -> Self {
        let inner = Inner { table, journal, lines: String::new(), undo: Vec::new() };
        Self { inner: Mutex::new(inner), path, _lock: lock }
    }

    /// The lease file, if there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Begins a batch; other batches wait until it ends.
    #[must_use]
    pub fn batch(&self) -> Batch<'_> {
        Batch { inner: RefCell::new(self.lock_inner()) }
    }

    /// Sets when changes are forced to the disk, from the next batch on.
    pub fn set_sync(&self, sync: Sync) {
        if let Some(journal) = &mut self.lock_inner().journal {
            journal.set_sync(sync);
        }
    }

    /// Sets which pools there are.
    pub fn set_pools(&self, setups: &[PoolSetup]) {
        self.lock_inner().table.set_pools(setups);
    }

    /// How many leases there are, in whatever state.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock_inner().table.len()
    }

    /// Whether there is no lease.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Numbers of leases by subnet and pool.
    #[must_use]
    pub fn counts(&self) -> HashMap<(SubnetId, PoolId), Counts> {
        self.lock_inner().table.counts().clone()
    }

    /// Up to `limit` leases behind `after` in the order of addresses that `keep` keeps, of at most
    /// 10,000 that it sees; and the address to go on from, if there is more to see.
    #[must_use]
    pub fn page(
        &self,
        after: Option<Ipv4Addr>,
        limit: usize,
        keep: impl Fn(&Lease4) -> bool,
    ) -> (Vec<Lease4>, Option<Ipv4Addr>) {
        let inner = self.lock_inner();
        let mut found = Vec::new();
        for (seen, lease) in inner.table.behind(after).enumerate() {
            if keep(lease) {
                found.push(lease.clone());
            }
            if found.len() == limit || seen == 10_000 {
                return (found, Some(lease.address));
            }
        }
        (found, None)
    }

    /// Up to `limit` leases that have ended and are to be reclaimed, the oldest first.
    #[must_use]
    pub fn expired(&self, now: Time, limit: usize) -> Vec<Lease4> {
        self.lock_inner().table.expired(now).take(limit).cloned().collect()
    }

    /// Up to `limit` reclaimed leases that ended at `until` or before.
    #[must_use]
    pub fn reclaimed_before(&self, until: Time, limit: usize) -> Vec<Ipv4Addr> {
        self.lock_inner().table.reclaimed_before(until).take(limit).map(|l| l.address).collect()
    }

    /// Moves the journal aside, unless an earlier compaction has not finished; the answer then
    /// merges the files in a thread of its own.
    ///
    /// # Errors
    /// The file cannot be moved or a new one cannot be made; the old one goes on.
    pub fn begin_compaction(&self) -> Result<Option<Compaction>, OpenError> {
        let mut inner = self.lock_inner();
        let Some(journal) = &mut inner.journal else { return Ok(None) };
        let path = journal.path().to_owned();
        let names = Names::of(&path);
        if !names.input.exists() && !names.completed.exists() {
            journal
                .rotate(&names.input)
                .map_err(OpenError::file(&path, "cannot be moved aside"))?;
        }
        Ok(Some(Compaction::new(&path)))
    }

    /// Writes all leases to a file of the same format.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_copy(&self, path: &Path) -> Result<(), OpenError> {
        compact::write(path, &self.lock_inner().table)
            .map_err(OpenError::file(path, "cannot be written"))
    }

    fn lock_inner(&self) -> MutexGuard<'_, Inner> {
        // A panic in another thread left the table consistent: changes are single calls.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lock(path: &Path) -> Result<File, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o640)
        .open(&name)
        .map_err(OpenError::file(&name, "cannot be opened"))?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if start.elapsed() < LOCK_PATIENCE => {
                sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::InUse { path: path.to_owned() });
            }
            Err(TryLockError::Error(source)) => {
                return Err(OpenError::file(&name, "cannot be locked")(source));
            }
        }
    }
    // For people who look at the file; the lock is what counts.
    let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    Ok(file)
}

/// Leases while one batch of packets, or one command, is worked on.
///
/// Dropping a batch without [`Batch::commit`] takes its changes back.
#[derive(Debug)]
pub struct Batch<'a> {
    inner: RefCell<MutexGuard<'a, Inner>>,
}

impl Batch<'_> {
    /// Writes the changes of the batch, all or none.
    ///
    /// # Errors
    /// They cannot be written or synced; then they are taken back in memory as well.
    pub fn commit(self) -> Result<(), StoreError> {
        let mut inner = self.inner.borrow_mut();
        let inner = &mut **inner;
        if inner.lines.is_empty() {
            inner.undo.clear();
            return Ok(());
        }
        if let Some(journal) = &mut inner.journal {
            journal.append(&inner.lines).map_err(|source| StoreError::Unavailable {
                store: journal.path().display().to_string(),
                operation: "writing leases",
                source,
            })?;
        }
        inner.lines.clear();
        inner.undo.clear();
        Ok(())
    }

    /// Whether the batch has changes to commit.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.inner.borrow().undo.is_empty()
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
        inner.undo.push((address, earlier));
    }

    /// Removes the lease of an address; answers whether there was one.
    pub fn delete(&self, address: Ipv4Addr) -> bool {
        let inner = &mut **self.inner.borrow_mut();
        let Some(earlier) = inner.table.remove(address) else { return false };
        csv::write_removal(&mut inner.lines, &earlier);
        inner.undo.push((address, Some(earlier)));
        true
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        let inner = &mut **self.inner.borrow_mut();
        inner.lines.clear();
        while let Some((address, earlier)) = inner.undo.pop() {
            match earlier {
                Some(lease) => inner.table.put(lease),
                None => inner.table.remove(address),
            };
        }
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

#[cfg(test)]
mod tests;
