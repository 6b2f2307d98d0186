//! The configuration of the DHCPv4 server: what only it has, and the names of what is common.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ruru_host::{IdentifierKind, Reserved4};
use ruru_lease::{PoolRange, SubnetId, V4};
use ruru_observe::counters::Dhcp4;
use ruru_wire::v4::{OptionCode, OptionSet};

use crate::Protocol;
use crate::complaint::Complaint;
use crate::family::{Configured, Inherited};
use crate::globals::compatibility;
use crate::option::{Definitions, Received};
use crate::prefix::Ipv4Prefix;
use crate::settings::Settings;

pub use crate::change::{NotFound, SubnetsOfNetwork};
pub use crate::class::Condition;
pub use crate::ddns::{Ddns, Replace, Ttl, Unwanted, Updater};
pub use crate::effective::{Allocator, Caching, Lifetime, TeeTimes};
pub use crate::globals::{
    Compatibility, ExpiredLeases, LeaseChecks, LeaseDatabase, LeaseSync, LogOutput, Logger,
    Outbound, SampleLimit, SocketType,
};

/// The whole configuration.
pub type Config = crate::Config<V4>;
/// Everything that is not a subnet, a shared network or a reservation.
pub type Globals = crate::Globals<V4>;
/// A subnet.
pub type Subnet = crate::Subnet<V4>;
/// A subnet that is not the same in two configurations.
pub type SubnetChange<'a> = crate::SubnetChange<'a, V4>;
/// A shared network.
pub type Network = crate::Network<V4>;
/// A pool.
pub type Pool = crate::Pool<V4>;
/// A reservation.
pub type Reservation = crate::Reservation<V4>;
/// A client class.
pub type ClientClass = crate::ClientClass<V4>;
/// All client classes.
pub type Classes = crate::Classes<V4>;
/// What holds in a scope.
pub type Effective = crate::Effective<Inherited4>;
/// Which sockets the server opens.
pub type Interfaces = crate::Interfaces<V4>;
/// Where it listens.
pub type InterfaceChoice = crate::InterfaceChoice<Ipv4Addr>;

/// Parameters that are inherited from scope to scope, and that only DHCPv4 has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inherited4 {
    /// Seconds for which an address that was offered is kept for its client; 0 keeps none.
    pub offer_lifetime: u32,
    /// Whether clients are told apart by client identifier first.
    pub match_client_id: bool,
    /// Whether requests for unknown addresses are refused instead of ignored.
    pub authoritative: bool,
    /// siaddr.
    pub next_server: Ipv4Addr,
    /// sname.
    pub server_hostname: Box<str>,
    /// file.
    pub boot_file_name: Box<str>,
}

/// Parameters of the server as a whole that only DHCPv4 has.
#[derive(Clone, Debug)]
pub struct Server4 {
    /// What received options must be like.
    pub received: Received,
    /// Whether replies carry the client identifier, RFC 6842.
    pub echo_client_id: bool,
    /// Whether a renewal without relay agent information is taken as if it had that of its lease.
    pub stash_agent_options: bool,
}

/// Parameters of a client class that only DHCPv4 has.
#[derive(Clone, Debug)]
pub struct Class4 {
    /// siaddr; unspecified if there is none.
    pub next_server: Ipv4Addr,
    /// sname; empty if there is none.
    pub server_hostname: Box<str>,
    /// file; empty if there is none.
    pub boot_file_name: Box<str>,
    /// Seconds for which an address that was offered is kept, if they are given.
    pub offer_lifetime: Option<u32>,
}

