//! What a lease is, which states it has, which addresses are free, and the port through which the
//! engine reaches leases.
//!
//! A [`Lease4`] or [`Lease6`] changes its state only by [`Lease4::after`] or [`Lease6::after`].
//! What does not depend on the address family is written once, for any [`Family`]. [`FreeMap`] finds
//! a free address or prefix of a [`PoolRange`] whatever its size. [`Leases`] is the narrow port that
//! every store implements.

mod family;
mod free;
mod ids;
mod kind;
mod lease4;
mod lease6;
mod pool;
mod port;
mod state;
mod time;

pub use family::{Family, LeaseRecord, V4, V6};
pub use free::FreeMap;
pub use ids::{PoolId, SubnetId};
pub use kind::{LeaseKind, Resource};
pub use lease4::{ClientKey4, Lease4};
pub use lease6::{ClientKey6, Lease6};
pub use pool::PoolRange;
pub use port::{Found, Leases, SearchOrder, StoreError};
pub use state::{Event, Refused, State};
pub use time::{INFINITE_LIFETIME, Time};
