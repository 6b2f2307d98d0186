//! The configuration of the DHCPv4 server.

mod change;
mod class;
mod config;
mod ddns;
mod digest;
mod effective;
mod globals;
mod index;
mod network;
mod pool;
mod reservation;
mod subnet;

#[cfg(test)]
mod tests;

pub use change::{NotFound, SubnetChange, SubnetsOfNetwork};
pub use class::{Classes, ClientClass, Condition};
pub use config::Config;
pub use ddns::{Ddns, Replace, Ttl, Unwanted, Updater};
pub use effective::{Allocator, Caching, Effective, Lifetime, TeeTimes};
pub use globals::{
    Compatibility, ExpiredLeases, Globals, InterfaceChoice, Interfaces, LeaseChecks, LeaseDatabase,
    LeaseSync, LogOutput, Logger, Outbound, SampleLimit, SocketType,
};
pub use network::Network;
pub use pool::Pool;
pub use reservation::Reservation;
pub use subnet::Subnet;
