//! All leases in memory.
//!
//! They lie in parts, by address, each with a lock of its own, which is held for one look or one
//! change. Threads that serve different clients hardly ever wait for each other: addresses that are
//! neighbours lie in different parts.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::Ipv4Addr;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use ruru_lease::{Found, Lease4, PoolId, PoolRange, SearchOrder, StoreError, SubnetId, Time};

use super::clients::{Clients, Key};
use super::counts::{Counts, Tally};
use super::csv;
use super::group::{Group, Ledger};
use super::part::{Common, Part};
use super::pools::{PoolSetup, Pools};

/// How many parts there are: as many as there are bits in a word.
const PARTS: usize = 64;

/// All leases, the indexes by which they are found, and the pools.
#[derive(Debug)]
pub(super) struct Leases {
    parts: Box<[Mutex<Part>]>,
    clients: Clients,
    pools: ArcSwap<Pools>,
    tally: Tally,
    /// A bit for each part that has changes which are not on their way to the disk yet.
    changed: AtomicU64,
}

impl Default for Leases {
    fn default() -> Self {
        Self {
            parts: std::iter::repeat_with(Mutex::default).take(PARTS).collect(),
            clients: Clients::default(),
            pools: ArcSwap::default(),
            tally: Tally::default(),
            changed: AtomicU64::new(0),
        }
    }
}

impl Leases {
    pub(super) fn len(&self) -> usize {
        self.each_part().map(|part| part.len()).sum()
    }

    pub(super) fn get(&self, address: Ipv4Addr) -> Option<Lease4> {
        self.part(part_of(address)).get(address).cloned()
    }

    /// The leases of a client.
    pub(super) fn of_client(&self, key: Key<'_>) -> Found {
        let is_clients = |lease: &Lease4| match key {
            Key::ClientId(id) => lease.client_id.as_deref() == Some(id),
            Key::HardwareAddress(bytes) => lease.hwaddr.as_bytes() == bytes,
        };
        let addresses = self.clients.find(key);
        addresses.into_iter().filter_map(|address| self.get(address)).filter(is_clients).collect()
    }

    /// Up to `limit` leases behind `after` in the order of addresses that `keep` keeps, of at most
    /// `sight` that it sees; and the address to go on from, if there is more to see.
    pub(super) fn page(
        &self,
        after: Option<Ipv4Addr>,
        limit: usize,
        sight: usize,
        keep: impl Fn(&Lease4) -> bool,
    ) -> (Vec<Lease4>, Option<Ipv4Addr>) {
        let mut found = Vec::new();
        for (seen, lease) in self.behind(after).enumerate() {
            let address = lease.address;
            if keep(&lease) {
                found.push(lease);
            }
            if found.len() == limit || seen == sight {
                return (found, Some(address));
            }
        }
        (found, None)
    }

    /// Copies of leases in the order of their addresses, from the first behind `after` on, each as
    /// it is when its turn comes.
    pub(super) fn behind(&self, after: Option<Ipv4Addr>) -> impl Iterator<Item = Lease4> {
        let first = |part: usize, first: Bound<Ipv4Addr>| {
            self.part(part).from(first).next().map(|lease| Reverse((lease.address, part)))
        };
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut next: BinaryHeap<_> = (0..PARTS).filter_map(|part| first(part, start)).collect();
        std::iter::from_fn(move || {
            loop {
                let Reverse((address, part)) = next.pop()?;
                next.extend(first(part, Bound::Excluded(address)));
                if let Some(lease) = self.get(address) {
                    return Some(lease);
                }
            }
        })
    }

    /// Up to `limit` leases that have ended and are not reclaimed yet; of each part the oldest.
    pub(super) fn expired(&self, now: Time, limit: usize) -> Vec<Lease4> {
        self.gather(limit, |part, rest| part.expired(now).take(rest).cloned().collect())
    }

    /// Up to `limit` leases that were reclaimed and ended at `until` or earlier.
    pub(super) fn reclaimed_before(&self, until: Time, limit: usize) -> Vec<Lease4> {
        self.gather(limit, |part, rest| part.reclaimed_before(until).take(rest).cloned().collect())
    }

    /// All leases that `keep` keeps, in no order.
    pub(super) fn all(&self, keep: impl Fn(&Lease4) -> bool) -> Vec<Lease4> {
        let kept = |part: &Part| -> Vec<Lease4> {
            part.from(Bound::Unbounded).filter(|lease| keep(lease)).cloned().collect()
        };
        self.each_part().flat_map(|part| kept(&part)).collect()
    }

    fn gather(&self, limit: usize, some_of: impl Fn(&Part, usize) -> Vec<Lease4>) -> Vec<Lease4> {
        let mut found = Vec::new();
        for part in self.each_part() {
            found.extend(some_of(&part, limit - found.len()));
            if found.len() == limit {
                break;
            }
        }
        found
    }

    pub(super) fn free_address(
        &self,
        range: &PoolRange,
        order: SearchOrder,
        now: Time,
    ) -> Option<Ipv4Addr> {
        let pools = self.pools.load();
        pools.free_address(range, order).or_else(|| {
            // Only where reclaiming is off or late do leases that have ended still hold addresses.
            let is_usable = |address: &Ipv4Addr| {
                range.contains(*address) && !pools.is_reserved(range, *address)
            };
            self.each_part()
                .find_map(|part| part.expired(now).map(|lease| lease.address).find(is_usable))
        })
    }

