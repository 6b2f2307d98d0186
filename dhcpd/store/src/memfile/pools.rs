//! The pools of the configuration, each with its free addresses.

use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;

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
#[derive(Debug)]
struct Place {
    range: PoolRange,
    /// The largest last address of this pool and all before it: pools of subnets that overlap may
    /// overlap too, and this bounds how far back one has to look.
    reach: Ipv4Addr,
    pool: Box<Pool>,
}

#[derive(Debug)]
struct Pool {
    setup: PoolSetup,
    free: FreeMap,
    /// Where the iterative search goes on.
    next: u64,
}

impl Pools {
    /// Takes pools out and puts others in; one that comes back as it was keeps what it knows.
    /// `held` tells the addresses of a range that leases hold; it is asked only for pools that are
    /// new or changed.
    pub(super) fn replace(
        &mut self,
        gone: &[PoolRange],
        setups: &[PoolSetup],
        held: impl Fn(&PoolRange) -> Vec<Ipv4Addr>,
    ) {
        let mut earlier = self.take_out(gone);
        for setup in setups {
            let pool = match earlier.remove(&setup.range) {
                Some(pool) if pool.setup == *setup => pool,
                other => {
                    let next = other.map_or(0, |pool| pool.next);
                    Box::new(Pool::new(setup.clone(), next, &held(&setup.range)))
                }
            };
            self.places.push(Place { range: setup.range, reach: setup.range.last(), pool });
        }
        // What is in order already is passed over, and those few that are new are merged in.
        self.places.sort_by_key(|place| place.range.first());
        let mut reach = Ipv4Addr::UNSPECIFIED;
        for place in &mut self.places {
            reach = reach.max(place.range.last());
            place.reach = reach;
        }
    }

    fn take_out(&mut self, gone: &[PoolRange]) -> HashMap<PoolRange, Box<Pool>> {
        let gone: HashSet<PoolRange> = gone.iter().copied().collect();
        if gone.is_empty() {
            return HashMap::new();
        }
        let out = self.places.extract_if(.., |place| gone.contains(&place.range));
        out.map(|place| (place.range, place.pool)).collect()
    }

    pub(super) fn take(&mut self, address: Ipv4Addr) {
        for pool in self.containing(address) {
            pool.free.take(pool.offset(address));
        }
    }

    pub(super) fn release(&mut self, address: Ipv4Addr) {
        for pool in self.containing(address) {
            if pool.setup.reserved.binary_search(&address).is_err() {
                pool.free.release(pool.offset(address));
            }
        }
    }

    pub(super) fn free_address(
        &mut self,
        range: &PoolRange,
        order: SearchOrder,
    ) -> Option<Ipv4Addr> {
        let pool = self.find(range)?;
        let from = match order {
            SearchOrder::Iterative => pool.next,
            SearchOrder::Random(number) => number % range.size(),
        };
        let offset = pool.free.next_free(from)?;
        pool.next = (offset + 1) % range.size();
        // An offset is below the size of the pool, which has at most 2^32 addresses.
        Some(Ipv4Addr::from_bits(range.first().to_bits() + offset as u32))
    }

    pub(super) fn is_reserved(&self, range: &PoolRange, address: Ipv4Addr) -> bool {
        let reserved = |at: usize| &self.places[at].pool.setup.reserved;
        self.index(range).is_some_and(|at| reserved(at).binary_search(&address).is_ok())
    }

    fn find(&mut self, range: &PoolRange) -> Option<&mut Pool> {
        let at = self.index(range)?;
        self.places.get_mut(at).map(|place| &mut *place.pool)
    }

    fn index(&self, range: &PoolRange) -> Option<usize> {
        let from = self.places.partition_point(|place| place.range.first() < range.first());
        let same = self.places[from..]
            .iter()
            .take_while(|place| place.range.first() == range.first())
            .position(|place| place.range == *range)?;
        Some(from + same)
    }

