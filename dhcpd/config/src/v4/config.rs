//! The whole configuration.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use imbl::OrdMap;
use ruru_host::HostIndex;
use ruru_json::Value;
use ruru_lease::{PoolId, SubnetId};
use ruru_observe::counters::{PoolCounters, Registry, SubnetCounters};

use ruru_wire::v4::{OptionCode, OptionSet};

use super::class::Classes;
use super::globals::Globals;
use super::index::Index;
use super::network::{Network, in_network};
use super::reservation::Reservation;
use super::subnet::{Parent, Subnet, add_host};
use crate::Protocol;
use crate::complaint::{Complaint, Within};
use crate::params::Scope;
use crate::prefix::Ipv4Prefix;
use crate::renamed::with_moved;
use crate::settings::{Settings, elements};

/// What the server works by: resolved, encoded, indexed, and never changed.
#[derive(Clone, Debug)]
pub struct Config {
    pub(super) globals: Arc<Globals>,
    pub(super) classes: Arc<Classes>,
    pub(super) networks: OrdMap<Arc<str>, NetworkEntry>,
    pub(super) subnets: OrdMap<SubnetId, Arc<Subnet>>,
    pub(super) hosts: HostIndex<Reservation>,
    pub(super) index: Index,
    /// Addresses that are configured as server identifier in any scope.
    pub(super) server_identifiers: imbl::OrdSet<Ipv4Addr>,
}

/// A shared network and its subnets, in the order in which they were added.
#[derive(Clone, Debug)]
pub(super) struct NetworkEntry {
    pub(super) network: Arc<Network>,
    pub(super) subnets: Vec<SubnetId>,
}

/// Where subnets and pools get their counters from.
pub(super) struct Counting<'a>(pub(super) &'a Registry);

impl Counting<'_> {
    pub(super) fn subnet(&self, id: SubnetId) -> Arc<SubnetCounters> {
        self.0.subnet(id.0)
    }

    pub(super) fn pool(&self, subnet: SubnetId, pool: PoolId) -> Arc<PoolCounters> {
        self.0.pool(subnet.0, pool.0)
    }
}

