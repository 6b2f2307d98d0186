//! What becomes of leases by the clock alone, and which pools the lease store keeps.
//!
//! The process does this once a second, `leases-reclaim` at an operator's wish.

use std::net::Ipv4Addr;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ruru_config::Configured;
use ruru_config::v4::{Config, Subnet};
use ruru_engine::v4::Engine;
use ruru_lease::{StoreError, Time, V4};
use ruru_store::{Format, Memfile, PoolSetup};

/// Leases that are changed in one batch: packets wait for one batch at most.
const CHUNK: usize = 200;

/// Reclaims one batch of leases that have ended, at most so many; answers how many there were. With
/// `remove` nothing is remembered of them.
///
/// # Errors
/// The store cannot keep the changes.
pub fn reclaim(
    engine: &Engine<'_>,
    leases: &Memfile<V4>,
    most: usize,
    remove: bool,
) -> Result<usize, StoreError> {
    let ended = leases.expired(engine.now, most.min(CHUNK));
    let count = ended.len();
    if count == 0 {
        return Ok(0);
    }
    let batch = leases.batch();
    for lease in ended {
        match pin!(engine.reclaim(lease, remove, &batch))
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            // A packet has renewed it since it was looked at; or the memfile, which is always ready.
            Poll::Ready(Ok(()) | Err(StoreError::Changed(_))) | Poll::Pending => {}
            Poll::Ready(Err(error)) => return Err(error),
        }
    }
    batch.commit()?;
    Ok(count)
}

/// Deletes reclaimed leases that were remembered long enough.
///
/// # Errors
/// The store cannot keep the changes.
pub fn forget<F: Configured + Format>(
    config: &ruru_config::Config<F>,
    leases: &Memfile<F>,
    now: Time,
) -> Result<(), StoreError> {
    let Some(hold) = config.globals().expired_leases.hold else { return Ok(()) };
    let before = Time(now.0.saturating_sub(hold));
    loop {
        let remembered = leases.reclaimed_before(before, CHUNK);
        if remembered.is_empty() {
            return Ok(());
        }
        let batch = leases.batch();
        for lease in remembered {
            // One that its client has got again meanwhile stays.
            let _ = batch.delete(&lease);
        }
        batch.commit()?;
    }
}

/// Tells the lease store which pools there are. `earlier` is the configuration that it was told of
/// last, if it was: then only the subnets that are not the same in both cost anything.
pub fn set_pools(leases: &Memfile<V4>, earlier: Option<&Config>, next: &Config) {
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

/// The pools of a subnet, with the addresses that are kept for reservations, or not to be given at
/// all.
fn pools(config: &Config, subnet: &Subnet) -> impl Iterator<Item = PoolSetup<V4>> {
    let effective = &subnet.effective;
    let keeps = effective.reservations_in_subnet && !effective.reservations_out_of_pool;
    let excludes =
        config.globals().compatibility.exclude_first_last && subnet.prefix.length() <= 24;
    subnet.pools.iter().map(move |pool| {
        let (first, last) = (pool.range.first(), pool.range.last());
        let mut reserved: Vec<Ipv4Addr> = Vec::new();
        if keeps {
            reserved.extend(subnet.hosts.addresses(first, last));
        }
        if excludes {
            let blocks = first.to_bits() >> 8..=last.to_bits() >> 8;
            let ends = blocks.flat_map(|block| [block << 8, block << 8 | 255]);
            reserved.extend(ends.map(Ipv4Addr::from_bits).filter(|at| pool.range.contains(*at)));
            reserved.sort_unstable();
            reserved.dedup();
        }
        PoolSetup { range: pool.range, reserved }
    })
}
