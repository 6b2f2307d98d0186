//! Some of the leases in memory, under one lock.
//!
//! A lease stands once, in a slab; by its address its slot is found, a number of four bytes, and all
//! else that finds leases names them by their slots.

use std::collections::BTreeMap;
use std::ops::Bound;

use ruru_lease::{Family, LeaseRecord, Time};

use super::clients::Clients;
use super::counts::Tally;
use super::ends::Ends;
use super::group::Group;
use super::place::Place;
use super::pools::Pools;
use super::slab::Slab;

/// Leases of some addresses.
#[derive(Debug)]
pub(super) struct Part<F: Family> {
    number: usize,
    slab: Slab<F::Lease>,
    by_address: BTreeMap<F::Bits, u32>,
    ends: Ends,
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
    /// A part with these leases, all of whose own indexes are made at once.
    pub(super) fn new(number: usize, slab: Slab<F::Lease>) -> Self {
        let by_address = |(slot, lease): (_, &F::Lease)| (F::bits(lease.address()), slot);
        Self {
            number,
            by_address: slab.iter().map(by_address).collect(),
            ends: Ends::of::<F>(slab.iter()),
            slab,
            open: Group::default(),
        }
    }

    /// All leases with their places, in no order.
    pub(super) fn places(&self) -> impl Iterator<Item = (Place, &F::Lease)> {
        self.slab.iter().map(|(slot, lease)| (Place::new(self.number, slot), lease))
    }

    pub(super) fn len(&self) -> usize {
        self.by_address.len()
    }

    pub(super) fn get(&self, address: F::Address) -> Option<&F::Lease> {
        self.at(*self.by_address.get(&F::bits(address))?)
    }

    /// The lease in a slot.
    pub(super) fn at(&self, slot: u32) -> Option<&F::Lease> {
        self.slab.get(slot)
    }

    /// Leases in the order of their addresses.
    pub(super) fn from(&self, first: Bound<F::Address>) -> impl Iterator<Item = &F::Lease> {
        let first = first.map(F::bits);
        self.by_address.range((first, Bound::Unbounded)).filter_map(|(_, slot)| self.at(*slot))
    }

    /// Leases that have ended and are not reclaimed yet, the oldest first.
    pub(super) fn expired(&self, now: Time) -> impl Iterator<Item = &F::Lease> {
        self.ends.expired(now).filter_map(|slot| self.at(slot))
    }

    /// Leases that were reclaimed and ended at `until` or earlier.
    pub(super) fn reclaimed_before(&self, until: Time) -> impl Iterator<Item = &F::Lease> {
        self.ends.reclaimed_before(until).filter_map(|slot| self.at(slot))
    }

    /// Gives an address another lease, or none; answers the one that it had.
    pub(super) fn set(
        &mut self,
        address: F::Address,
        lease: Option<F::Lease>,
        common: &Common<'_, F>,
    ) -> Option<F::Lease> {
        let bits = F::bits(address);
        let known = self.by_address.get(&bits).copied();
        let (slot, earlier) = match lease {
            Some(lease) => {
                let slot = known.unwrap_or_else(|| self.slab.vacancy());
                if known.is_none() {
                    self.by_address.insert(bits, slot);
                }
                (slot, self.slab.fill(slot, lease))
            }
            None => {
                let slot = known?;
                self.by_address.remove(&bits);
                (slot, self.slab.remove(slot))
            }
        };
        let now = self.slab.get(slot);
        self.ends.follow::<F>(slot, earlier.as_ref(), now);
        common.follow(Place::new(self.number, slot), earlier.as_ref(), now);
        earlier
    }
}

impl<F: Family> Common<'_, F> {
    /// Brings all of it from what a place had to what it has.
    fn follow(&self, place: Place, earlier: Option<&F::Lease>, now: Option<&F::Lease>) {
        self.follow_client(place, earlier, now);
        let held = |lease: Option<&F::Lease>| {
            lease.filter(|lease| lease.state().holds_address()).map(F::Lease::address)
        };
        match (held(earlier), held(now)) {
            (None, Some(address)) => self.pools.take(address),
            (Some(address), None) => self.pools.release(address),
            (Some(_), Some(_)) | (None, None) => {}
        }
        self.tally.follow::<F>(earlier, now);
    }

    fn follow_client<'a>(
        &self,
        place: Place,
        earlier: Option<&'a F::Lease>,
        now: Option<&'a F::Lease>,
    ) {
        let earlier = earlier.map_or([None, None], F::Lease::client_keys);
        let now = now.map_or([None, None], F::Lease::client_keys);
        for (before, after) in earlier.into_iter().zip(now) {
            if before != after {
                before.inspect(|key| self.clients.remove(key, place));
                after.inspect(|key| self.clients.insert(key, place));
            }
        }
    }
}