impl Config {
    /// Builds a configuration from `{ "Dhcp4": { … } }`.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn read(root: &Value, registry: &Registry) -> Result<Self, Complaint> {
        let map = root
            .as_map()
            .ok_or_else(|| Complaint::new("a configuration is a map with the member 'Dhcp4'"))?;
        if let Some((other, _)) = map.iter().find(|(key, _)| *key != "Dhcp4") {
            let message = format!("unknown member '{other}' beside 'Dhcp4'");
            return Err(Complaint::new(message).under(other));
        }
        let dhcp4 = map.get("Dhcp4").ok_or_else(|| Complaint::new("'Dhcp4' is missing"))?;
        Self::read_dhcp4(dhcp4, registry).under("Dhcp4")
    }

    fn read_dhcp4(value: &Value, registry: &Registry) -> Result<Self, Complaint> {
        let moved = with_moved(value);
        let value = moved.as_ref().unwrap_or(value);
        let lists = ["subnet4", "shared-networks", "reservations", "client-classes"];
        let settings = Settings::read_without(Protocol::V4, Scope::Global, value, &lists)?;
        let globals = Arc::new(Globals::build(settings)?);
        let classes = Classes::build(elements(value, "client-classes")?, &globals.definitions)?;
        let mut config = Self {
            globals,
            classes: Arc::new(classes),
            networks: OrdMap::new(),
            subnets: OrdMap::new(),
            hosts: HostIndex::default(),
            index: Index::default(),
            server_identifiers: imbl::OrdSet::new(),
        };
        config.note_server_identifier(&config.globals.options.clone());
        for class in config.classes.clone().iter() {
            config.note_server_identifier(&class.options);
        }
        for (at, host) in elements(value, "reservations")?.iter().enumerate() {
            let settings = Settings::read(Protocol::V4, Scope::Host, host)
                .at_index(at)
                .under("reservations")?;
            let added = add_host(&mut config.hosts, settings, None, &config.globals);
            added.at_index(at).under("reservations")?;
        }
        for (at, network) in elements(value, "shared-networks")?.iter().enumerate() {
            in_network(config.insert_network(network, registry).map(|_| ()), at)?;
        }
        for (at, subnet) in elements(value, "subnet4")?.iter().enumerate() {
            let inserted = config.insert_subnet(subnet, None, registry);
            inserted.at_index(at).under("subnet4")?;
        }
        Ok(config)
    }

    /// Global parameters.
    #[must_use]
    pub fn globals(&self) -> &Globals {
        &self.globals
    }

    /// Client classes.
    #[must_use]
    pub fn classes(&self) -> &Classes {
        &self.classes
    }

    /// Global reservations.
    #[must_use]
    pub fn hosts(&self) -> &HostIndex<Reservation> {
        &self.hosts
    }

    /// A subnet by its number.
    #[must_use]
    pub fn subnet(&self, id: SubnetId) -> Option<&Arc<Subnet>> {
        self.subnets.get(&id)
    }

    /// A subnet by its prefix.
    #[must_use]
    pub fn subnet_of_prefix(&self, prefix: Ipv4Prefix) -> Option<&Arc<Subnet>> {
        self.subnet(self.index.by_prefix(prefix)?)
    }

    /// Addresses that are configured as server identifier (option 54) in any scope. They stay
    /// known after their scope is gone: clients that were given one may still use it.
    #[must_use]
    pub fn server_identifiers(&self) -> &imbl::OrdSet<Ipv4Addr> {
        &self.server_identifiers
    }

    /// All subnets in the order of their numbers.
    pub fn subnets(&self) -> impl Iterator<Item = &Arc<Subnet>> {
        self.subnets.values()
    }

    /// How many subnets there are.
    #[must_use]
    pub fn subnet_count(&self) -> usize {
        self.subnets.len()
    }

    /// Names of all shared networks in order.
    pub fn network_names(&self) -> impl Iterator<Item = &str> {
        self.networks.keys().map(|name| &**name)
    }

    /// The subnet with the lowest number that contains an address and admits a client of these
    /// classes.
    pub fn subnet_containing(
        &self,
        address: Ipv4Addr,
        is_member: impl Fn(&str) -> bool,
    ) -> Option<&Arc<Subnet>> {
        let subnets = self.index.containing(address).filter_map(|id| self.subnet(id));
        subnets.filter(|subnet| subnet.admits(&is_member)).min_by_key(|subnet| subnet.id)
    }

    /// The subnet with the lowest number whose clients come through a relay and that admits a client
    /// of these classes.
    pub fn subnet_of_relay(
        &self,
        relay: Ipv4Addr,
        is_member: impl Fn(&str) -> bool,
    ) -> Option<&Arc<Subnet>> {
        let mut subnets = self.index.by_relay(relay).filter_map(|id| self.subnet(id));
        subnets.find(|subnet| subnet.admits(&is_member))
    }

    /// The subnet with the lowest number that is attached to an interface by name and admits a client
    /// of these classes.
    pub fn subnet_of_interface(
        &self,
        interface: &str,
        is_member: impl Fn(&str) -> bool,
    ) -> Option<&Arc<Subnet>> {
        let mut subnets = self.index.by_interface(interface).filter_map(|id| self.subnet(id));
        subnets.find(|subnet| subnet.admits(&is_member))
    }

    /// The subnets on the same link as `subnet`: itself first, then those of its shared network.
    pub fn link<'a>(&'a self, subnet: &'a Arc<Subnet>) -> impl Iterator<Item = &'a Arc<Subnet>> {
        let entry = subnet.network.as_ref().and_then(|network| self.networks.get(&network.name));
        let others = entry.map_or(&[][..], |entry| &entry.subnets);
        let others = others.iter().filter(|id| **id != subnet.id);
        std::iter::once(subnet).chain(others.filter_map(|id| self.subnet(*id)))
    }

    /// The configuration as `{ "Dhcp4": { … } }`, with global defaults filled in.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut dhcp4 = self.globals.settings.to_json_with_defaults();
        let alone = self.subnets().filter(|subnet| subnet.network.is_none());
        let subnets: Vec<Value> = alone.map(|subnet| subnet.to_json()).collect();
        let networks: Vec<Value> =
            self.networks.keys().filter_map(|name| self.network_to_json(name)).collect();
        let hosts: Vec<Value> = self.hosts.iter().map(|host| host.to_json()).collect();
        if let Some(map) = dhcp4.as_map_mut() {
            map.insert("subnet4", subnets);
            map.insert("shared-networks", networks);
            map.insert("reservations", hosts);
            map.insert("client-classes", self.classes.to_json());
            map.sort();
        }
        Value::object([("Dhcp4", dhcp4)])
    }

    /// A shared network with its subnets.
    #[must_use]
    pub fn network_to_json(&self, name: &str) -> Option<Value> {
        let entry = self.networks.get(name)?;
        let mut value = entry.network.settings.to_json();
        let subnets = entry.subnets.iter().filter_map(|id| self.subnet(*id));
        let subnets: Vec<Value> = subnets.map(|subnet| subnet.to_json()).collect();
        value.as_map_mut()?.insert("subnet4", subnets);
        Some(value)
    }

    pub(super) fn insert_network(
        &mut self,
        value: &Value,
        registry: &Registry,
    ) -> Result<Arc<Network>, Complaint> {
        let settings = Settings::read_without(Protocol::V4, Scope::Network, value, &["subnet4"])?;
        let network =
            Arc::new(Network::build(settings, &self.globals.effective, &self.globals.definitions)?);
        if self.networks.contains_key(&network.name) {
            let message = format!("there is a shared network '{}' already", network.name);
            return Err(Complaint::new(message).under("name"));
        }
        self.note_server_identifier(&network.options);
        let entry = NetworkEntry { network: Arc::clone(&network), subnets: Vec::new() };
        self.networks.insert(Arc::clone(&network.name), entry);
        for (at, subnet) in elements(value, "subnet4")?.iter().enumerate() {
            let inserted = self.insert_subnet(subnet, Some(&network), registry);
            inserted.at_index(at).under("subnet4")?;
        }
        Ok(network)
    }

    pub(super) fn insert_subnet(
        &mut self,
        value: &Value,
        network: Option<&Arc<Network>>,
        registry: &Registry,
    ) -> Result<Arc<Subnet>, Complaint> {
        let parent = Parent { globals: &self.globals, network, counting: &Counting(registry) };
        let subnet = Arc::new(Subnet::build(value, &parent)?);
        if let Some(other) = self.subnet(subnet.id) {
            let message = format!("subnet id {} is in use by subnet {}", subnet.id, other.prefix);
            return Err(Complaint::new(message).under("id"));
        }
        if let Some(other) = self.subnet_of_prefix(subnet.prefix) {
            let message = format!("subnet {} exists already, with id {}", other.prefix, other.id);
            return Err(Complaint::new(message).under("subnet"));
        }
        self.note_server_identifier(&subnet.options);
        self.index.add(&subnet);
        self.subnets.insert(subnet.id, Arc::clone(&subnet));
        if let Some(entry) = network.and_then(|network| self.networks.get_mut(&network.name)) {
            entry.subnets.push(subnet.id);
        }
        Ok(subnet)
    }

    fn note_server_identifier(&mut self, options: &OptionSet) {
        for option in options.iter().filter(|o| o.code == OptionCode::SERVER_IDENTIFIER) {
            if let Ok(octets) = <[u8; 4]>::try_from(&*option.content) {
                self.server_identifiers.insert(octets.into());
            }
        }
    }

    pub(super) fn take_subnet(&mut self, id: SubnetId) -> Option<Arc<Subnet>> {
        let subnet = self.subnets.remove(&id)?;
        self.index.remove(&subnet);
        if let Some(network) = &subnet.network
            && let Some(entry) = self.networks.get_mut(&network.name)
        {
            entry.subnets.retain(|other| *other != id);
        }
        Some(subnet)
    }

    /// How many pools share each statistics number of a subnet, for totals.
    #[must_use]
    pub fn pool_totals(&self, subnet: &Subnet) -> HashMap<PoolId, u64> {
        let mut totals = HashMap::new();
        for pool in &subnet.pools {
            *totals.entry(pool.id).or_default() += pool.range.addresses();
        }
        totals
    }
}
