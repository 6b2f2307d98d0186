//! The configuration of the DHCPv6 server: what only it has, and the names of what is common.

mod inherited;
mod pool;
mod reserved;
mod server;

use std::net::Ipv6Addr;

use ruru_host::{IdentifierKind, Reserved6};
use ruru_lease::{PoolRange, SubnetId, V6};
use ruru_observe::counters::Dhcp6;
use ruru_wire::v6::{OptionCode, OptionSet};

use crate::Protocol;
use crate::class::lifetime;
use crate::complaint::Complaint;
use crate::family::Configured;
use crate::option::Definitions;
use crate::prefix::Prefix;
use crate::settings::Settings;

pub use crate::change::{NotFound, SubnetsOfNetwork};
pub use crate::class::Condition;
pub use crate::ddns::{Ddns, Replace, Ttl, Unwanted, Updater};
pub use crate::effective::{Allocator, Caching, Lifetime, TeeTimes};
pub use crate::globals::{
    Compatibility, ExpiredLeases, LeaseChecks, LeaseDatabase, LeaseSync, LogOutput, Logger,
    SampleLimit,
};
pub use inherited::{Inherited6, Preferred, within};
pub use server::{DuidKind, MacSource, Server6, ServerId};

/// The whole configuration.
pub type Config = crate::Config<V6>;
/// Everything that is not a subnet, a shared network or a reservation.
pub type Globals = crate::Globals<V6>;
/// A subnet.
pub type Subnet = crate::Subnet<V6>;
/// A subnet that is not the same in two configurations.
pub type SubnetChange<'a> = crate::SubnetChange<'a, V6>;
/// A shared network.
pub type Network = crate::Network<V6>;
/// A pool.
pub type Pool = crate::Pool<V6>;
/// A reservation.
pub type Reservation = crate::Reservation<V6>;
/// A client class.
pub type ClientClass = crate::ClientClass<V6>;
/// All client classes.
pub type Classes = crate::Classes<V6>;
/// What holds in a scope.
pub type Effective = crate::Effective<Inherited6>;
/// Which sockets the server opens.
pub type Interfaces = crate::Interfaces<V6>;
/// Where it listens.
pub type InterfaceChoice = crate::InterfaceChoice<Ipv6Addr>;

/// Parameters of a client class that only DHCPv6 has.
#[derive(Clone, Debug)]
pub struct Class6 {
    /// For how long new connections may use an address, if it is given.
    pub preferred: Option<Lifetime>,
}

/// Parameters of a pool that only DHCPv6 has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool6 {
    /// What clients must leave out of a prefix of the pool, as part of the pool's first one
    /// (RFC 6603).
    pub excluded: Option<ruru_wire::v6::Prefix>,
}

impl Configured for V6 {
    const PROTOCOL: Protocol = Protocol::V6;
    const USUAL_IDENTIFIERS: &'static [IdentifierKind] =
        &[IdentifierKind::HwAddress, IdentifierKind::Duid];

    type Code = OptionCode;
    type Statistics = Dhcp6;
    type Inherited = Inherited6;
    type Server = Server6;
    type OfClass = Class6;
    type Reserved = Reserved6;
    type OfPool = Pool6;

    fn server(settings: &Settings, definitions: &Definitions) -> Result<Server6, Complaint> {
        Server6::read(settings, definitions)
    }

    fn of_class(settings: &Settings) -> Result<Class6, Complaint> {
        Ok(Class6 { preferred: lifetime(settings, inherited::PREFERRED)? })
    }

    fn reserved(settings: &Settings, prefix: Option<Prefix<Self>>) -> Result<Reserved6, Complaint> {
        reserved::read(settings, prefix)
    }

    fn usual_spelling(_: &Reserved6) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn inside_subnet(reserved: &Reserved6) -> Vec<Ipv6Addr> {
        reserved.addresses.to_vec()
    }

    fn pool_of_prefixes(
        settings: &Settings,
        subnet: SubnetId,
    ) -> Result<(PoolRange<Self>, Pool6), Complaint> {
        pool::of_prefixes(settings, subnet)
    }

    fn server_identifiers(_: &OptionSet) -> Vec<Ipv6Addr> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests;
