//! Leases as lease files tell them, line after line, before anybody looks for one.
//!
//! Until the last line is read they are found by their addresses alone. All other indexes come then,
//! at once: a tree that is made from what is in order takes half the memory of one that grew with
//! each lease, and less time.

use std::hash::BuildHasher;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use ruru_lease::{Family, LeaseRecord};

use super::place::{PARTS, part_of};
use super::slab::Slab;

/// Leases that are being read, by parts.
#[derive(Debug)]
pub(super) struct Draft<F: Family> {
    parts: Vec<DraftPart<F>>,
    hasher: DefaultHashBuilder,
}

/// Leases of a part.
#[derive(Debug)]
struct DraftPart<F: Family> {
    slab: Slab<F::Lease>,
    /// Their slots, by their addresses.
    slots: HashTable<u32>,
}

impl<F: Family> Default for Draft<F> {
    fn default() -> Self {
        let part = || DraftPart { slab: Slab::default(), slots: HashTable::new() };
        let parts = std::iter::repeat_with(part).take(PARTS).collect();
        Self { parts, hasher: DefaultHashBuilder::default() }
    }
}

impl<F: Family> Draft<F> {
    /// Makes room for so many leases.
    pub(super) fn reserve(&mut self, leases: usize) {
        for DraftPart { slab, slots } in &mut self.parts {
            slab.reserve(leases / PARTS);
            slots.reserve(leases / PARTS, |slot| hash::<F>(&self.hasher, slab, *slot));
        }
    }

    /// An address has this lease, whatever was said of it before.
    pub(super) fn set(&mut self, lease: F::Lease) {
        let (slab, entry) = self.find(lease.address());
        let slot = match entry {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => *new.insert(slab.vacancy()).get(),
        };
        slab.fill(slot, lease);
    }

    /// An address has no lease any more.
    pub(super) fn remove(&mut self, address: F::Address) {
        if let (slab, Entry::Occupied(known)) = self.find(address) {
            slab.remove(known.remove().0);
        }
    }

    /// The leases of each part.
    pub(super) fn into_slabs(self) -> impl Iterator<Item = Slab<F::Lease>> {
        self.parts.into_iter().map(|part| part.slab.shrunk())
    }

    /// The leases of a part, and where the slot of an address stands.
    fn find(&mut self, address: F::Address) -> (&mut Slab<F::Lease>, Entry<'_, u32>) {
        let DraftPart { slab, slots } = &mut self.parts[part_of::<F>(address)];
        let is_it = |slot: &u32| slab.get(*slot).is_some_and(|lease| lease.address() == address);
        let hash_of = |slot: &u32| hash::<F>(&self.hasher, slab, *slot);
        let entry = slots.entry(self.hasher.hash_one(Some(F::bits(address))), is_it, hash_of);
        (slab, entry)
    }
}

/// The hash of the address of the lease in a slot.
fn hash<F: Family>(hasher: &DefaultHashBuilder, slab: &Slab<F::Lease>, slot: u32) -> u64 {
    hasher.hash_one(slab.get(slot).map(|lease| F::bits(lease.address())))
}
