//! All leases in memory, with their indexes.
//!
//! A lease stands once, in a slab; every index holds slot numbers of four bytes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::net::Ipv4Addr;

use ruru_lease::{
    INFINITE_LIFETIME, Lease4, PoolId, PoolRange, SearchOrder, State, SubnetId, Time,
};
use ruru_wire::v4::HardwareAddress;

use super::index::Index;
use super::pools::{PoolSetup, Pools};

/// Numbers of leases of a subnet or a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Addresses that are assigned or declined, as Kea counts them.
    pub assigned: u64,
    /// Addresses that are declined.
    pub declined: u64,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    slab: Vec<Option<Lease4>>,
    vacant: Vec<u32>,
    by_address: BTreeMap<u32, u32>,
    by_client_id: Index,
    by_hwaddr: Index,
    hasher: RandomState,
    /// End and address of leases that are still to be reclaimed.
    expiry: BTreeSet<(Time, u32)>,
    /// End and address of leases that were reclaimed and are kept for affinity.
    reclaimed: BTreeSet<(Time, u32)>,
    pools: Pools,
    counts: HashMap<(SubnetId, PoolId), Counts>,
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.by_address.len()
    }

    pub(super) fn get(&self, address: Ipv4Addr) -> Option<&Lease4> {
        self.at(*self.by_address.get(&address.to_bits())?)
    }

    pub(super) fn by_client_id(&self, client_id: &[u8]) -> impl Iterator<Item = &Lease4> {
        let hash = self.hasher.hash_one(client_id);
        self.by_client_id
            .candidates(hash)
            .filter_map(|slot| self.at(slot))
            .filter(move |lease| lease.client_id.as_deref() == Some(client_id))
    }

    pub(super) fn by_hwaddr(&self, hwaddr: &HardwareAddress) -> impl Iterator<Item = &Lease4> {
        let hash = self.hasher.hash_one(hwaddr.as_bytes());
        self.by_hwaddr
            .candidates(hash)
            .filter_map(|slot| self.at(slot))
            .filter(move |lease| lease.hwaddr == *hwaddr)
    }

    /// Leases in the order of their addresses, from the first behind `after` on.
    pub(super) fn behind(&self, after: Option<Ipv4Addr>) -> impl Iterator<Item = &Lease4> {
        let from = match after {
            None => std::ops::Bound::Unbounded,
            Some(address) => std::ops::Bound::Excluded(address.to_bits()),
        };
        self.by_address
            .range((from, std::ops::Bound::Unbounded))
            .filter_map(|(_, slot)| self.at(*slot))
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

    /// Makes room for so many more leases, so that the indexes need not grow step by step.
    pub(super) fn reserve(&mut self, leases: usize) {
        let Self { slab, by_client_id, by_hwaddr, hasher, .. } = self;
        let at = |slot: u32| slab.get(slot as usize).and_then(Option::as_ref);
        by_client_id.reserve(leases, |slot| hash_of_client_id(hasher, at(slot)));
        by_hwaddr.reserve(leases, |slot| hash_of_hwaddr(hasher, at(slot)));
        slab.reserve(leases);
    }

    /// Gives back room that turned out not to be needed.
    pub(super) fn shrink(&mut self) {
        let Self { slab, by_client_id, by_hwaddr, hasher, .. } = self;
        slab.shrink_to_fit();
        let at = |slot: u32| slab.get(slot as usize).and_then(Option::as_ref);
        by_client_id.shrink(|slot| hash_of_client_id(hasher, at(slot)));
        by_hwaddr.shrink(|slot| hash_of_hwaddr(hasher, at(slot)));
    }

    /// Stores a lease; answers the one that its address had.
    pub(super) fn put(&mut self, lease: Lease4) -> Option<Lease4> {
        let earlier = self.remove(lease.address);
        self.index(&lease);
        let slot = match self.vacant.pop() {
            Some(slot) => {
                self.slab[slot as usize] = Some(lease);
                slot
            }
            None => {
                self.slab.push(Some(lease));
                // 2^32 leases would be all addresses there are.
                u32::try_from(self.slab.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.link(slot);
        earlier
    }

    /// Removes the lease of an address; answers it.
    pub(super) fn remove(&mut self, address: Ipv4Addr) -> Option<Lease4> {
        let slot = self.by_address.remove(&address.to_bits())?;
        let lease = self.slab.get_mut(slot as usize)?.take()?;
        self.vacant.push(slot);
        self.unlink(slot, &lease);
        Some(lease)
    }

    pub(super) fn free_address(
        &mut self,
        range: &PoolRange,
        order: SearchOrder,
        now: Time,
    ) -> Option<Ipv4Addr> {
        self.pools.free_address(range, order).or_else(|| {
            // Only where reclaiming is off or late do leases that have ended still hold addresses.
            self.expired(now).map(|lease| lease.address).find(|address| {
                range.contains(*address) && !self.pools.is_reserved(range, *address)
            })
        })
    }

    /// Takes pools out and puts others in; one that comes back as it was keeps what it knows.
    pub(super) fn replace_pools(&mut self, gone: &[PoolRange], setups: &[PoolSetup]) {
        let by_address = &self.by_address;
        let slab = &self.slab;
        self.pools.replace(gone, setups, |range| {
            by_address
                .range(range.first().to_bits()..=range.last().to_bits())
                .filter(|(_, slot)| {
                    slab[**slot as usize].as_ref().is_some_and(|l| l.state.holds_address())
                })
                .map(|(address, _)| Ipv4Addr::from_bits(*address))
                .collect()
        });
    }

    pub(super) fn counts(&self) -> &HashMap<(SubnetId, PoolId), Counts> {
        &self.counts
    }

    fn at(&self, slot: u32) -> Option<&Lease4> {
        self.slab.get(slot as usize)?.as_ref()
    }

    /// What depends on the lease alone.
    fn index(&mut self, lease: &Lease4) {
        let key = (lease.until(), lease.address.to_bits());
        if lease.state == State::Reclaimed {
            self.reclaimed.insert(key);
        } else if lease.valid_lifetime != INFINITE_LIFETIME {
            self.expiry.insert(key);
        }
        if lease.state.holds_address() {
            self.pools.take(lease.address);
        }
        self.count(lease, |count| *count += 1);
    }

    /// What depends on the lease's slot.
    fn link(&mut self, slot: u32) {
        let Self { slab, hasher, .. } = self;
        let lease_at = |slot: u32| slab.get(slot as usize).and_then(Option::as_ref);
        let Some(lease) = lease_at(slot) else { return };
        self.by_address.insert(lease.address.to_bits(), slot);
        if lease.client_id.is_some() {
            let hash = hash_of_client_id(hasher, Some(lease));
            self.by_client_id.insert(hash, slot, |slot| hash_of_client_id(hasher, lease_at(slot)));
        }
        if !lease.hwaddr.is_empty() {
            let hash = hash_of_hwaddr(hasher, Some(lease));
            self.by_hwaddr.insert(hash, slot, |slot| hash_of_hwaddr(hasher, lease_at(slot)));
        }
    }

    fn unlink(&mut self, slot: u32, lease: &Lease4) {
        if lease.client_id.is_some() {
            self.by_client_id.remove(hash_of_client_id(&self.hasher, Some(lease)), slot);
        }
        self.by_hwaddr.remove(hash_of_hwaddr(&self.hasher, Some(lease)), slot);
        let key = (lease.until(), lease.address.to_bits());
        self.expiry.remove(&key);
        self.reclaimed.remove(&key);
        if lease.state.holds_address() {
            self.pools.release(lease.address);
        }
        self.count(lease, |count| *count -= 1);
    }

    fn count(&mut self, lease: &Lease4, step: fn(&mut u64)) {
        if !lease.state.holds_address() {
            return;
        }
        let counts = self.counts.entry((lease.subnet_id, lease.pool_id)).or_default();
        step(&mut counts.assigned);
        if lease.state == State::Declined {
            step(&mut counts.declined);
        }
    }
}

fn hash_of_client_id(hasher: &RandomState, lease: Option<&Lease4>) -> u64 {
    hasher.hash_one(lease.and_then(|lease| lease.client_id.as_deref()).unwrap_or_default())
}

fn hash_of_hwaddr(hasher: &RandomState, lease: Option<&Lease4>) -> u64 {
    hasher.hash_one(lease.map(|lease| lease.hwaddr.as_bytes()).unwrap_or_default())
}
