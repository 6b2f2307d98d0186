//! Some of the leases in memory, under one lock.
//!
//! A lease stands once, in a slab; by its address its slot is found, a number of four bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::ops::Bound;

use ruru_lease::{INFINITE_LIFETIME, Lease4, State, Time};

use super::clients::{Clients, Key};
use super::counts::Tally;
use super::group::Group;
use super::pools::Pools;

/// Leases of some addresses.
#[derive(Debug, Default)]
pub(super) struct Part {
    slab: Vec<Option<Lease4>>,
    vacant: Vec<u32>,
    by_address: BTreeMap<u32, u32>,
    /// End and address of leases that are still to be reclaimed.
    expiry: BTreeSet<(Time, u32)>,
    /// End and address of leases that were reclaimed and are kept for affinity.
    reclaimed: BTreeSet<(Time, u32)>,
    /// Changes that are not on their way to the disk yet.
    pub(super) open: Group,
}

/// What all parts have in common and follows every change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Common<'a> {
    pub(super) clients: &'a Clients,
    pub(super) pools: &'a Pools,
    pub(super) tally: &'a Tally,
}

impl Part {
    pub(super) fn len(&self) -> usize {
        self.by_address.len()
    }

    pub(super) fn get(&self, address: Ipv4Addr) -> Option<&Lease4> {
        self.at(*self.by_address.get(&address.to_bits())?)
    }

    /// Leases in the order of their addresses.
    pub(super) fn from(&self, first: Bound<Ipv4Addr>) -> impl Iterator<Item = &Lease4> {
        let first = first.map(Ipv4Addr::to_bits);
        self.by_address.range((first, Bound::Unbounded)).filter_map(|(_, slot)| self.at(*slot))
    }

    /// Leases that have ended and are not reclaimed yet, the oldest first.
    pub(super) fn expired(&self, now: Time) -> impl Iterator<Item = &Lease4> {
        self.expiry
            .range(..=(now, u32::MAX))
            .filter_map(|(_, address)| self.get(Ipv4Addr::from_bits(*address)))
    }

    /// Leases that were reclaimed and ended at `until` or earlier.
    pub(super) fn reclaimed_before(&self, until: Time) -> impl Iterator<Item = &Lease4> {
        self.reclaimed
            .range(..=(until, u32::MAX))
            .filter_map(|(_, address)| self.get(Ipv4Addr::from_bits(*address)))
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
        address: Ipv4Addr,
        lease: Option<Lease4>,
        common: &Common<'_>,
    ) -> Option<Lease4> {
        let slot = self.by_address.get(&address.to_bits()).copied();
        let is_new = slot.is_none();
        let Some(lease) = lease else {
            let slot = slot?;
            self.by_address.remove(&address.to_bits());
            self.vacant.push(slot);
            let earlier = self.slab.get_mut(slot as usize)?.take();
            self.follow(address, earlier.as_ref(), None, common);
            return earlier;
        };
        let slot = slot.or_else(|| self.vacant.pop()).unwrap_or_else(|| {
            self.slab.push(None);
            // 2^32 leases would be all addresses there are.
            u32::try_from(self.slab.len() - 1).unwrap_or(u32::MAX)
        });
        let earlier = self.slab[slot as usize].take();
        self.follow(address, earlier.as_ref(), Some(&lease), common);
        self.slab[slot as usize] = Some(lease);
        if is_new {
            self.by_address.insert(address.to_bits(), slot);
        }
        earlier
    }

    /// Brings everything by which leases are found from what an address had to what it has.
    fn follow(
        &mut self,
        address: Ipv4Addr,
        earlier: Option<&Lease4>,
        now: Option<&Lease4>,
        common: &Common<'_>,
    ) {
        if let Some(lease) = earlier {
            let key = (lease.until(), address.to_bits());
            self.expiry.remove(&key);
            self.reclaimed.remove(&key);
        }
        if let Some(lease) = now {
            let key = (lease.until(), address.to_bits());
            if lease.state == State::Reclaimed {
                self.reclaimed.insert(key);
            } else if lease.valid_lifetime != INFINITE_LIFETIME {
                self.expiry.insert(key);
            }
        }
        for key_of in [key_of_client_id, key_of_hwaddr] {
            let (before, after) = (earlier.and_then(key_of), now.and_then(key_of));
            if before != after {
                before.inspect(|key| common.clients.remove(*key, address));
                after.inspect(|key| common.clients.insert(*key, address));
            }
        }
        let holds = |lease: Option<&Lease4>| lease.is_some_and(|l| l.state.holds_address());
        match (holds(earlier), holds(now)) {
            (false, true) => common.pools.take(address),
            (true, false) => common.pools.release(address),
            (true, true) | (false, false) => {}
        }
        common.tally.follow(earlier, now);
    }

    fn at(&self, slot: u32) -> Option<&Lease4> {
        self.slab.get(slot as usize)?.as_ref()
    }
}

fn key_of_client_id(lease: &Lease4) -> Option<Key<'_>> {
    lease.client_id.as_deref().map(Key::ClientId)
}

fn key_of_hwaddr(lease: &Lease4) -> Option<Key<'_>> {
    Some(lease.hwaddr.as_bytes()).filter(|bytes| !bytes.is_empty()).map(Key::HardwareAddress)
}
