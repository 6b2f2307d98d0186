//! The whole configuration.

use std::collections::HashMap;
use std::net::Ipv6Addr;
use std::sync::Arc;

use imbl::OrdMap;
use ruru_host::HostIndex;
use ruru_json::Value;
use ruru_lease::{PoolId, Resource, SubnetId};
use ruru_observe::counters::{Counters, PoolKind, Registry, Statistics};
use ruru_wire::OptionSet;

use crate::class::Classes;
use crate::complaint::{Complaint, Within};
use crate::family::Configured;
use crate::globals::Globals;
use crate::index::Index;
use crate::network::{Network, in_network};
use crate::params::Scope;
use crate::prefix::Prefix;
use crate::renamed::with_moved;
use crate::reservation::Reservation;
use crate::settings::{Settings, elements};
use crate::subnet::{Parent, Subnet, add_host};

/// What the server works by: resolved, encoded, indexed, and never changed.
#[derive(Clone, Debug)]
pub struct Config<F: Configured> {
    pub(crate) globals: Arc<Globals<F>>,
    pub(crate) classes: Arc<Classes<F>>,
    pub(crate) networks: OrdMap<Arc<str>, NetworkEntry<F>>,
    pub(crate) subnets: OrdMap<SubnetId, Arc<Subnet<F>>>,
    pub(crate) hosts: HostIndex<Reservation<F>>,
    pub(crate) index: Index<F>,
    /// Addresses that are configured as server identifier in any scope.
    pub(crate) server_identifiers: imbl::OrdSet<F::Address>,
}

/// A shared network and its subnets, in the order in which they were added.
#[derive(Clone, Debug)]
pub(crate) struct NetworkEntry<F: Configured> {
    pub(crate) network: Arc<Network<F>>,
    pub(crate) subnets: Vec<SubnetId>,
}

/// Where subnets and pools get their counters from.
pub(crate) struct Counting<'a, F: Configured>(pub(crate) &'a Registry<F::Statistics>);

impl<F: Configured> Counting<'_, F> {
    pub(crate) fn subnet(
        &self,
        id: SubnetId,
    ) -> Arc<Counters<<F::Statistics as Statistics>::Subnet>> {
        self.0.subnet(id.0)
    }

    pub(crate) fn pool(
        &self,
        subnet: SubnetId,
        kind: Resource,
        pool: PoolId,
    ) -> Arc<Counters<<F::Statistics as Statistics>::Pool>> {
        self.0.pool(subnet.0, pool_kind(kind), pool.0)
    }
}

/// How pools that give a resource are counted.
#[must_use]
pub fn pool_kind(kind: Resource) -> PoolKind {
    match kind {
        Resource::Address => PoolKind::Addresses,
        Resource::Prefix => PoolKind::Prefixes,
    }
}

impl<F: Configured> Config<F> {
    /// Global parameters.
    #[must_use]
    pub fn globals(&self) -> &Globals<F> {
        &self.globals
    }

