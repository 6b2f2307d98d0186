//! Free offsets as what lies between runs of taken ones.
//!
//! What is taken in turn makes few runs, what is picked at random makes one each: the memory goes
//! with what is taken and comes back with what is freed, and everything takes logarithmic time. The
//! pool is cut into slices with a lock each, so that threads that pick at random hardly ever meet.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many slices there are.
const SLICES: u128 = 16;

/// Taken offsets by runs.
#[derive(Debug)]
pub(super) struct Runs {
    size: u128,
    /// How many offsets a slice has.
    slice: u128,
    slices: Box<[Mutex<Slice>]>,
    /// Where the search in turn goes on.
    turn: Mutex<u128>,
}

/// First and last offsets of the runs of a slice. Two of them never touch.
#[derive(Debug, Default)]
struct Slice(BTreeMap<u128, u128>);

impl Runs {
    /// All of `size` offsets are free.
    pub(super) fn new(size: u128, turn: u128) -> Self {
        let slice = size.div_ceil(SLICES).max(1);
        let slices = (0..SLICES).map(|_| Mutex::default()).collect();
        Self { size, slice, slices, turn: Mutex::new(turn) }
    }

    pub(super) fn take(&self, offset: u128) -> bool {
        offset < self.size && self.slice_of(offset).take(offset)
    }

    pub(super) fn release(&self, offset: u128) -> bool {
        offset < self.size && self.slice_of(offset).release(offset)
    }

    pub(super) fn next_free(&self, from: u128) -> Option<u128> {
        self.free_from(from).or_else(|| self.free_from(0))
    }

    pub(super) fn next_in_turn(&self) -> Option<u128> {
        let mut turn = lock(&self.turn);
        let offset = self.next_free(*turn)?;
        // Behind the last one there is none: the search begins again.
        *turn = offset + 1;
        Some(offset)
    }

    pub(super) fn turn(&self) -> u128 {
        *lock(&self.turn)
    }

    fn free_from(&self, from: u128) -> Option<u128> {
        let mut at = from;
        while at < self.size {
            let free = self.slice_of(at).free_from(at);
            // The next slice is looked at if a run ends where this one does.
            let end = (at / self.slice + 1).saturating_mul(self.slice);
            if free < end {
                return Some(free).filter(|free| *free < self.size);
            }
            at = end;
        }
        None
    }

    /// `offset` is below the size.
    fn slice_of(&self, offset: u128) -> MutexGuard<'_, Slice> {
        lock(&self.slices[(offset / self.slice) as usize])
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.slices.iter().map(|slice| lock(slice).0.len()).sum()
    }
}

impl Slice {
    fn take(&mut self, offset: u128) -> bool {
        let before = self.run_of(offset);
        if before.is_some_and(|(_, last)| last >= offset) {
            return false;
        }
        // Offsets are below the size, which is a number too: there is one behind each.
        let last = self.0.remove(&(offset + 1)).unwrap_or(offset);
        let first = before.filter(|(_, end)| end + 1 == offset).map_or(offset, |(first, _)| first);
        self.0.insert(first, last);
        true
    }

    fn release(&mut self, offset: u128) -> bool {
        let Some((first, last)) = self.run_of(offset).filter(|(_, last)| *last >= offset) else {
            return false;
        };
        if first == offset {
            self.0.remove(&first);
        } else {
            self.0.insert(first, offset - 1);
        }
        if offset < last {
            self.0.insert(offset + 1, last);
        }
        true
    }

    /// The first offset from `from` on that no run has; it may be behind the slice.
    fn free_from(&self, from: u128) -> u128 {
        self.run_of(from).map_or(from, |(_, last)| from.max(last + 1))
    }

    /// The run that begins at `offset`, or else before it.
    fn run_of(&self, offset: u128) -> Option<(u128, u128)> {
        self.0.range(..=offset).next_back().map(|(first, last)| (*first, *last))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
