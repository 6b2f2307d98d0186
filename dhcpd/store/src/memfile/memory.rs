//! All leases in memory.
//!
//! They lie in parts, by address, each with a lock of its own, which is held for one look or one
//! change. Threads that serve different clients hardly ever wait for each other: addresses that are
//! neighbours lie in different parts.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use ruru_lease::{Found, LeaseRecord, PoolRange, SearchOrder, StoreError, SubnetId, Time};

use super::clients::Clients;
use super::counts::{Counts, Scope, Tally};
use super::csv::{self, Format};
use super::draft::Draft;
use super::group::{Group, Ledger};
use super::part::{Common, Part};
use super::place::{PARTS, part_of};
use super::pools::{PoolSetup, Pools};

/// How many leases of each part new pools are told of at a time.
const TOLD: usize = 16;

/// All leases, the indexes by which they are found, and the pools.
#[derive(Debug)]
pub(super) struct Memory<F: Format> {
    parts: Box<[Mutex<Part<F>>]>,
    clients: Clients,
    pools: ArcSwap<Pools<F>>,
    tally: Tally,
    /// A bit for each part that has changes which are not on their way to the disk yet.
    changed: AtomicU64,
}

impl<F: Format> From<Draft<F>> for Memory<F> {
    fn from(draft: Draft<F>) -> Self {
        let parts = draft.into_slabs().enumerate().map(|(number, slab)| Part::new(number, slab));
        let parts: Vec<_> = parts.collect();
        let places = || parts.iter().flat_map(Part::places);
        let keys = places().flat_map(|(place, lease): (_, &F::Lease)| {
            lease.client_keys().into_iter().flatten().map(move |key| (key, place))
        });
        let (clients, tally) = (Clients::of(keys), Tally::default());
        places().for_each(|(_, lease)| tally.follow::<F>(None, Some(lease)));
        let (pools, changed) = (ArcSwap::default(), AtomicU64::new(0));
        Self { parts: parts.into_iter().map(Mutex::new).collect(), clients, pools, tally, changed }
    }
}

impl<F: Format> Memory<F> {
    pub(super) fn len(&self) -> usize {
        self.each_part().map(|part| part.len()).sum()
    }

    pub(super) fn get(&self, address: F::Address) -> Option<F::Lease> {
        self.part(part_of::<F>(address)).get(address).cloned()
    }

    /// The leases of a client.
    pub(super) fn of_client(&self, client: F::ClientKey<'_>) -> Found<F> {
        let of_client = |lease: &&F::Lease| lease.is_of(client);
        let places = self.clients.find(client).into_iter();
        places
            .filter_map(|place| self.part(place.part()).at(place.slot()).filter(of_client).cloned())
            .collect()
    }

    /// Up to `limit` leases from `first` to `last` in the order of addresses that `keep` keeps, of
    /// at most `sight` that it sees; and the address to go on from, if there is more to see.
    pub(super) fn page(
        &self,
        first: Bound<F::Address>,
        last: F::Address,
        limit: usize,
        sight: usize,
        keep: impl Fn(&F::Lease) -> bool,
    ) -> (Vec<F::Lease>, Option<F::Address>) {
        let mut found = Vec::new();
        for (seen, lease) in self.from(first).enumerate() {
            let address = lease.address();
            if address > last {
                break;
            }
            if keep(&lease) {
                found.push(lease);
            }
            if found.len() == limit || seen == sight {
                return (found, Some(address));
            }
        }
        (found, None)
    }

