//! What a lease is, which states it has, which addresses are free, and the port through which the
//! engine reaches leases.
//!
//! A [`Lease4`] changes its state only by [`Lease4::after`]. [`FreeMap`] finds a free address of a
//! pool in constant time, without a lock. [`Leases4`] is the narrow port that every store implements.

mod free;
mod lease4;
mod port;
mod state;
mod time;

pub use free::FreeMap;
pub use lease4::{Lease4, PoolId, SubnetId};
pub use port::{Found, Leases4, PoolRange, SearchOrder, StoreError};
pub use state::{Event, Refused, State};
pub use time::{INFINITE_LIFETIME, Time};
