//! Group commit: the changes of several batches are written, and synced, together.
//!
//! A change is seen by all at once, and belongs to the *generation* that is open. To *settle* a batch
//! closes the open generation and writes all its changes, unless somebody else has; meanwhile the
//! next one fills. If a generation cannot be written, it and all since are taken back.

use std::collections::VecDeque;
use std::io;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ruru_lease::Family;

/// A batch that has ended, and whose changes, with all before them, are written or will be.
#[derive(Clone, Copy, Debug)]
#[must_use = "its changes are written when it is settled"]
pub struct Sealed {
    /// The generation that was open when it began.
    begun: u64,
    /// The newest generation that it rests on.
    last: u64,
}

/// Changes that are written together.
#[derive(Debug)]
pub(super) struct Group<F: Family> {
    pub(super) lines: String,
    /// What was changed, to take it back: addresses with the leases that they had, for each address
    /// the latest last.
    pub(super) undo: Vec<(F::Address, Option<F::Lease>)>,
}

impl<F: Family> Default for Group<F> {
    fn default() -> Self {
        Self { lines: String::new(), undo: Vec::new() }
    }
}

impl<F: Family> Group<F> {
    /// Forgets everything, and keeps the room it had.
    pub(super) fn clear(&mut self) {
        self.lines.clear();
        self.undo.clear();
    }
}

/// Which generations there are, and what became of them.
#[derive(Debug)]
pub(super) struct Ledger {
    /// The one that changes belong to; the first is 1.
    open: AtomicU64,
    /// The newest one that has a change; 0 if all that did were taken back.
    newest: AtomicU64,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// What became of generations up to this one is known.
    settled: u64,
    /// Those that were taken back. There are few: a disk that goes on failing makes one entry.
    failed: VecDeque<(RangeInclusive<u64>, Arc<io::Error>)>,
}

/// How many failures are remembered: batches are settled long before so many have come and gone.
const FAILURES: usize = 1000;

impl Default for Ledger {
    fn default() -> Self {
        Self { open: AtomicU64::new(1), newest: AtomicU64::new(0), known: Mutex::default() }
    }
}

impl Ledger {
    /// The open generation.
    pub(super) fn open(&self) -> u64 {
        self.open.load(Ordering::SeqCst)
    }

    /// A change was made; answers the generation that it belongs to.
    pub(super) fn note_change(&self) -> u64 {
        let open = self.open();
        if self.newest.load(Ordering::SeqCst) < open {
            self.newest.fetch_max(open, Ordering::SeqCst);
        }
        open
    }

    /// A batch ends that began when `begun` was open and made its last change in `last`.
    pub(super) fn seal(&self, begun: u64, last: u64) -> Sealed {
        // It may have seen what others have changed.
        Sealed { begun, last: last.max(self.newest.load(Ordering::SeqCst)) }
    }

    /// Closes the open generation, to write it.
    pub(super) fn close(&self) -> u64 {
        self.open.fetch_add(1, Ordering::SeqCst)
    }

    /// A generation, and with it all before, was written.
    pub(super) fn written(&self, generation: u64) {
        self.known().settled = generation;
    }

    /// A generation could not be written, and was taken back with all since.
    pub(super) fn failed(&self, generation: u64, error: &Arc<io::Error>) {
        let last = self.close();
        self.newest.store(0, Ordering::SeqCst);
        let mut known = self.known();
        known.settled = last;
        let first = match known.failed.back().map(|(range, _)| range.clone()) {
            Some(range) if range.end() + 1 == generation => {
                known.failed.pop_back();
                *range.start()
            }
            _ => generation,
        };
        known.failed.push_back((first..=last, Arc::clone(error)));
        if known.failed.len() > FAILURES {
            known.failed.pop_front();
        }
    }

    /// What became of a batch, if it is known.
    pub(super) fn fate(&self, sealed: &Sealed) -> Option<Result<(), Arc<io::Error>>> {
        let Sealed { begun, last } = *sealed;
        let known = self.known();
        let failure = known.failed.iter().find(|(range, _)| {
            range.contains(&last) || (*range.start() <= last.max(begun) && *range.end() >= begun)
        });
        match failure {
            Some((_, error)) => Some(Err(Arc::clone(error))),
            None => (known.settled >= last).then_some(Ok(())),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
