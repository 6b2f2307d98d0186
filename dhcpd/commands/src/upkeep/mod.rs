//! What becomes of leases by the clock alone, and which pools the lease store keeps.
//!
//! The process does this once a second, `leases-reclaim` at an operator's wish.

mod pools;
mod v4;
mod v6;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ruru_config::{Config, Configured};
use ruru_lease::{StoreError, Time};
use ruru_ncr::NameChangeRequest;
use ruru_store::{Batch, Format, Memfile};

pub use pools::set_pools;

use crate::{Commanded, Server};

/// Leases that are changed in one batch: packets wait for one batch at most.
const CHUNK: usize = 200;

/// A protocol with an engine, as far as commands and the clock need it.
pub trait Upkeep: Commanded {
    /// The engine.
    type Engine<'a>;

    /// Does something with the engine of a server; answers also what the DNS updater is to be told
    /// of it.
    fn with_engine<R>(
        server: &Server<Self>,
        work: impl FnOnce(&Self::Engine<'_>) -> R,
    ) -> (R, Vec<NameChangeRequest>);

    /// The time that the engine goes by.
    fn now(engine: &Self::Engine<'_>) -> Time;

    /// Reclaims a lease that has ended; with `remove` nothing is remembered of it.
    fn reclaim(
        engine: &Self::Engine<'_>,
        lease: Self::Lease,
        remove: bool,
        batch: &Batch<'_, Self>,
    ) -> impl Future<Output = Result<(), StoreError>>;
}

/// A protocol whose leases the DNS updater is told of.
pub trait Told: Upkeep {
    /// Tells that a lease is over that somebody deletes.
    fn tell_of_deletion(engine: &Self::Engine<'_>, lease: &Self::Lease);

    /// Tells the name of a lease once more; answers whether it has one that is told.
    fn tell_again(engine: &Self::Engine<'_>, lease: &Self::Lease) -> bool;
}

/// Reclaims one batch of leases that have ended, at most so many; answers how many there were. With
/// `remove` nothing is remembered of them.
///
/// # Errors
/// The store cannot keep the changes.
pub fn reclaim<F: Upkeep>(
    engine: &F::Engine<'_>,
    leases: &Memfile<F>,
    most: usize,
    remove: bool,
) -> Result<usize, StoreError> {
    let ended = leases.expired(F::now(engine), most.min(CHUNK));
    let count = ended.len();
    if count == 0 {
        return Ok(0);
    }
    let batch = leases.batch();
    for lease in ended {
        match pin!(F::reclaim(engine, lease, remove, &batch))
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
    config: &Config<F>,
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
