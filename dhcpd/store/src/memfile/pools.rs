//! The pools of the configuration, each with its free addresses.
//!
//! A [`Pools`] is never changed: another takes its place, and shares the pools that both have. What
//! is free in a pool changes without a lock.

use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ruru_lease::{FreeMap, PoolRange, SearchOrder};

/// A pool as the configuration sets it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolSetup {
    /// The addresses.
    pub range: PoolRange,
    /// Addresses that are kept for reservations, in order.
    pub reserved: Vec<Ipv4Addr>,
}

#[derive(Debug, Default)]
pub(super) struct Pools {
    /// In the order of their first addresses.
    places: Vec<Place>,
}

/// Where a pool is. There may be many, so that what is moved and looked through is small.
#[derive(Clone, Debug)]
struct Place {
    range: PoolRange,
    /// The largest last address of this pool and all before it: pools of subnets that overlap may
    /// overlap too, and this bounds how far back one has to look.
    reach: Ipv4Addr,
    pool: Arc<Pool>,
}

#[derive(Debug)]
struct Pool {
    setup: PoolSetup,
    free: FreeMap,
    /// Where the iterative search goes on.
    next: AtomicU64,
}

impl Pools {
    /// The pools without those of `gone` and with those of `setups`; one that comes back as it was
    /// keeps what it knows. The second are those among them that do not know yet which of their
    /// addresses are held.
    pub(super) fn replaced(&self, gone: &[PoolRange], setups: &[PoolSetup]) -> (Self, Self) {
        let gone: HashSet<PoolRange> = gone.iter().copied().collect();
        let (earlier, kept): (Vec<&Place>, Vec<&Place>) =
            self.places.iter().partition(|place| gone.contains(&place.range));
        let earlier: HashMap<PoolRange, &Arc<Pool>> =
            earlier.into_iter().map(|place| (place.range, &place.pool)).collect();
        let mut all: Vec<Place> = kept.into_iter().cloned().collect();
        let mut fresh = Vec::new();
        for setup in setups {
            let pool = match earlier.get(&setup.range) {
                Some(pool) if pool.setup == *setup => Place::of(Arc::clone(pool)),
                other => {
                    let next = other.map_or(0, |pool| pool.next.load(Ordering::Relaxed));
                    let place = Place::of(Arc::new(Pool::new(setup.clone(), next)));
                    fresh.push(place.clone());
                    place
                }
            };
            all.push(pool);
        }
        (Self::of(all), Self::of(fresh))
    }

    fn of(mut places: Vec<Place>) -> Self {
        // What is in order already is passed over, and those few that are new are merged in.
        places.sort_by_key(|place| place.range.first());
        let mut reach = Ipv4Addr::UNSPECIFIED;
        for place in &mut places {
            reach = reach.max(place.range.last());
            place.reach = reach;
        }
        Self { places }
    }

    pub(super) fn take(&self, address: Ipv4Addr) {
        for pool in self.containing(address) {
            pool.free.take(pool.offset(address));
        }
    }

    pub(super) fn release(&self, address: Ipv4Addr) {
        for pool in self.containing(address) {
            if pool.setup.reserved.binary_search(&address).is_err() {
                pool.free.release(pool.offset(address));
            }
        }
    }

    /// The first address from this one on that is in a pool.
    pub(super) fn covered_from(&self, address: Ipv4Addr) -> Option<Ipv4Addr> {
        if self.containing(address).next().is_some() {
            return Some(address);
        }
        let next = self.places.partition_point(|place| place.range.first() <= address);
        self.places.get(next).map(|place| place.range.first())
    }

    pub(super) fn free_address(&self, range: &PoolRange, order: SearchOrder) -> Option<Ipv4Addr> {
        let pool = self.find(range)?;
        let offset = match order {
            SearchOrder::Iterative => pool.next_in_turn()?,
            SearchOrder::Random(number) => pool.free.next_free(number % range.size())?,
        };
        // An offset is below the size of the pool, which has at most 2^32 addresses.
        Some(Ipv4Addr::from_bits(range.first().to_bits() + offset as u32))
    }

    pub(super) fn is_reserved(&self, range: &PoolRange, address: Ipv4Addr) -> bool {
        self.find(range).is_some_and(|pool| pool.setup.reserved.binary_search(&address).is_ok())
    }

    fn find(&self, range: &PoolRange) -> Option<&Pool> {
        let from = self.places.partition_point(|place| place.range.first() < range.first());
        self.places[from..]
            .iter()
            .take_while(|place| place.range.first() == range.first())
            .find(|place| place.range == *range)
            .map(|place| &*place.pool)
    }

    fn containing(&self, address: Ipv4Addr) -> impl Iterator<Item = &Pool> {
        let end = self.places.partition_point(|place| place.range.first() <= address);
        let start = self.places[..end].partition_point(|place| place.reach < address);
        self.places[start..end]
            .iter()
            .filter(move |place| place.range.contains(address))
            .map(|place| &*place.pool)
    }
}

