//! The memfile: leases in memory, changes in a journal.
//!
//! A [`Batch`] sees and changes leases; [`Batch::commit`] writes its changes and, as configured,
//! forces them to the disk. If that fails the changes are taken back, and the replies that depend on
//! them must not leave. Who does not want to wait for the disk seals the batch and lets another
//! thread settle it.

mod batch;
mod clients;
mod compact;
mod counts;
mod csv;
mod draft;
mod ends;
mod group;
mod health;
mod journal;
mod load;
mod memory;
mod part;
mod place;
mod pools;
mod rows;
mod slab;

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::ops::Bound;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use ruru_lease::{PoolRange, StoreError, SubnetId, Time};

pub use batch::Batch;
pub use compact::Compaction;
pub use counts::{Counts, Scope};
pub use csv::{Format, MOST_COLUMNS, Row, RowError};
use draft::Draft;
pub use group::Sealed;
use group::{Group, Ledger};
use health::Watch;
pub use health::{Condition, Health, Repair};
use journal::Journal;
pub use journal::Sync;
use load::Names;
pub use load::{LoadReport, OpenError};
use memory::Memory;
pub use pools::PoolSetup;

/// How long a file is waited for that another process has: a server that ends holds its file until
/// it is gone.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a file is waited for that this process has itself: a thread holds the store that its
/// configuration has just left until it next looks, and a compaction until what it is writing to the
/// disk is there.
const PATIENCE_WITH_SELF: Duration = Duration::from_secs(5);

/// How many leases one call of [`Memfile::page`] looks at.
const SIGHT: usize = 10_000;

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
/// Locks are taken in this order: the journal's, a part's of the leases, a table's of their clients.
#[derive(Debug)]
pub struct Memfile<F: Format> {
    journal: Option<Mutex<Writer<F>>>,
    leases: Memory<F>,
    ledger: Ledger,
    watch: Watch,
    path: Option<PathBuf>,
    /// Held as long as the memfile lives, so that no second server writes to the same file; and by
    /// a compaction, while there is one, so that nobody reads what it changes.
    lock: Option<Arc<File>>,
}

/// What writes generations, one at a time.
#[derive(Debug)]
struct Writer<F: Format> {
    journal: Journal,
    /// What is being written.
    group: Group<F>,
}

impl<F: Format> Memfile<F> {
    /// Opens or creates the lease file and reads what is there. Waits a little for one that is in
    /// use: a compaction of a memfile that is gone is about to end.
    ///
    /// # Errors
    /// A file cannot be read, is in use, or is not a lease file.
    pub fn open(options: &MemfileOptions) -> Result<(Self, LoadReport), OpenError> {
        let Some(path) = &options.path else {
            return Ok((Self::new(Draft::default(), None, None), LoadReport::default()));
        };
        let lock = lock(path)?;
        let (leases, report) = load::load(path, options.max_row_errors)?;
        let journal = Journal::open(path, options.sync, F::HEADER)
            .map_err(OpenError::file(path, "cannot be opened for writing"))?;
        Ok((Self::new(leases, Some(journal), Some(lock)), report))
    }

    fn new(leases: Draft<F>, journal: Option<Journal>, lock: Option<File>) -> Self {
        let path = journal.as_ref().map(|journal| journal.path().to_owned());
        let journal =
            journal.map(|journal| Mutex::new(Writer { journal, group: Group::default() }));
        let (ledger, watch) = (Ledger::default(), Watch::default());
        let leases = leases.into();
        Self { journal, leases, ledger, watch, path, lock: lock.map(Arc::new) }
    }

