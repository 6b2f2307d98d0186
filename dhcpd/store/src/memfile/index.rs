//! Leases by the hash of what tells their client.
//!
//! A table that has to grow goes through all that it holds, while everybody waits. This one is made
//! of many, of which each grows at a time of its own.

use hashbrown::HashTable;

/// How many tables there are: of a million leases each holds 4,000, which are moved in a fraction of
/// a millisecond.
const PARTS: usize = 256;

/// Slot numbers by hash.
#[derive(Debug)]
pub(super) struct Index(Box<[HashTable<u32>; PARTS]>);

impl Default for Index {
    fn default() -> Self {
        Self(Box::new(std::array::from_fn(|_| HashTable::new())))
    }
}

impl Index {
    /// Slots whose hash is this; some others, too.
    pub(super) fn candidates(&self, hash: u64) -> impl Iterator<Item = u32> {
        self.0[part(hash)].iter_hash(hash).copied()
    }

    /// Adds a slot. `hash_of` tells the hashes of those that are there.
    pub(super) fn insert(&mut self, hash: u64, slot: u32, hash_of: impl Fn(u32) -> u64) {
        self.0[part(hash)].insert_unique(hash, slot, |slot| hash_of(*slot));
    }

    pub(super) fn remove(&mut self, hash: u64, slot: u32) {
        if let Ok(entry) = self.0[part(hash)].find_entry(hash, |found| *found == slot) {
            entry.remove();
        }
    }

    /// Makes room for so many more slots.
    pub(super) fn reserve(&mut self, slots: usize, hash_of: impl Fn(u32) -> u64) {
        for table in &mut *self.0 {
            table.reserve(slots / PARTS, |slot| hash_of(*slot));
        }
    }

    /// Gives back room that is not needed.
    pub(super) fn shrink(&mut self, hash_of: impl Fn(u32) -> u64) {
        for table in &mut *self.0 {
            table.shrink_to_fit(|slot| hash_of(*slot));
        }
    }
}

/// By bits that the tables themselves do not use: they take the lowest and the seven highest.
fn part(hash: u64) -> usize {
    // Eight bits fit.
    (hash >> 40) as usize % PARTS
}
