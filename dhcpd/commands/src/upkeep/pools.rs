//! Which pools the lease store keeps.

use ruru_config::{Config, Configured, Pool, Protocol, Subnet};
use ruru_store::{Format, Memfile, PoolSetup};

/// Tells the lease store which pools there are. `earlier` is the configuration that it was told of
/// last, if it was: then only the subnets that are not the same in both cost anything.
pub fn set_pools<F: Configured + Format>(
    leases: &Memfile<F>,
    earlier: Option<&Config<F>>,
    next: &Config<F>,
) {
    let (mut gone, mut setups) = (Vec::new(), Vec::new());
    match earlier {
        None => setups.extend(next.subnets().flat_map(|subnet| pools(next, subnet))),
        Some(earlier) => {
            for change in next.subnets_changed_since(earlier) {
                gone.extend(change.earlier.iter().flat_map(|s| &s.pools).map(|pool| pool.range));
                setups.extend(change.next.iter().flat_map(|subnet| pools(next, subnet)));
            }
        }
    }
    leases.replace_pools(&gone, &setups);
}

/// The pools of a subnet, with the addresses and prefixes that are kept for reservations, or not to
/// be given at all.
fn pools<F: Configured>(
    config: &Config<F>,
    subnet: &Subnet<F>,
) -> impl Iterator<Item = PoolSetup<F>> {
    let effective = &subnet.effective;
    let keeps = effective.reservations_in_subnet && !effective.reservations_out_of_pool;
    let excludes = F::PROTOCOL == Protocol::V4
        && config.globals().compatibility.exclude_first_last
        && subnet.prefix.length() <= 24;
    subnet.pools.iter().map(move |pool| {
        let mut reserved: Vec<F::Address> = Vec::new();
        if keeps {
            let (first, last) = (pool.range.first(), pool.range.last());
            reserved.extend(subnet.hosts.addresses(first, last));
        }
        if excludes {
            reserved.extend(ends_of_blocks(pool));
            reserved.sort_unstable();
            reserved.dedup();
        }
        PoolSetup { range: pool.range, reserved }
    })
}

/// The first and the last address of each block of 256.
fn ends_of_blocks<F: Configured>(pool: &Pool<F>) -> impl Iterator<Item = F::Address> {
    let block = |address| -> u128 { F::bits(address).into() >> 8 };
    let blocks = block(pool.range.first())..=block(pool.range.last());
    let ends = blocks.flat_map(|block| [block << 8, block << 8 | 255]);
    ends.map(F::address).filter(|at| pool.range.contains(*at))
}