    /// Whether one comes of the other by changes of subnets, networks and reservations alone: all
    /// that is said of the process, files and sockets and logs, is the same.
    #[must_use]
    pub fn shares_globals(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.globals, &other.globals)
    }

    /// Client classes.
    #[must_use]
    pub fn classes(&self) -> &Classes<F> {
        &self.classes
    }

    /// Global reservations.
    #[must_use]
    pub fn hosts(&self) -> &HostIndex<Reservation<F>> {
        &self.hosts
    }

    /// A subnet by its number.
    #[must_use]
    pub fn subnet(&self, id: SubnetId) -> Option<&Arc<Subnet<F>>> {
        self.subnets.get(&id)
    }

    /// A subnet by its prefix.
    #[must_use]
    pub fn subnet_of_prefix(&self, prefix: Prefix<F>) -> Option<&Arc<Subnet<F>>> {
        self.subnet(self.index.by_prefix(prefix)?)
    }

    /// Addresses that are configured as server identifier (option 54) in any scope. They stay
    /// known after their scope is gone: clients that were given one may still use it.
    #[must_use]
    pub fn server_identifiers(&self) -> &imbl::OrdSet<F::Address> {
        &self.server_identifiers
    }

    /// All subnets in the order of their numbers.
    pub fn subnets(&self) -> impl Iterator<Item = &Arc<Subnet<F>>> {
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
        address: F::Address,
        is_member: impl Fn(&str) -> bool,
    ) -> Option<&Arc<Subnet<F>>> {
        let subnets = self.index.containing(address).filter_map(|id| self.subnet(id));
        subnets.filter(|subnet| subnet.admits(&is_member)).min_by_key(|subnet| subnet.id)
    }

    /// The subnet with the lowest number whose clients come through a relay and that admits a client
    /// of these classes.
    pub fn subnet_of_relay(
        &self,
        relay: F::Address,
        is_member: impl Fn(&str) -> bool,
    ) -> Option<&Arc<Subnet<F>>> {
        let mut subnets = self.index.by_relay(relay).filter_map(|id| self.subnet(id));
        subnets.find(|subnet| subnet.admits(&is_member))
    }

    /// The subnet with the lowest number that is attached to an interface by name and admits a client
    /// of these classes.
    pub fn subnet_of_interface(
        &self,
        interface: &str,
        is_member: impl Fn(&str) -> bool,
    ) -> Option<&Arc<Subnet<F>>> {
        let mut subnets = self.index.by_interface(interface).filter_map(|id| self.subnet(id));
        subnets.find(|subnet| subnet.admits(&is_member))
    }

    /// The subnet with the lowest number behind an interface of relays that admits a client of these
    /// classes, in DHCPv6.
    pub fn subnet_of_interface_id(
        &self,
        id: &[u8],
        is_member: impl Fn(&str) -> bool,
    ) -> Option<&Arc<Subnet<F>>> {
        let mut subnets = self.index.by_interface_id(id).filter_map(|id| self.subnet(id));
        subnets.find(|subnet| subnet.admits(&is_member))
    }

    /// The subnet with the lowest number for a client of DHCPv4 over DHCPv6 that admits a client of
    /// these classes: by where its message came from, by what a relay agent calls its interface, or
    /// by the interface of the DHCPv6 server.
    pub fn subnet_over6(
        &self,
        source: Option<Ipv6Addr>,
        interface_id: Option<&[u8]>,
        interface: &str,
        is_member: impl Fn(&str) -> bool,
    ) -> Option<&Arc<Subnet<F>>> {
        let fitting = self.index.over6(source, interface_id, interface);
        let subnets = fitting.filter_map(|id| self.subnet(id));
        subnets.filter(|subnet| subnet.admits(&is_member)).min_by_key(|subnet| subnet.id)
    }

    /// The subnets on the same link as `subnet`: itself first, then those of its shared network.
    pub fn link<'a>(
        &'a self,
        subnet: &'a Arc<Subnet<F>>,
    ) -> impl Iterator<Item = &'a Arc<Subnet<F>>> {
        let entry = subnet.network.as_ref().and_then(|network| self.networks.get(&network.name));
        let others = entry.map_or(&[][..], |entry| &entry.subnets);
        let others = others.iter().filter(|id| **id != subnet.id);
        std::iter::once(subnet).chain(others.filter_map(|id| self.subnet(*id)))
    }

    /// How many addresses or prefixes the pools of each statistics number of a subnet have.
    #[must_use]
    pub fn pool_totals(&self, subnet: &Subnet<F>) -> HashMap<(Resource, PoolId), u128> {
        let mut totals = HashMap::new();
        for pool in &subnet.pools {
            let total: &mut u128 = totals.entry((pool.range.resource(), pool.id)).or_default();
            *total = total.saturating_add(pool.range.size());
        }
        totals
    }
}