impl Place {
    fn of(pool: Arc<Pool>) -> Self {
        Self { range: pool.setup.range, reach: pool.setup.range.last(), pool }
    }
}

impl Pool {
    fn new(setup: PoolSetup, next: u64) -> Self {
        let free = FreeMap::new(setup.range.size());
        let pool = Self { free, setup, next: AtomicU64::new(next) };
        for address in &pool.setup.reserved {
            pool.free.take(pool.offset(*address));
        }
        pool
    }

    /// The next free offset; two threads get two, unless there is only one.
    fn next_in_turn(&self) -> Option<u64> {
        let mut from = self.next.load(Ordering::Relaxed);
        loop {
            let offset = self.free.next_free(from)?;
            let next = (offset + 1) % self.setup.range.size();
            match self.next.compare_exchange(from, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Some(offset),
                Err(other) => from = other,
            }
        }
    }

    fn offset(&self, address: Ipv4Addr) -> u64 {
        u64::from(address.to_bits()).wrapping_sub(u64::from(self.setup.range.first().to_bits()))
    }
}

#[cfg(test)]
mod tests {
    use ruru_lease::SubnetId;

    use super::*;

    fn setup(subnet: u32, first: u8, last: u8, reserved: &[u8]) -> PoolSetup {
        let address = |n| Ipv4Addr::new(192, 0, 2, n);
        PoolSetup {
            range: PoolRange::new(SubnetId(subnet), address(first), address(last)).unwrap(),
            reserved: reserved.iter().copied().map(address).collect(),
        }
    }

    fn pools(setups: &[PoolSetup]) -> Pools {
        Pools::default().replaced(&[], setups).0
    }

    fn free(pools: &Pools, setup: &PoolSetup) -> Option<u8> {
        pools.free_address(&setup.range, SearchOrder::Iterative).map(|a| a.octets()[3])
    }

    #[test]
    fn iterative_search_goes_on_behind_the_last_address_and_skips_reserved_ones() {
        let setup = setup(1, 10, 13, &[11]);
        let pools = pools(std::slice::from_ref(&setup));
        let order: Vec<_> = (0..4).map(|_| free(&pools, &setup)).collect();
        assert_eq!(order, [Some(10), Some(12), Some(13), Some(10)]);
    }

    #[test]
    fn an_address_is_taken_from_every_pool_that_has_it() {
        let (wide, narrow) = (setup(1, 0, 255, &[]), setup(2, 200, 200, &[]));
        let pools = pools(&[wide.clone(), narrow.clone()]);
        pools.take(Ipv4Addr::new(192, 0, 2, 200));
        assert_eq!(free(&pools, &narrow), None);
        pools.release(Ipv4Addr::new(192, 0, 2, 200));
        assert_eq!(free(&pools, &narrow), Some(200));
    }

    #[test]
    fn a_reservation_keeps_its_address_when_its_lease_goes() {
        let setup = setup(1, 10, 10, &[10]);
        let pools = pools(std::slice::from_ref(&setup));
        pools.take(Ipv4Addr::new(192, 0, 2, 10));
        pools.release(Ipv4Addr::new(192, 0, 2, 10));
        assert_eq!(free(&pools, &setup), None);
    }

    #[test]
    fn pools_that_are_not_named_or_come_back_keep_what_they_know() {
        let (low, high) = (setup(1, 10, 11, &[]), setup(2, 20, 21, &[]));
        let first = pools(&[high.clone(), low.clone()]);
        assert_eq!((free(&first, &low), free(&first, &high)), (Some(10), Some(20)));
        let (second, fresh) = first.replaced(&[low.range], std::slice::from_ref(&low));
        assert!(fresh.places.is_empty());
        assert_eq!((free(&second, &low), free(&second, &high)), (Some(11), Some(21)));
        let (third, _) = second.replaced(&[low.range], &[]);
        assert_eq!((free(&third, &low), free(&third, &high)), (None, Some(20)));
    }

    #[test]
    fn a_pool_that_changed_is_fresh_and_goes_on_where_it_was() {
        let (earlier, later) = (setup(1, 10, 12, &[]), setup(1, 10, 12, &[11]));
        let first = pools(std::slice::from_ref(&earlier));
        assert_eq!(free(&first, &earlier), Some(10));
        let (second, fresh) = first.replaced(&[earlier.range], std::slice::from_ref(&later));
        fresh.take(Ipv4Addr::new(192, 0, 2, 10));
        assert_eq!((free(&second, &later), free(&second, &later)), (Some(12), Some(12)));
    }

    #[test]
    fn what_is_covered_is_found_from_anywhere() {
        let pools = pools(&[setup(1, 10, 11, &[]), setup(2, 20, 29, &[])]);
        let address = |last| Ipv4Addr::new(192, 0, 2, last);
        for (from, to) in
            [(0, Some(10)), (11, Some(11)), (12, Some(20)), (29, Some(29)), (30, None)]
        {
            assert_eq!(pools.covered_from(address(from)), to.map(address), "from {from}");
        }
    }
}