    /// Copies of leases in the order of their addresses, from `start` on, each as it is when its
    /// turn comes.
    pub(super) fn from(&self, start: Bound<F::Address>) -> impl Iterator<Item = F::Lease> {
        let first = |part: usize, first: Bound<F::Address>| {
            self.part(part).from(first).next().map(|lease| Reverse((lease.address(), part)))
        };
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
    pub(super) fn expired(&self, now: Time, limit: usize) -> Vec<F::Lease> {
        self.gather(limit, |part, rest| part.expired(now).take(rest).cloned().collect())
    }

    /// Up to `limit` leases that were reclaimed and ended at `until` or earlier.
    pub(super) fn reclaimed_before(&self, until: Time, limit: usize) -> Vec<F::Lease> {
        self.gather(limit, |part, rest| part.reclaimed_before(until).take(rest).cloned().collect())
    }

    /// All leases that `keep` keeps, in no order.
    pub(super) fn all(&self, keep: impl Fn(&F::Lease) -> bool) -> Vec<F::Lease> {
        let kept = |part: &Part<F>| -> Vec<F::Lease> {
            part.from(Bound::Unbounded).filter(|lease| keep(lease)).cloned().collect()
        };
        self.each_part().flat_map(|part| kept(&part)).collect()
    }

    fn gather(
        &self,
        limit: usize,
        some_of: impl Fn(&Part<F>, usize) -> Vec<F::Lease>,
    ) -> Vec<F::Lease> {
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
        range: &PoolRange<F>,
        order: SearchOrder,
        now: Time,
    ) -> Option<F::Address> {
        let pools = self.pools.load();
        pools.free_address(range, order).or_else(|| {
            // Only where reclaiming is off or late do leases that have ended still hold addresses.
            let is_usable = |lease: &&F::Lease| {
                !lease.holds_address(now)
                    && range.contains(lease.address())
                    && !pools.is_reserved(range, lease.address())
            };
            self.each_part()
                .find_map(|part| part.expired(now).find(is_usable).map(F::Lease::address))
        })
    }

    /// Takes pools out and puts others in; one that comes back as it was keeps what it knows.
    pub(super) fn replace_pools(&self, gone: &[PoolRange<F>], setups: &[PoolSetup<F>]) {
        let (next, fresh) = self.pools.load().replaced(gone, setups);
        self.pools.store(next.into());
        // Changes from now on are told to the new pools; what was there before is told here.
        let mut next = fresh.covered_from(F::LOWEST);
        while let Some(first) = next {
            next = self.tell(&fresh, first).and_then(|address| fresh.covered_from(address));
        }
    }

    /// Tells pools of the leases from `first` on; answers where to go on, if there are more. Nobody
    /// can change any of them meanwhile, so that they are few. They are told in the order of their
    /// addresses: what is taken in turn takes least.
    fn tell(&self, pools: &Pools<F>, first: F::Address) -> Option<F::Address> {
        let parts: Vec<_> = self.each_part().collect();
        let mut leases = Vec::with_capacity(PARTS * TOLD);
        let mut next = None;
        for part in &parts {
            let mut from = part.from(Bound::Included(first));
            leases.extend(from.by_ref().take(TOLD));
            next = [next, from.next().map(F::Lease::address)].into_iter().flatten().min();
        }
        leases.retain(|lease| next.is_none_or(|next| lease.address() < next));
        leases.sort_unstable_by_key(|lease| F::bits(lease.address()));
        let held = leases.iter().filter(|lease| lease.state().holds_address());
        held.for_each(|lease| pools.take(lease.address()));
        next
    }

    pub(super) fn counts(&self) -> HashMap<Scope, Counts> {
        self.tally.counts()
    }

    pub(super) fn assigned(&self, scope: Scope) -> u64 {
        self.tally.assigned(scope)
    }

    pub(super) fn of_subnet(&self, subnet: SubnetId) -> u64 {
        self.tally.of_subnet(subnet)
    }

    /// Gives an address that has `earlier` another lease, or none. With a ledger the change is kept
    /// to be written; the answer is then the generation that it belongs to.
    pub(super) fn change(
        &self,
        address: F::Address,
        earlier: Option<&F::Lease>,
        next: Option<F::Lease>,
        ledger: Option<&Ledger>,
    ) -> Result<u64, StoreError> {
        let number = part_of::<F>(address);
        let mut part = self.part(number);
        if part.get(address) != earlier {
            return Err(StoreError::Changed(address.into()));
        }
        let pools = self.pools.load();
        let Some(ledger) = ledger else {
            part.set(address, next, &self.common(&pools));
            return Ok(0);
        };
        match (&next, earlier) {
            (Some(lease), _) => csv::write_lease::<F>(&mut part.open.lines, lease),
            (None, Some(earlier)) => csv::write_removal::<F>(&mut part.open.lines, earlier),
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
    pub(super) fn take_changes(&self, group: &mut Group<F>) {
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
    pub(super) fn take_back(&self, group: &mut Group<F>, settle: impl FnOnce()) {
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
            parts[part_of::<F>(address)].set(address, earlier, &common);
        }
        settle();
    }

    fn common<'a>(&'a self, pools: &'a Pools<F>) -> Common<'a, F> {
        Common { clients: &self.clients, pools, tally: &self.tally }
    }

    fn each_part(&self) -> impl Iterator<Item = MutexGuard<'_, Part<F>>> {
        (0..PARTS).map(|number| self.part(number))
    }

    fn part(&self, number: usize) -> MutexGuard<'_, Part<F>> {
        // A panic in another thread left the part consistent: changes are single calls.
        self.parts[number].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
