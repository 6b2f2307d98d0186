//! Free offsets as what lies between runs of taken ones.
//!
//! What is taken in turn makes few runs, what is picked at random makes one each: the memory goes
//! with what is taken and comes back with what is freed, and everything takes logarithmic time. The
//! pool is cut into slices with a lock each, so that threads that pick at random hardly ever meet.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many slices there are.
const SLICES: u128 = 16;

/// Taken offsets by runs. `N` holds any of them.
#[derive(Debug)]
pub(super) struct Runs<N> {
    size: u128,
    /// How many offsets a slice has.
    slice: u128,
    slices: Box<[Mutex<Slice<N>>]>,
    /// Where the search in turn goes on.
    turn: Mutex<u128>,
}

/// First and last offsets of the runs of a slice, no two of which touch.
#[derive(Debug)]
struct Slice<N>(BTreeMap<N, N>);

/// An offset as a run keeps it: of a million single ones each bit counts.
pub(super) trait Offset: Copy + Ord + Into<u128> {
    /// The last one.
    const LAST: u128;

    /// `offset` is not behind the last one.
    fn of(offset: u128) -> Self;
}

impl Offset for u64 {
    const LAST: u128 = Self::MAX as u128;

    fn of(offset: u128) -> Self {
        offset as Self
    }
}

impl Offset for u128 {
    const LAST: Self = Self::MAX;

    fn of(offset: u128) -> Self {
        offset
    }
}

impl<N: Offset> Runs<N> {
    /// All of `size` offsets are free.
    pub(super) fn new(size: u128, turn: u128) -> Self {
        let slice = size.div_ceil(SLICES).max(1);
        let slices = (0..SLICES).map(|_| Mutex::new(Slice(BTreeMap::new()))).collect();
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
    fn slice_of(&self, offset: u128) -> MutexGuard<'_, Slice<N>> {
        lock(&self.slices[(offset / self.slice) as usize])
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.slices.iter().map(|slice| lock(slice).0.len()).sum()
    }
}

impl<N: Offset> Slice<N> {
    fn take(&mut self, offset: u128) -> bool {
        let before = self.run_of(offset);
        if before.is_some_and(|(_, last)| last >= offset) {
            return false;
        }
        let after = (offset < N::LAST).then(|| self.0.remove(&N::of(offset + 1))).flatten();
        let last = after.map_or(offset, N::into);
        let first = before.filter(|(_, end)| end + 1 == offset).map_or(offset, |(first, _)| first);
        self.insert(first, last);
        true
    }

    fn release(&mut self, offset: u128) -> bool {
        let Some((first, last)) = self.run_of(offset).filter(|(_, last)| *last >= offset) else {
            return false;
        };
        if first == offset {
            self.0.remove(&N::of(first));
        } else {
            self.insert(first, offset - 1);
        }
        if offset < last {
            self.insert(offset + 1, last);
        }
        true
    }

    /// The first offset from `from` on that no run has; it may be behind the slice.
    fn free_from(&self, from: u128) -> u128 {
        self.run_of(from).map_or(from, |(_, last)| from.max(last + 1))
    }

    /// The run that begins at `offset`, or else before it.
    fn run_of(&self, offset: u128) -> Option<(u128, u128)> {
        let before = self.0.range(..=N::of(offset)).next_back();
        before.map(|(first, last)| ((*first).into(), (*last).into()))
    }

    fn insert(&mut self, first: u128, last: u128) {
        self.0.insert(N::of(first), N::of(last));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
