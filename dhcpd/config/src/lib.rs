//! The typed configuration of the DHCP servers.
//!
//! [`params`] lists every parameter once. [`Settings`] reads a JSON map by that table and writes
//! it back; [`Config`] is what a server works by: resolved, encoded, indexed. A `Config` is never
//! changed: its functions make a next one that shares what stays the same. What the protocols have
//! in common is written once, for any [`Configured`] family; [`v4`] and [`v6`] have the rest.

mod change;
mod class;
mod complaint;
mod config;
pub mod control;
mod ddns;
mod digest;
mod effective;
mod family;
mod globals;
mod groups;
mod index;
mod network;
pub mod option;
mod over6;
pub mod params;
mod pool;
mod prefix;
mod protocol;
mod renamed;
mod reservation;
mod settings;
mod subnet;
pub mod v4;
pub mod v6;

pub use change::{NotFound, SubnetChange, SubnetsOfNetwork};
pub use class::{Classes, ClientClass, Condition};
pub use complaint::{Complaint, Step};
pub use config::{Config, pool_kind};
pub use ddns::{Ddns, Replace, Ttl, Unwanted, Updater};
pub use effective::{Allocator, Caching, Effective, Lifetime, TeeTimes};
pub use family::{Configured, Inherited};
pub use globals::{
    Compatibility, ExpiredLeases, Globals, InterfaceChoice, Interfaces, LeaseChecks, LeaseDatabase,
    LeaseSync, LogOutput, Logger, Outbound, SampleLimit, SocketType,
};
pub use network::Network;
pub use pool::Pool;
pub use prefix::{InvalidPrefix, Ipv4Prefix, Prefix};
pub use protocol::Protocol;
pub use renamed::old_spellings;
pub use reservation::Reservation;
pub use settings::{Setting, Settings};
pub use subnet::Subnet;
