//! The pools of the configuration, each with its free addresses.

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
    pools: Vec<Pool>,
    /// For each pool the largest last address of it and all before it: pools of subnets that
    /// overlap may overlap too, and this bounds how far back one has to look.
    reach: Vec<Ipv4Addr>,
}

#[derive(Debug)]
struct Pool {
    setup: PoolSetup,
    free: FreeMap,
    /// Where the iterative search goes on.
    next: u64,
}

impl Pools {
    /// Sets which pools there are. `held` tells the addresses of a range that leases hold; it is
    /// asked only for pools that are new or changed.
    pub(super) fn replace(
        &mut self,
        setups: &[PoolSetup],
        held: impl Fn(&PoolRange) -> Vec<Ipv4Addr>,
    ) {
        let mut earlier: std::collections::HashMap<PoolRange, Pool> =
            self.pools.drain(..).map(|pool| (pool.setup.range, pool)).collect();
        for setup in setups {
            let pool = match earlier.remove(&setup.range) {
                Some(pool) if pool.setup == *setup => pool,
                other => {
                    let next = other.map_or(0, |pool| pool.next);
                    Pool::new(setup.clone(), next, &held(&setup.range))
                }
            };
            self.pools.push(pool);
        }
        self.pools.sort_by_key(|pool| pool.setup.range.first());
        self.reach = self
            .pools
            .iter()
            .scan(Ipv4Addr::UNSPECIFIED, |reach, pool| {
                *reach = (*reach).max(pool.setup.range.last());
                Some(*reach)
            })
            .collect();
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
        self.index(range)
            .is_some_and(|at| self.pools[at].setup.reserved.binary_search(&address).is_ok())
    }

    fn find(&mut self, range: &PoolRange) -> Option<&mut Pool> {
        let at = self.index(range)?;
        self.pools.get_mut(at)
    }

    fn index(&self, range: &PoolRange) -> Option<usize> {
        let from = self.pools.partition_point(|pool| pool.setup.range.first() < range.first());
        let same = self.pools[from..]
            .iter()
            .take_while(|pool| pool.setup.range.first() == range.first())
            .position(|pool| pool.setup.range == *range)?;
        Some(from + same)
    }

    fn containing(&mut self, address: Ipv4Addr) -> impl Iterator<Item = &mut Pool> {
        let end = self.pools.partition_point(|pool| pool.setup.range.first() <= address);
        let start = self.reach[..end].partition_point(|reach| *reach < address);
        self.pools[start..end].iter_mut().filter(move |pool| pool.setup.range.contains(address))
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
        pools.replace(std::slice::from_ref(&setup), |_| Vec::new());
        let order: Vec<_> = (0..4).map(|_| free(&mut pools, &setup)).collect();
        assert_eq!(order, [Some(10), Some(12), Some(13), Some(10)]);
    }

    #[test]
    fn an_address_is_taken_from_every_pool_that_has_it() {
        let mut pools = Pools::default();
        let (wide, narrow) = (setup(1, 0, 255, &[]), setup(2, 200, 200, &[]));
        pools.replace(&[wide.clone(), narrow.clone()], |_| Vec::new());
        pools.take(Ipv4Addr::new(192, 0, 2, 200));
        assert_eq!(free(&mut pools, &narrow), None);
        pools.release(Ipv4Addr::new(192, 0, 2, 200));
        assert_eq!(free(&mut pools, &narrow), Some(200));
    }

    #[test]
    fn a_reservation_keeps_its_address_when_its_lease_goes() {
        let mut pools = Pools::default();
        let setup = setup(1, 10, 10, &[10]);
        pools.replace(std::slice::from_ref(&setup), |_| Vec::new());
        pools.take(Ipv4Addr::new(192, 0, 2, 10));
        pools.release(Ipv4Addr::new(192, 0, 2, 10));
        assert_eq!(free(&mut pools, &setup), None);
    }

    #[test]
    fn a_changed_pool_learns_which_addresses_are_held() {
        let mut pools = Pools::default();
        let held = |_: &PoolRange| vec![Ipv4Addr::new(192, 0, 2, 10)];
        pools.replace(&[setup(1, 10, 11, &[])], |_| Vec::new());
        let setup = setup(1, 10, 12, &[12]);
        pools.replace(std::slice::from_ref(&setup), held);
        assert_eq!(free(&mut pools, &setup), Some(11));
        assert_eq!(free(&mut pools, &setup), Some(11));
    }
}
