//! Which leases a client has.
//!
//! Places of leases stand under a hash of what tells the client. There are many tables, each with a
//! lock of its own: threads hardly ever meet, and a table that grows, which means to go through all
//! that it holds, holds little.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::HashTable;
use smallvec::SmallVec;

use super::place::Place;

/// How many tables there are: of a million leases each holds 8,000 entries, which are moved in a
/// fraction of a millisecond.
const TABLES: usize = 256;

/// Places of leases by what tells their clients.
#[derive(Debug)]
pub(super) struct Clients {
    tables: Box<[Mutex<HashTable<Entry>>]>,
    hasher: RandomState,
}

/// The hash stands beside the place, so that no lease has to be looked at when a table grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    hash: u32,
    place: Place,
}

impl Default for Clients {
    fn default() -> Self {
        let tables = std::iter::repeat_with(Mutex::default).take(TABLES).collect();
        Self { tables, hasher: RandomState::new() }
    }
}

impl Clients {
    /// With all these places, one table after the other.
    pub(super) fn of<K: Hash>(places: impl Iterator<Item = (K, Place)>) -> Self {
        let mut clients = Self::default();
        let mut sorted = vec![Vec::new(); TABLES];
        for (key, place) in places {
            let hash = clients.hash(key);
            sorted[hash as usize % TABLES].push(Entry { hash, place });
        }
        for (table, entries) in clients.tables.iter_mut().zip(sorted) {
            let table = table.get_mut().unwrap_or_else(PoisonError::into_inner);
            table.reserve(entries.len(), |entry| spread(entry.hash));
            for entry in entries {
                table.insert_unique(spread(entry.hash), entry, |entry| spread(entry.hash));
            }
        }
        clients
    }

    /// Places of the client's leases, and now and then one of another's.
    pub(super) fn find(&self, key: impl Hash) -> SmallVec<[Place; 4]> {
        let hash = self.hash(key);
        let table = self.table(hash);
        let entries = table.iter_hash(spread(hash)).filter(|entry| entry.hash == hash);
        entries.map(|entry| entry.place).collect()
    }

    pub(super) fn insert(&self, key: impl Hash, place: Place) {
        let hash = self.hash(key);
        let entry = Entry { hash, place };
        self.table(hash).insert_unique(spread(hash), entry, |entry| spread(entry.hash));
    }

    pub(super) fn remove(&self, key: impl Hash, place: Place) {
        let hash = self.hash(key);
        let entry = Entry { hash, place };
        if let Ok(found) = self.table(hash).find_entry(spread(hash), |other| *other == entry) {
            found.remove();
        }
    }

    fn hash(&self, key: impl Hash) -> u32 {
        // Half of it is enough: a client is told by its lease in the end.
        self.hasher.hash_one(key) as u32
    }

    fn table(&self, hash: u32) -> MutexGuard<'_, HashTable<Entry>> {
        lock(&self.tables[hash as usize % TABLES])
    }
}

/// A table takes the place from the lowest bits, which choose the table, and a tag from the highest.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_right(32)
}

fn lock(table: &Mutex<HashTable<Entry>>) -> MutexGuard<'_, HashTable<Entry>> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}
