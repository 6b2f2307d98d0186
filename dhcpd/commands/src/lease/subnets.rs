//! The leases of some subnets, without a look at all others.
//!
//! Leases of a subnet nearly always lie in its prefix or in its pools of prefixes. These are looked
//! through; only if the subnets have more leases than that all are.

use std::collections::HashSet;
use std::ops::Bound;

use ruru_lease::{LeaseRecord, Resource, SubnetId};

use super::LeaseCommands;
use super::find::{CHUNK, collect};
use crate::Server;

/// The leases of subnets, in the order of their addresses.
pub(super) fn of_subnets<F: LeaseCommands>(server: &Server<F>, ids: Vec<u32>) -> Vec<F::Lease> {
    let ids: HashSet<SubnetId> = ids.into_iter().map(SubnetId).collect();
    let is_wanted = |lease: &F::Lease| ids.contains(&lease.subnet_id());
    let known: u64 = ids.iter().map(|id| server.leases.count_of(*id)).sum();
    let mut found = Vec::new();
    if known > 0 {
        for (first, last) in ranges(server, &ids) {
            between(server, first, last, is_wanted, &mut found);
        }
    }
    if found.len() as u64 >= known { found } else { collect(server, is_wanted) }
}

/// Where leases of subnets are to be expected: ranges of addresses in order, none of which overlap.
fn ranges<F: LeaseCommands>(
    server: &Server<F>,
    ids: &HashSet<SubnetId>,
) -> Vec<(F::Address, F::Address)> {
    let mut ranges = Vec::new();
    for subnet in ids.iter().filter_map(|id| server.config.subnet(*id)) {
        ranges.push((subnet.prefix.first(), subnet.prefix.last()));
        let pools = subnet.pools_of(Resource::Prefix);
        ranges.extend(pools.map(|pool| (pool.range.first(), pool.range.last())));
    }
    ranges.sort_unstable();
    ranges.dedup_by(|next, earlier| {
        let overlaps = next.0 <= earlier.1;
        if overlaps {
            earlier.1 = earlier.1.max(next.1);
        }
        overlaps
    });
    ranges
}

/// Leases from `first` to `last` that `keep` keeps, a chunk at a time.
fn between<F: LeaseCommands>(
    server: &Server<F>,
    first: F::Address,
    last: F::Address,
    keep: impl Fn(&F::Lease) -> bool,
    leases: &mut Vec<F::Lease>,
) {
    let mut from = Bound::Included(first);
    loop {
        let (found, more) = server.leases.page_between(from, last, CHUNK, &keep);
        leases.extend(found);
        let Some(more) = more else { return };
        from = Bound::Excluded(more);
    }
}
