//! From query to outcome: what a DHCP server decides.
//!
//! The engine is a function of its arguments. It has no socket, no clock, no thread and no
//! runtime; leases are reached through a port whose futures the memfile answers at the first poll.

mod changes;
mod classes;
mod codes;
mod dns;
mod extended;
mod hosts;
mod names;
pub mod v4;
pub mod v6;

pub use changes::NameChanges;
