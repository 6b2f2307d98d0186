//! Name change requests: what a DHCP server tells the DDNS server about a lease.
//!
//! A request asks for the records of one name and one address to be added or removed. It travels in
//! one UDP datagram, which nobody acknowledges: two bytes of length in network order, then JSON, as
//! Kea 3.0 writes it. What can be said in a request is in [`NameChangeRequest`]; [`Name`], [`Dhcid`]
//! and [`Expiry`] are always right, so a request that exists can be carried out.

mod decode;
mod dhcid;
mod encode;
mod expiry;
mod name;
mod request;
#[cfg(test)]
mod tests;

pub use decode::{DecodeError, ValueError};
pub use dhcid::{Dhcid, DhcidError};
pub use expiry::{Expiry, ExpiryError};
pub use name::{Name, NameError};
pub use request::{Change, ConflictResolution, Directions, NameChangeRequest};