    /// The lease file, if there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Begins a batch.
    pub fn batch(&self) -> Batch<'_, F> {
        Batch::new(self)
    }

    /// Whether it is known what became of a batch: then [`Memfile::settle`] answers at once.
    #[must_use]
    pub fn is_settled(&self, sealed: &Sealed) -> bool {
        self.ledger.fate(sealed).is_some()
    }

    /// Writes the changes of a sealed batch, with all others that there are, and forces them to the
    /// disk as configured; returns at once if that was done.
    ///
    /// # Errors
    /// They could not be written or synced; then they were taken back.
    pub fn settle(&self, sealed: &Sealed) -> Result<(), StoreError> {
        let fate = self.ledger.fate(sealed).or_else(|| {
            let mut writer = self.lock_writer()?;
            self.ledger.fate(sealed).or_else(|| {
                self.write(&mut writer);
                self.ledger.fate(sealed)
            })
        });
        fate.unwrap_or(Ok(())).map_err(|error| StoreError::Unavailable {
            store: self.path().unwrap_or(Path::new("")).display().to_string(),
            operation: "writing leases",
            source: std::io::Error::new(error.kind(), error),
        })
    }

    /// Writes the open generation.
    fn write(&self, writer: &mut Writer<F>) {
        let Writer { journal, group } = writer;
        let generation = self.ledger.close();
        self.leases.take_changes(group);
        let writing = self.watch.begin();
        let result = journal.append(&group.lines).map_err(Arc::new);
        self.watch.end(writing, result.as_ref().err());
        match result {
            Ok(()) => self.ledger.written(generation),
            Err(error) => {
                self.leases.take_back(group, || self.ledger.failed(generation, &error));
            }
        }
        group.clear();
    }

    /// Sets when changes are forced to the disk, from the next group on.
    pub fn set_sync(&self, sync: Sync) {
        if let Some(mut writer) = self.lock_writer() {
            writer.journal.set_sync(sync);
        }
    }

    /// Takes pools out and puts others in; one that comes back as it was keeps what it knows.
    pub fn replace_pools(&self, gone: &[PoolRange<F>], setups: &[PoolSetup<F>]) {
        self.leases.replace_pools(gone, setups);
    }

    /// How many leases there are, in whatever state.
    #[must_use]
    pub fn len(&self) -> usize {
        self.leases.len()
    }

    /// Whether there is no lease.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Numbers of leases by subnet, what they are of, and pool.
    #[must_use]
    pub fn counts(&self) -> HashMap<Scope, Counts> {
        self.leases.counts()
    }

    /// Up to `limit` leases behind `after` in the order of addresses that `keep` keeps, of at most
    /// 10,000 that it sees; and the address to go on from, if there is more to see.
    #[must_use]
    pub fn page(
        &self,
        after: Option<F::Address>,
        limit: usize,
        keep: impl Fn(&F::Lease) -> bool,
    ) -> (Vec<F::Lease>, Option<F::Address>) {
        let first = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.page_between(first, F::address(u128::MAX), limit, keep)
    }

    /// Like [`Memfile::page`], of the leases from `first` to `last` alone: others cost nothing.
    #[must_use]
    pub fn page_between(
        &self,
        first: Bound<F::Address>,
        last: F::Address,
        limit: usize,
        keep: impl Fn(&F::Lease) -> bool,
    ) -> (Vec<F::Lease>, Option<F::Address>) {
        self.leases.page(first, last, limit, SIGHT, keep)
    }

    /// How many leases a subnet has, in whatever state.
    #[must_use]
    pub fn count_of(&self, subnet: SubnetId) -> u64 {
        self.leases.of_subnet(subnet)
    }

    /// All leases that `keep` keeps, in no order.
    #[must_use]
    pub fn all(&self, keep: impl Fn(&F::Lease) -> bool) -> Vec<F::Lease> {
        self.leases.all(keep)
    }

    /// Up to `limit` leases that have ended and are to be reclaimed.
    #[must_use]
    pub fn expired(&self, now: Time, limit: usize) -> Vec<F::Lease> {
        self.leases.expired(now, limit)
    }

    /// Up to `limit` reclaimed leases that ended at `until` or before.
    #[must_use]
    pub fn reclaimed_before(&self, until: Time, limit: usize) -> Vec<F::Lease> {
        self.leases.reclaimed_before(until, limit)
    }

    /// Moves the journal aside, unless an earlier compaction has not finished; the answer then
    /// merges the files in a thread of its own. `None` if there is nothing to compact, or a
    /// compaction is under way.
    ///
    /// # Errors
    /// The file cannot be moved or a new one cannot be made; the old one goes on.
    pub fn begin_compaction(&self) -> Result<Option<Compaction<F>>, OpenError> {
        let (Some(path), Some(lock)) = (self.path(), self.lock.clone()) else { return Ok(None) };
        // The memfile's and this one; more is a compaction, or a thread about to begin one.
        if Arc::strong_count(&lock) > 2 {
            return Ok(None);
        }
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
        Ok(Some(Compaction::new(path, lock)))
    }

    /// Writes all leases to a file of the same format, each as it is when its turn comes.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_copy(&self, path: &Path) -> Result<(), OpenError> {
        compact::write(path, &self.leases).map_err(OpenError::file(path, "cannot be written"))
    }

    fn lock_writer(&self) -> Option<MutexGuard<'_, Writer<F>>> {
        let journal = self.journal.as_ref()?;
        Some(journal.lock().unwrap_or_else(PoisonError::into_inner))
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
            Err(TryLockError::WouldBlock) => {
                let patience = if is_own(&name) { PATIENCE_WITH_SELF } else { PATIENCE };
                if start.elapsed() >= patience {
                    return Err(OpenError::InUse { path: path.to_owned() });
                }
                sleep(Duration::from_millis(20));
            }
            Err(TryLockError::Error(source)) => {
                return Err(OpenError::file(&name, "cannot be locked")(source));
            }
        }
    }
    // Tells who has it; the lock is what counts.
    let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    Ok(file)
}

/// Whether it was this process that took a lock last. A server in another container can have the
/// same number; then the wait is longer than it need be, and no more.
fn is_own(lock: &Path) -> bool {
    fs::read_to_string(lock).is_ok_and(|holder| holder.trim().parse() == Ok(std::process::id()))
}

#[cfg(test)]
mod tests;