    /// Takes pools out and puts others in; one that comes back as it was keeps what it knows.
    pub(super) fn replace_pools(&self, gone: &[PoolRange], setups: &[PoolSetup]) {
        let (next, fresh) = self.pools.load().replaced(gone, setups);
        self.pools.store(next.into());
        // Changes from now on are told to the new pools; what was there before is told here.
        for part in self.each_part() {
            let mut from = fresh.covered_from(Ipv4Addr::UNSPECIFIED);
            while let Some(lease) = from.and_then(|from| part.from(Bound::Included(from)).next()) {
                if lease.state.holds_address() {
                    fresh.take(lease.address);
                }
                let behind = lease.address.to_bits().checked_add(1).map(Ipv4Addr::from_bits);
                from = behind.and_then(|address| fresh.covered_from(address));
            }
        }
    }

    pub(super) fn counts(&self) -> HashMap<(SubnetId, PoolId), Counts> {
        self.tally.counts()
    }

    pub(super) fn assigned(&self, subnet: SubnetId, pool: PoolId) -> u64 {
        self.tally.assigned((subnet, pool))
    }

    /// Makes room for so many more leases, so that the indexes need not grow step by step.
    pub(super) fn reserve(&self, leases: usize) {
        self.each_part().for_each(|mut part| part.reserve(leases / PARTS));
        self.clients.reserve(2 * leases);
    }

    /// Gives back room that turned out not to be needed.
    pub(super) fn shrink(&self) {
        self.each_part().for_each(|mut part| part.shrink());
        self.clients.shrink();
    }

    /// Gives an address another lease, or none, as a lease file says.
    pub(super) fn load(&self, address: Ipv4Addr, lease: Option<Lease4>) {
        self.part(part_of(address)).set(address, lease, &self.common(&self.pools.load()));
    }

    /// Gives an address that has `earlier` another lease, or none. With a ledger the change is kept
    /// to be written; the answer is then the generation that it belongs to.
    pub(super) fn change(
        &self,
        address: Ipv4Addr,
        earlier: Option<&Lease4>,
        next: Option<Lease4>,
        ledger: Option<&Ledger>,
    ) -> Result<u64, StoreError> {
        let number = part_of(address);
        let mut part = self.part(number);
        if part.get(address) != earlier {
            return Err(StoreError::Changed(address));
        }
        let pools = self.pools.load();
        let Some(ledger) = ledger else {
            part.set(address, next, &self.common(&pools));
            return Ok(0);
        };
        match (&next, earlier) {
            (Some(lease), _) => csv::write_lease(&mut part.open.lines, lease),
            (None, Some(earlier)) => csv::write_removal(&mut part.open.lines, earlier),
            (None, None) => {}
        }
        let earlier = part.set(address, next, &self.common(&pools));
        part.open.undo.push((address, earlier));
        // First the bit, then the generation: whoever closes a generation looks at the bits behind.
        if self.changed.load(Ordering::SeqCst) & (1 << number) == 0 {
            self.changed.fetch_or(1 << number, Ordering::SeqCst);
        }
        Ok(ledger.note_change())
    }

    /// Moves all changes to `group`, to be written.
    pub(super) fn take_changes(&self, group: &mut Group) {
        let changed = self.changed.swap(0, Ordering::SeqCst);
        for number in (0..PARTS).filter(|number| changed & (1 << number) != 0) {
            let open = &mut self.part(number).open;
            group.lines.push_str(&open.lines);
            group.undo.append(&mut open.undo);
            open.lines.clear();
        }
    }

    /// Takes back what could not be written, and all that was changed since and may rest on it.
    /// `settle` is called while nobody can change anything.
    pub(super) fn take_back(&self, group: &mut Group, settle: impl FnOnce()) {
        let mut parts: Vec<_> = self.each_part().collect();
        let pools = self.pools.load();
        let common = self.common(&pools);
        self.changed.store(0, Ordering::SeqCst);
        for part in &mut parts {
            part.open.lines.clear();
            while let Some((address, earlier)) = part.open.undo.pop() {
                part.set(address, earlier, &common);
            }
        }
        while let Some((address, earlier)) = group.undo.pop() {
            parts[part_of(address)].set(address, earlier, &common);
        }
        settle();
    }

    fn common<'a>(&'a self, pools: &'a Pools) -> Common<'a> {
        Common { clients: &self.clients, pools, tally: &self.tally }
    }

    fn each_part(&self) -> impl Iterator<Item = MutexGuard<'_, Part>> {
        (0..PARTS).map(|number| self.part(number))
    }

    fn part(&self, number: usize) -> MutexGuard<'_, Part> {
        // A panic in another thread left the part consistent: changes are single calls.
        self.parts[number].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn part_of(address: Ipv4Addr) -> usize {
    // The six highest bits of the product.
    (address.to_bits().wrapping_mul(0x9e37_79b9) >> 26) as usize
}
