//! The pools of the configuration, each with its free addresses.
//!
//! A [`Pools`] is never changed: another takes its place, and shares the pools that both have. What
//! is free in a pool changes in place, by many threads at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ruru_lease::{Family, FreeMap, PoolRange, SearchOrder};

/// A pool as the configuration sets it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolSetup<F: Family> {
    /// The addresses or prefixes.
    pub range: PoolRange<F>,
    /// Those that are kept for reservations, or not to be given at all, in order.
    pub reserved: Vec<F::Address>,
}

#[derive(Debug)]
pub(super) struct Pools<F: Family> {
    /// In the order of their first addresses.
    places: Vec<Place<F>>,
}

impl<F: Family> Default for Pools<F> {
    fn default() -> Self {
        Self { places: Vec::new() }
    }
}

/// Where a pool is. There may be many, so that what is moved and looked through is small.
#[derive(Clone, Debug)]
struct Place<F: Family> {
    range: PoolRange<F>,
    /// The largest last address of this pool and all before it: pools of subnets that overlap may
    /// overlap too, and this bounds how far back one has to look.
    reach: F::Address,
    pool: Arc<Pool<F>>,
}

#[derive(Debug)]
struct Pool<F: Family> {
    setup: PoolSetup<F>,
    free: FreeMap,
}

impl<F: Family> Pools<F> {
    /// The pools without those of `gone` and with those of `setups`; one that comes back as it was
    /// keeps what it knows. The second are those among them that do not know yet which of their
    /// addresses are held.
    pub(super) fn replaced(&self, gone: &[PoolRange<F>], setups: &[PoolSetup<F>]) -> (Self, Self) {
        let gone: HashSet<PoolRange<F>> = gone.iter().copied().collect();
        let (earlier, kept): (Vec<&Place<F>>, Vec<&Place<F>>) =
            self.places.iter().partition(|place| gone.contains(&place.range));
        let earlier: HashMap<PoolRange<F>, &Arc<Pool<F>>> =
            earlier.into_iter().map(|place| (place.range, &place.pool)).collect();
        let mut all: Vec<Place<F>> = kept.into_iter().cloned().collect();
        let mut fresh = Vec::new();
        for setup in setups {
            let pool = match earlier.get(&setup.range) {
                Some(pool) if pool.setup == *setup => Place::of(Arc::clone(pool)),
                other => {
                    let turn = other.map_or(0, |pool| pool.free.turn());
                    let place = Place::of(Arc::new(Pool::new(setup.clone(), turn)));
                    fresh.push(place.clone());
                    place
                }
            };
            all.push(pool);
        }
        (Self::of(all), Self::of(fresh))
    }

    fn of(mut places: Vec<Place<F>>) -> Self {
        // What is in order already is passed over, and those few that are new are merged in.
        places.sort_by_key(|place| place.range.first());
        let mut reach = F::LOWEST;
        for place in &mut places {
            reach = reach.max(place.range.last());
            place.reach = reach;
        }
        Self { places }
    }

    pub(super) fn take(&self, address: F::Address) {
        for (pool, offset) in self.giving(address) {
            pool.free.take(offset);
        }
    }

    pub(super) fn release(&self, address: F::Address) {
        for (pool, offset) in self.giving(address) {
            if pool.setup.reserved.binary_search(&address).is_err() {
                pool.free.release(offset);
            }
        }
    }

    /// The first address from this one on that is in a pool.
    pub(super) fn covered_from(&self, address: F::Address) -> Option<F::Address> {
        if self.covering(address).next().is_some() {
            return Some(address);
        }
        let next = self.places.partition_point(|place| place.range.first() <= address);
        self.places.get(next).map(|place| place.range.first())
    }

    pub(super) fn free_address(
        &self,
        range: &PoolRange<F>,
        order: SearchOrder,
    ) -> Option<F::Address> {
        let pool = self.find(range)?;
        range.at(match order {
            SearchOrder::Iterative => pool.free.next_in_turn()?,
            SearchOrder::Random(number) => pool.free.next_free(number % range.size())?,
        })
    }

    pub(super) fn is_reserved(&self, range: &PoolRange<F>, address: F::Address) -> bool {
        self.find(range).is_some_and(|pool| pool.setup.reserved.binary_search(&address).is_ok())
    }

    fn find(&self, range: &PoolRange<F>) -> Option<&Pool<F>> {
        let from = self.places.partition_point(|place| place.range.first() < range.first());
        self.places[from..]
            .iter()
            .take_while(|place| place.range.first() == range.first())
            .find(|place| place.range == *range)
            .map(|place| &*place.pool)
    }

    /// The pools that give an address, or the prefix that begins with it, and its offset in each.
    fn giving(&self, address: F::Address) -> impl Iterator<Item = (&Pool<F>, u128)> {
        self.covering(address)
            .filter_map(move |place| Some((&*place.pool, place.range.offset_of(address)?)))
    }

    /// The pools that an address is in, be it inside a prefix.
    fn covering(&self, address: F::Address) -> impl Iterator<Item = &Place<F>> {
        let bits = F::bits(address);
        let end = self.places.partition_point(|place| F::bits(place.range.first()) <= bits);
        let start = self.places[..end].partition_point(|place| F::bits(place.reach) < bits);
        self.places[start..end].iter().filter(move |place| place.range.covers(address))
    }
}

impl<F: Family> Place<F> {
    fn of(pool: Arc<Pool<F>>) -> Self {
        Self { range: pool.setup.range, reach: pool.setup.range.last(), pool }
    }
}

impl<F: Family> Pool<F> {
    fn new(setup: PoolSetup<F>, turn: u128) -> Self {
        let free = FreeMap::with_turn(setup.range.size(), turn);
        for offset in setup.reserved.iter().filter_map(|address| setup.range.offset_of(*address)) {
            free.take(offset);
        }
        Self { setup, free }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use ruru_lease::{SubnetId, V4};

    use super::*;

    fn setup(subnet: u32, first: u8, last: u8, reserved: &[u8]) -> PoolSetup<V4> {
        let address = |n| Ipv4Addr::new(192, 0, 2, n);
        PoolSetup {
            range: PoolRange::new(SubnetId(subnet), address(first), address(last)).unwrap(),
            reserved: reserved.iter().copied().map(address).collect(),
        }
    }

    fn pools(setups: &[PoolSetup<V4>]) -> Pools<V4> {
        Pools::default().replaced(&[], setups).0
    }

    fn free(pools: &Pools<V4>, setup: &PoolSetup<V4>) -> Option<u8> {
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
