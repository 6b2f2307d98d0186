//! Some of the leases in memory, under one lock.
//!
//! A lease stands once, in a slab; by its address its slot is found, a number of four bytes, and all
//! else that finds leases names them by their slots.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use ruru_lease::{Family, LeaseRecord, State, Time};

use super::clients::Clients;
use super::counts::Tally;
use super::group::Group;
use super::place::Place;
use super::pools::Pools;

/// Leases of some addresses.
#[derive(Debug)]
pub(super) struct Part<F: Family> {
    number: usize,
    slab: Vec<Option<F::Lease>>,
    vacant: Vec<u32>,
    by_address: BTreeMap<F::Bits, u32>,
    /// End and slot of leases that are still to be reclaimed.
    expiry: BTreeSet<(Time, u32)>,
    /// End and slot of leases that were reclaimed and are kept for affinity.
    reclaimed: BTreeSet<(Time, u32)>,
    /// Changes that are not on their way to the disk yet.
    pub(super) open: Group<F>,
}

/// What all parts have in common and follows every change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Common<'a, F: Family> {
    pub(super) clients: &'a Clients,
    pub(super) pools: &'a Pools<F>,
    pub(super) tally: &'a Tally,
}

impl<F: Family> Part<F> {
    pub(super) fn new(number: usize) -> Self {
        Self {
            number,
            slab: Vec::new(),
            vacant: Vec::new(),
            by_address: BTreeMap::new(),
            expiry: BTreeSet::new(),
            reclaimed: BTreeSet::new(),
            open: Group::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_address.len()
    }

    pub(super) fn get(&self, address: F::Address) -> Option<&F::Lease> {
        self.at(*self.by_address.get(&F::bits(address))?)
    }

    /// The lease in a slot.
    pub(super) fn at(&self, slot: u32) -> Option<&F::Lease> {
        self.slab.get(slot as usize)?.as_ref()
    }

    /// Leases in the order of their addresses.
    pub(super) fn from(&self, first: Bound<F::Address>) -> impl Iterator<Item = &F::Lease> {
        let first = first.map(F::bits);
        self.by_address.range((first, Bound::Unbounded)).filter_map(|(_, slot)| self.at(*slot))
    }

    /// Leases that have ended and are not reclaimed yet, the oldest first.
    pub(super) fn expired(&self, now: Time) -> impl Iterator<Item = &F::Lease> {
        self.expiry.range(..=(now, u32::MAX)).filter_map(|(_, slot)| self.at(*slot))
    }

    /// Leases that were reclaimed and ended at `until` or earlier.
    pub(super) fn reclaimed_before(&self, until: Time) -> impl Iterator<Item = &F::Lease> {
        self.reclaimed.range(..=(until, u32::MAX)).filter_map(|(_, slot)| self.at(*slot))
    }

    /// Makes room for so many more leases.
    pub(super) fn reserve(&mut self, leases: usize) {
        self.slab.reserve(leases);
    }

    /// Gives back room that turned out not to be needed.
    pub(super) fn shrink(&mut self) {
        self.slab.shrink_to_fit();
    }

    /// Gives an address another lease, or none; answers the one that it had.
    pub(super) fn set(
        &mut self,
        address: F::Address,
        lease: Option<F::Lease>,
        common: &Common<'_, F>,
    ) -> Option<F::Lease> {
        let bits = F::bits(address);
        let slot = self.by_address.get(&bits).copied();
        let is_new = slot.is_none();
        let Some(lease) = lease else {
            let slot = slot?;
            self.by_address.remove(&bits);
            self.vacant.push(slot);
            let earlier = self.slab.get_mut(slot as usize)?.take();
            self.follow(slot, earlier.as_ref(), None, common);
            return earlier;
        };
        let slot = slot.or_else(|| self.vacant.pop()).unwrap_or_else(|| {
            self.slab.push(None);
            // 2^32 leases in a part are more than memory holds.
            u32::try_from(self.slab.len() - 1).unwrap_or(u32::MAX)
        });
        let earlier = self.slab[slot as usize].take();
        self.follow(slot, earlier.as_ref(), Some(&lease), common);
        self.slab[slot as usize] = Some(lease);
        if is_new {
            self.by_address.insert(bits, slot);
        }
        earlier
    }

    /// Brings everything by which leases are found from what a slot had to what it has.
    fn follow(
        &mut self,
        slot: u32,
        earlier: Option<&F::Lease>,
        now: Option<&F::Lease>,
        common: &Common<'_, F>,
    ) {
        self.follow_end(slot, earlier, now);
        self.follow_client(slot, earlier, now, common.clients);
        let held = |lease: Option<&F::Lease>| {
            lease.filter(|lease| lease.state().holds_address()).map(F::Lease::address)
        };
        match (held(earlier), held(now)) {
            (None, Some(address)) => common.pools.take(address),
            (Some(address), None) => common.pools.release(address),
            (Some(_), Some(_)) | (None, None) => {}
        }
        common.tally.follow::<F>(earlier, now);
    }

    fn follow_end(&mut self, slot: u32, earlier: Option<&F::Lease>, now: Option<&F::Lease>) {
        if let Some(lease) = earlier {
            let key = (lease.until(), slot);
            self.expiry.remove(&key);
            self.reclaimed.remove(&key);
        }
        if let Some(lease) = now {
            let key = (lease.until(), slot);
            if lease.state() == State::Reclaimed {
                self.reclaimed.insert(key);
            } else if !lease.is_infinite() {
                self.expiry.insert(key);
            }
        }
    }

    fn follow_client<'a>(
        &self,
        slot: u32,
        earlier: Option<&'a F::Lease>,
        now: Option<&'a F::Lease>,
        clients: &Clients,
    ) {
        let place = Place::new(self.number, slot);
        let earlier = earlier.map_or([None, None], F::Lease::client_keys);
        let now = now.map_or([None, None], F::Lease::client_keys);
        for (before, after) in earlier.into_iter().zip(now) {
            if before != after {
                before.inspect(|key| clients.remove(key, place));
                after.inspect(|key| clients.insert(key, place));
            }
        }
    }
}