    fn containing(&mut self, address: Ipv4Addr) -> impl Iterator<Item = &mut Pool> {
        let end = self.places.partition_point(|place| place.range.first() <= address);
        let start = self.places[..end].partition_point(|place| place.reach < address);
        self.places[start..end]
            .iter_mut()
            .filter(move |place| place.range.contains(address))
            .map(|place| &mut *place.pool)
    }
}

impl Pool {
    fn new(setup: PoolSetup, next: u64, held: &[Ipv4Addr]) -> Self {
        let mut pool = Self { free: FreeMap::new(setup.range.size()), setup, next };
        for address in held {
            pool.free.take(pool.offset(*address));
        }
        for index in 0..pool.setup.reserved.len() {
            pool.free.take(pool.offset(pool.setup.reserved[index]));
        }
        pool
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

    fn free(pools: &mut Pools, setup: &PoolSetup) -> Option<u8> {
        pools.free_address(&setup.range, SearchOrder::Iterative).map(|a| a.octets()[3])
    }

    #[test]
    fn iterative_search_goes_on_behind_the_last_address_and_skips_reserved_ones() {
        let mut pools = Pools::default();
        let setup = setup(1, 10, 13, &[11]);
        pools.replace(&[], std::slice::from_ref(&setup), |_| Vec::new());
        let order: Vec<_> = (0..4).map(|_| free(&mut pools, &setup)).collect();
        assert_eq!(order, [Some(10), Some(12), Some(13), Some(10)]);
    }

    #[test]
    fn an_address_is_taken_from_every_pool_that_has_it() {
        let mut pools = Pools::default();
        let (wide, narrow) = (setup(1, 0, 255, &[]), setup(2, 200, 200, &[]));
        pools.replace(&[], &[wide.clone(), narrow.clone()], |_| Vec::new());
        pools.take(Ipv4Addr::new(192, 0, 2, 200));
        assert_eq!(free(&mut pools, &narrow), None);
        pools.release(Ipv4Addr::new(192, 0, 2, 200));
        assert_eq!(free(&mut pools, &narrow), Some(200));
    }

    #[test]
    fn a_reservation_keeps_its_address_when_its_lease_goes() {
        let mut pools = Pools::default();
        let setup = setup(1, 10, 10, &[10]);
        pools.replace(&[], std::slice::from_ref(&setup), |_| Vec::new());
        pools.take(Ipv4Addr::new(192, 0, 2, 10));
        pools.release(Ipv4Addr::new(192, 0, 2, 10));
        assert_eq!(free(&mut pools, &setup), None);
    }

    #[test]
    fn a_changed_pool_learns_which_addresses_are_held() {
        let mut pools = Pools::default();
        let held = |_: &PoolRange| vec![Ipv4Addr::new(192, 0, 2, 10)];
        let earlier = setup(1, 10, 11, &[]);
        pools.replace(&[], std::slice::from_ref(&earlier), |_| Vec::new());
        let setup = setup(1, 10, 12, &[12]);
        pools.replace(&[earlier.range], std::slice::from_ref(&setup), held);
        assert_eq!(free(&mut pools, &setup), Some(11));
        assert_eq!(free(&mut pools, &setup), Some(11));
        assert_eq!(free(&mut pools, &earlier), None);
    }

    #[test]
    fn pools_that_are_not_named_or_come_back_keep_what_they_know() {
        let mut pools = Pools::default();
        let (low, high) = (setup(1, 10, 11, &[]), setup(2, 20, 21, &[]));
        pools.replace(&[], &[high.clone(), low.clone()], |_| Vec::new());
        assert_eq!((free(&mut pools, &low), free(&mut pools, &high)), (Some(10), Some(20)));
        let unasked = |_: &PoolRange| unreachable!("nothing is new");
        pools.replace(&[low.range], std::slice::from_ref(&low), unasked);
        assert_eq!((free(&mut pools, &low), free(&mut pools, &high)), (Some(11), Some(21)));
        pools.replace(&[low.range], &[], unasked);
        assert_eq!((free(&mut pools, &low), free(&mut pools, &high)), (None, Some(20)));
    }
}