impl<F: Configured> Config<F> {
    /// Builds a configuration from `{ "Dhcp4": { … } }` or `{ "Dhcp6": { … } }`.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn read(root: &Value, registry: &Registry<F::Statistics>) -> Result<Self, Complaint> {
        let name = F::PROTOCOL.root();
        let map = root.as_map().ok_or_else(|| {
            Complaint::new(format!("a configuration is a map with the member '{name}'"))
        })?;
        if let Some((other, _)) = map.iter().find(|(key, _)| *key != name) {
            let message = format!("unknown member '{other}' beside '{name}'");
            return Err(Complaint::new(message).under(other));
        }
        let dhcp = map.get(name).ok_or_else(|| Complaint::new(format!("'{name}' is missing")))?;
        Self::read_globals(dhcp, registry).under(name)
    }

    fn read_globals(value: &Value, registry: &Registry<F::Statistics>) -> Result<Self, Complaint> {
        let moved = with_moved(value);
        let value = moved.as_ref().unwrap_or(value);
        let lists = [F::PROTOCOL.subnets(), "shared-networks", "reservations", "client-classes"];
        let settings = Settings::read_without(F::PROTOCOL, Scope::Global, value, &lists)?;
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
            let settings = Settings::read(F::PROTOCOL, Scope::Host, host)
                .at_index(at)
                .under("reservations")?;
            let added = add_host(&mut config.hosts, settings, None, &config.globals);
            added.at_index(at).under("reservations")?;
        }
        for (at, network) in elements(value, "shared-networks")?.iter().enumerate() {
            in_network(config.insert_network(network, registry).map(|_| ()), at)?;
        }
        for (at, subnet) in elements(value, F::PROTOCOL.subnets())?.iter().enumerate() {
            let inserted = config.insert_subnet(subnet, None, registry);
            inserted.at_index(at).under(F::PROTOCOL.subnets())?;
        }
        Ok(config)
    }

    /// The configuration as it is read, with global defaults filled in.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut dhcp = self.globals.settings.to_json_with_defaults();
        let alone = self.subnets().filter(|subnet| subnet.network.is_none());
        let subnets: Vec<Value> = alone.map(|subnet| subnet.to_json()).collect();
        let networks: Vec<Value> =
            self.networks.keys().filter_map(|name| self.network_to_json(name)).collect();
        let hosts: Vec<Value> = self.hosts.iter().map(|host| host.to_json()).collect();
        if let Some(map) = dhcp.as_map_mut() {
            map.insert(F::PROTOCOL.subnets(), subnets);
            map.insert("shared-networks", networks);
            map.insert("reservations", hosts);
            map.insert("client-classes", self.classes.to_json());
            map.sort();
        }
        Value::object([(F::PROTOCOL.root(), dhcp)])
    }

    /// A shared network with its subnets.
    #[must_use]
    pub fn network_to_json(&self, name: &str) -> Option<Value> {
        let entry = self.networks.get(name)?;
        let mut value = entry.network.settings.to_json();
        let subnets = entry.subnets.iter().filter_map(|id| self.subnet(*id));
        let subnets: Vec<Value> = subnets.map(|subnet| subnet.to_json()).collect();
        value.as_map_mut()?.insert(F::PROTOCOL.subnets(), subnets);
        Some(value)
    }

    pub(crate) fn insert_network(
        &mut self,
        value: &Value,
        registry: &Registry<F::Statistics>,
    ) -> Result<Arc<Network<F>>, Complaint> {
        let settings =
            Settings::read_without(F::PROTOCOL, Scope::Network, value, &[F::PROTOCOL.subnets()])?;
        let network =
            Arc::new(Network::build(settings, &self.globals.effective, &self.globals.definitions)?);
        if self.networks.contains_key(&network.name) {
            let message = format!("there is a shared network '{}' already", network.name);
            return Err(Complaint::new(message).under("name"));
        }
        self.note_server_identifier(&network.options);
        let entry = NetworkEntry { network: Arc::clone(&network), subnets: Vec::new() };
        self.networks.insert(Arc::clone(&network.name), entry);
        for (at, subnet) in elements(value, F::PROTOCOL.subnets())?.iter().enumerate() {
            let inserted = self.insert_subnet(subnet, Some(&network), registry);
            inserted.at_index(at).under(F::PROTOCOL.subnets())?;
        }
        Ok(network)
    }

    pub(crate) fn insert_subnet(
        &mut self,
        value: &Value,
        network: Option<&Arc<Network<F>>>,
        registry: &Registry<F::Statistics>,
    ) -> Result<Arc<Subnet<F>>, Complaint> {
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

    fn note_server_identifier(&mut self, options: &OptionSet<F::Code>) {
        self.server_identifiers.extend(F::server_identifiers(options));
    }

    pub(crate) fn take_subnet(&mut self, id: SubnetId) -> Option<Arc<Subnet<F>>> {
        let subnet = self.subnets.remove(&id)?;
        self.index.remove(&subnet);
        if let Some(network) = &subnet.network
            && let Some(entry) = self.networks.get_mut(&network.name)
        {
            entry.subnets.retain(|other| *other != id);
        }
        Some(subnet)
    }
}
