//! The memfile: leases in memory, changes in a journal.
//!
//! A [`Batch`] sees and changes leases; [`Batch::commit`] writes all its changes at once and, as
//! configured, forces them to the disk. If that fails the changes are taken back, and the replies
//! that depend on them must not leave. Who does not want to wait for the disk seals the batch and
//! lets another thread settle it.

mod batch;
mod compact;
mod csv;
mod group;
mod health;
mod index;
mod journal;
mod load;
mod pools;
mod rows;
mod table;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::net::Ipv4Addr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use ruru_lease::{Lease4, PoolId, PoolRange, StoreError, SubnetId, Time};

pub use batch::Batch;
pub use compact::Compaction;
pub use group::Sealed;
use group::{Fate, Group, Undo};
use health::Watch;
pub use health::{Condition, Health, Repair};
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
///
/// Locks are taken in this order: the journal's, then that of the leases.
#[derive(Debug)]
pub struct Memfile {
    journal: Option<Mutex<Writer>>,
    inner: Mutex<Inner>,
    watch: Watch,
    path: Option<PathBuf>,
    /// Held as long as the memfile lives, so that no second server writes to the same file.
    _lock: Option<File>,
    /// Held by a compaction, too, while there is one.
    compacting: Arc<()>,
}

/// What writes groups, one at a time.
#[derive(Debug)]
struct Writer {
    journal: Journal,
    /// Buffers for the next group.
    spare: Group,
}

#[derive(Debug)]
struct Inner {
    table: Table,
    has_journal: bool,
    /// Lines of the batch being worked on.
    lines: String,
    /// What it has changed.
    undo: Undo,
    /// Batches that are sealed and not on their way to the disk yet.
    open: Group,
    /// Of the newest group that has changes.
    newest: Arc<Fate>,
}

impl Memfile {
    /// Opens or creates the lease file and reads what is there.
    ///
    /// # Errors
    /// A file cannot be read, is in use, or is not a lease file.
    pub fn open(options: &MemfileOptions) -> Result<(Self, LoadReport), OpenError> {
        let mut table = Table::default();
        let Some(path) = &options.path else {
            return Ok((Self::new(table, None, None), LoadReport::default()));
        };
        let lock = lock(path)?;
        let report = load::load(path, &mut table, options.max_row_errors)?;
        let journal = Journal::open(path, options.sync)
            .map_err(OpenError::file(path, "cannot be opened for writing"))?;
        Ok((Self::new(table, Some(journal), Some(lock)), report))
    }

    fn new(table: Table, journal: Option<Journal>, lock: Option<File>) -> Self {
        let inner = Inner {
            table,
            has_journal: journal.is_some(),
            lines: String::new(),
            undo: Undo::default(),
            open: Group::default(),
            newest: Fate::written(),
        };
        let path = journal.as_ref().map(|journal| journal.path().to_owned());
        let journal =
            journal.map(|journal| Mutex::new(Writer { journal, spare: Group::default() }));
        let (inner, watch) = (Mutex::new(inner), Watch::default());
        Self { journal, inner, watch, path, _lock: lock, compacting: Arc::default() }
    }

    /// The lease file, if there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Begins a batch; other batches wait until it ends.
    #[must_use]
    pub fn batch(&self) -> Batch<'_> {
        Batch { memfile: self, inner: RefCell::new(self.lock_inner()) }
    }

    /// Writes the changes of a sealed batch, with those of all others that are sealed, and forces
    /// them to the disk as configured; returns at once if that was done.
    ///
    /// # Errors
    /// They could not be written or synced; then they were taken back.
    pub fn settle(&self, sealed: &Sealed) -> Result<(), StoreError> {
        let known = sealed.fate.known();
        let result = known.unwrap_or_else(|| match self.lock_writer() {
            Some(mut writer) => sealed.fate.known().unwrap_or_else(|| self.write(&mut writer)),
            None => Ok(()),
        });
        result.map_err(|error| StoreError::Unavailable {
            store: self.path().unwrap_or(Path::new("")).display().to_string(),
            operation: "writing leases",
            source: std::io::Error::new(error.kind(), error),
        })
    }

    /// Writes the open group.
    fn write(&self, writer: &mut Writer) -> Result<(), Arc<std::io::Error>> {
        let spare = std::mem::take(&mut writer.spare);
        let mut group = self.lock_inner().take_group(spare);
        let writing = self.watch.begin();
        let result = writer.journal.append(&group.lines).map_err(Arc::new);
        self.watch.end(writing, result.as_ref().err());
        if let Err(error) = &result {
            let mut inner = self.lock_inner();
            // What was sealed meanwhile may rest on what was not written.
            let mut later = inner.take_group(Group::default());
            later.undo.take_back(&mut inner.table);
            group.undo.take_back(&mut inner.table);
            inner.newest = Fate::written();
            later.fate.settle(Err(Arc::clone(error)));
        }
        group.fate.settle(result.clone());
        writer.spare = group.emptied();
        result
    }

    /// Sets when changes are forced to the disk, from the next group on.
    pub fn set_sync(&self, sync: Sync) {
        if let Some(mut writer) = self.lock_writer() {
            writer.journal.set_sync(sync);
        }
    }

    /// Takes pools out and puts others in; one that comes back as it was keeps what it knows.
    pub fn replace_pools(&self, gone: &[PoolRange], setups: &[PoolSetup]) {
        self.lock_inner().table.replace_pools(gone, setups);
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
    /// merges the files in a thread of its own. `None` if there is nothing to compact, or a
    /// compaction is under way.
    ///
    /// # Errors
    /// The file cannot be moved or a new one cannot be made; the old one goes on.
    pub fn begin_compaction(&self) -> Result<Option<Compaction>, OpenError> {
        let Some(path) = self.path().filter(|_| Arc::strong_count(&self.compacting) == 1) else {
            return Ok(None);
        };
        // What the system has not written yet is written while replies go on leaving.
        self.sync().map_err(OpenError::file(path, "cannot be synced"))?;
        let names = Names::of(path);
        if !names.input.exists()
            && !names.completed.exists()
            && let Some(mut writer) = self.lock_writer()
        {
            let moved = writer.journal.rotate(&names.input);
            drop(writer);
            let old = moved.map_err(OpenError::file(path, "cannot be moved aside"))?;
            // The few lines since, within the time that was promised for them.
            old.sync_data().map_err(OpenError::file(&names.input, "cannot be synced"))?;
        }
        Ok(Some(Compaction::new(path, Arc::clone(&self.compacting))))
    }

    /// Writes all leases to a file of the same format.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_copy(&self, path: &Path) -> Result<(), OpenError> {
        compact::write(path, &self.lock_inner().table)
            .map_err(OpenError::file(path, "cannot be written"))
    }

    fn lock_writer(&self) -> Option<MutexGuard<'_, Writer>> {
        let journal = self.journal.as_ref()?;
        Some(journal.lock().unwrap_or_else(PoisonError::into_inner))
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

#[cfg(test)]
mod tests;