impl Configured for V4 {
    const PROTOCOL: Protocol = Protocol::V4;
    const USUAL_IDENTIFIERS: &'static [IdentifierKind] = &[
        IdentifierKind::HwAddress,
        IdentifierKind::Duid,
        IdentifierKind::CircuitId,
        IdentifierKind::ClientId,
    ];

    type Code = OptionCode;
    type Statistics = Dhcp4;
    type Inherited = Inherited4;
    type Server = Server4;
    type OfClass = Class4;
    type Reserved = Reserved4;
    type OfPool = ();

    fn server(settings: &Settings, definitions: &Definitions) -> Result<Server4, Complaint> {
        Ok(Server4 {
            received: Received::new(definitions, compatibility(settings).lenient_options),
            echo_client_id: settings.flag("echo-client-id").unwrap_or(true),
            stash_agent_options: settings.flag("stash-agent-options").unwrap_or(false),
        })
    }

    fn of_class(settings: &Settings) -> Result<Class4, Complaint> {
        let text = |name| settings.text(name).unwrap_or_default().into();
        Ok(Class4 {
            next_server: settings.address("next-server").unwrap_or(Ipv4Addr::UNSPECIFIED),
            server_hostname: text("server-hostname"),
            boot_file_name: text("boot-file-name"),
            offer_lifetime: settings.number("offer-lifetime"),
        })
    }

    fn reserved(settings: &Settings, prefix: Option<Ipv4Prefix>) -> Result<Reserved4, Complaint> {
        let address = settings.address("ip-address");
        if let (Some(address), Some(prefix)) = (address, prefix)
            && !prefix.contains(address)
        {
            let message = format!("reserved address {address} is not inside subnet {prefix}");
            return Err(Complaint::new(message).under("ip-address"));
        }
        if address.is_some_and(|a| a.is_unspecified() || a.is_broadcast()) {
            return Err(Complaint::new("this address cannot be reserved").under("ip-address"));
        }
        let text = |name| settings.text(name).unwrap_or_default().into();
        Ok(Reserved4 {
            address,
            next_server: settings.address("next-server").unwrap_or(Ipv4Addr::UNSPECIFIED),
            server_hostname: text("server-hostname"),
            boot_file_name: text("boot-file-name"),
        })
    }

    fn usual_spelling(reserved: &Reserved4) -> Vec<(&'static str, String)> {
        reserved.address.iter().map(|address| ("ip-address", address.to_string())).collect()
    }

    fn inside_subnet(reserved: &Reserved4) -> Vec<Ipv4Addr> {
        reserved.address.into_iter().collect()
    }

    fn pool_of_prefixes(_: &Settings, _: SubnetId) -> Result<(PoolRange<Self>, ()), Complaint> {
        Err(Complaint::new("DHCPv4 delegates no prefixes"))
    }

    fn server_identifiers(options: &OptionSet) -> Vec<Ipv4Addr> {
        let identifiers = options.iter().filter(|o| o.code == OptionCode::SERVER_IDENTIFIER);
        let address = |content: &[u8]| <[u8; 4]>::try_from(content).ok().map(Ipv4Addr::from);
        identifiers.filter_map(|option| address(&option.content)).collect()
    }
}

impl Inherited for Inherited4 {
    fn defaults() -> Self {
        Self {
            offer_lifetime: 0,
            match_client_id: true,
            authoritative: false,
            next_server: Ipv4Addr::UNSPECIFIED,
            server_hostname: "".into(),
            boot_file_name: "".into(),
        }
    }

    fn below(parent: &Self, own: &Settings) -> Result<Self, Complaint> {
        let text = |name, inherited: &str| Box::from(own.text(name).unwrap_or(inherited));
        let flag = |name, inherited| own.flag(name).unwrap_or(inherited);
        Ok(Self {
            offer_lifetime: own.number("offer-lifetime").unwrap_or(parent.offer_lifetime),
            match_client_id: flag("match-client-id", parent.match_client_id),
            authoritative: flag("authoritative", parent.authoritative),
            next_server: own.address("next-server").unwrap_or(parent.next_server),
            server_hostname: text("server-hostname", &parent.server_hostname),
            boot_file_name: text("boot-file-name", &parent.boot_file_name),
        })
    }

    fn check_within(&self, network: &Self, name: &Arc<str>) -> Result<(), Complaint> {
        if self.authoritative == network.authoritative {
            return Ok(());
        }
        let message =
            format!("'authoritative' must be the same in all subnets of shared network '{name}'");
        Err(Complaint::new(message).under("authoritative"))
    }
}

#[cfg(test)]
mod tests;
