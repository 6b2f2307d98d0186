//! Subnets.

use std::sync::Arc;

use ruru_host::HostIndex;
use ruru_json::{Map, Value};
use ruru_lease::{Resource, SubnetId};
use ruru_observe::counters::{Counters, Statistics};
use ruru_wire::{Guard, OptionSet};

use crate::Protocol;
use crate::complaint::{Complaint, Within};
use crate::config::Counting;
use crate::ddns::Ddns;
use crate::digest::KeptDigest;
use crate::effective::Effective;
use crate::family::{Configured, Inherited};
use crate::globals::Globals;
use crate::network::{Network, interface, interface_id, relays};
use crate::option;
use crate::over6::Over6;
use crate::params::Scope;
use crate::pool::Pool;
use crate::prefix::Prefix;
use crate::reservation::Reservation;
use crate::settings::{Settings, elements};

/// A subnet, resolved.
#[derive(Clone, Debug)]
pub struct Subnet<F: Configured> {
    /// The number.
    pub id: SubnetId,
    /// The prefix.
    pub prefix: Prefix<F>,
    /// The shared network that it belongs to.
    pub network: Option<Arc<Network<F>>>,
    /// What holds in it.
    pub effective: Arc<Effective<F::Inherited>>,
    /// Whose clients may be in it.
    pub guard: Guard,
    /// Classes that are evaluated for clients in it.
    pub additional: Box<[Box<str>]>,
    /// The subnet's own options.
    pub options: OptionSet<F::Code>,
    /// Pools, in the order in which they are used: of addresses, then of prefixes.
    pub pools: Box<[Pool<F>]>,
    /// Its reservations.
    pub hosts: HostIndex<Reservation<F>>,
    /// Counters.
    pub counters: Arc<Counters<<F::Statistics as Statistics>::Subnet>>,
    relays: Box<[F::Address]>,
    interface: Option<Box<str>>,
    interface_id: Option<Box<[u8]>>,
    pub(crate) over6: Option<Box<Over6>>,
    pub(crate) settings: Settings,
    pub(crate) digest: KeptDigest,
}

/// Subnets never change: one is the same as another only if it is that one.
impl<F: Configured> PartialEq for Subnet<F> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl<F: Configured> Eq for Subnet<F> {}

/// What a subnet is built below.
pub(crate) struct Parent<'a, F: Configured> {
    pub(crate) globals: &'a Globals<F>,
    pub(crate) network: Option<&'a Arc<Network<F>>>,
    pub(crate) counting: &'a Counting<'a, F>,
}

impl<F: Configured> Subnet<F> {
    pub(crate) fn build(value: &Value, parent: &Parent<'_, F>) -> Result<Self, Complaint> {
        let lists = ["pools", "pd-pools", "reservations"];
        // The list of prefixes is one that is not there in DHCPv4, and is refused as such.
        let lists = if F::PROTOCOL == Protocol::V4 { &[lists[0], lists[2]][..] } else { &lists };
        let mut settings = Settings::read_without(F::PROTOCOL, Scope::Subnet, value, lists)?;
        let id = settings
            .number("id")
            .map(SubnetId)
            .ok_or_else(|| Complaint::new("a subnet needs an 'id'"))?;
        let prefix: Prefix<F> = settings
            .text("subnet")
            .ok_or_else(|| Complaint::new("a subnet needs a 'subnet': its prefix"))?
            .parse()
            .map_err(|e: crate::InvalidPrefix| Complaint::new(e.to_string()).under("subnet"))?;
        let hosts = build_hosts(elements(value, "reservations")?, prefix, parent.globals)?;
        settings.remove(&["id"]);
        if settings.text("subnet") == Some(&prefix.to_string()) {
            settings.remove(&["subnet"]);
        }
        let inherited =
            parent.network.map_or(&parent.globals.effective, |network| &network.effective);
        let effective = Effective::below(inherited, &settings)?;
        let mut pools = Vec::new();
        for kind in [Resource::Address, Resource::Prefix] {
            let values = elements(value, list_of(kind))?;
            pools.extend(build_pools(values, kind, id, prefix, parent, &effective.ddns)?);
        }
        let subnet = Self {
            id,
            prefix,
            network: parent.network.cloned(),
            effective,
            guard: Guard::new(settings.texts("client-classes").into()),
            additional: settings.texts("evaluate-additional-classes").into(),
            options: option::encode_all(&settings, &parent.globals.definitions)?,
            pools: pools.into(),
            hosts,
            counters: parent.counting.subnet(id),
            relays: relays::<F>(&settings)?,
            interface: interface(&settings),
            interface_id: interface_id(&settings)?,
            over6: Over6::read(&settings)?.map(Box::new),
            settings,
            digest: KeptDigest::default(),
        };
        subnet.check_against_network()?;
        Ok(subnet)
    }

    /// As JSON: what was given, and its lists even if they are empty.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut map = Map::default();
        map.append("id", self.id.0);
        map.append("subnet", self.prefix.to_string());
        // The prefix may have been given in another spelling.
        self.settings.add_to(&mut map);
        let pools = |kind| {
            let pools = self.pools.iter().filter(|pool| pool.range.resource() == kind);
            pools.map(Pool::to_json).collect::<Vec<_>>()
        };
        map.append(list_of(Resource::Address), pools(Resource::Address));
        if F::PROTOCOL == Protocol::V6 {
            map.append(list_of(Resource::Prefix), pools(Resource::Prefix));
        }
        map.append(
            "reservations",
            self.hosts.iter().map(|host| host.to_json()).collect::<Vec<_>>(),
        );
        map.into()
    }

    fn check_against_network(&self) -> Result<(), Complaint> {
        let Some(network) = &self.network else { return Ok(()) };
        if let (Some(own), Some(other)) = (&self.interface, &network.interface)
            && own != other
        {
            let message = format!(
                "subnet {} is on interface {own}, its shared network '{}' is on {other}",
                self.prefix, network.name
            );
            return Err(Complaint::new(message).under("interface"));
        }
        self.effective.own.check_within(&network.effective.own, &network.name)
    }
}

impl<F: Configured> Subnet<F> {
    /// Relays whose clients are on this subnet: its own, else its network's.
    #[must_use]
    pub fn relays(&self) -> &[F::Address] {
        match &self.network {
            Some(network) if self.relays.is_empty() => &network.relays,
            Some(_) | None => &self.relays,
        }
    }

    /// The interface that it is attached to: its own, else its network's.
    #[must_use]
    pub fn interface(&self) -> Option<&str> {
        let network = self.network.as_ref().and_then(|network| network.interface.as_deref());
        self.interface.as_deref().or(network)
    }

    /// What relays call the interface that it is behind: its own, else its network's.
    #[must_use]
    pub fn interface_id(&self) -> Option<&[u8]> {
        let network = self.network.as_ref().and_then(|network| network.interface_id.as_deref());
        self.interface_id.as_deref().or(network)
    }

    /// Its pools of one kind.
    pub fn pools_of(&self, kind: Resource) -> impl Iterator<Item = &Pool<F>> {
        self.pools.iter().filter(move |pool| pool.range.resource() == kind)
    }

    /// The pool that has an address.
    #[must_use]
    pub fn pool_of(&self, address: F::Address) -> Option<&Pool<F>> {
        self.pools_of(Resource::Address).find(|pool| pool.range.contains(address))
    }

    /// Whether a client of these classes may be in it, and in its shared network.
    pub fn admits(&self, is_member: impl Fn(&str) -> bool) -> bool {
        self.guard.admits(&is_member)
            && self.network.as_ref().is_none_or(|network| network.guard.admits(&is_member))
    }

    /// How many addresses or prefixes its pools have.
    #[must_use]
    pub fn total(&self, kind: Resource) -> u128 {
        self.pools_of(kind).fold(0, |sum: u128, pool| sum.saturating_add(pool.range.size()))
    }
}

/// The list of pools of a kind.
fn list_of(kind: Resource) -> &'static str {
    match kind {
        Resource::Address => "pools",
        Resource::Prefix => "pd-pools",
    }
}

fn build_pools<F: Configured>(
    values: &[Value],
    kind: Resource,
    id: SubnetId,
    prefix: Prefix<F>,
    parent: &Parent<'_, F>,
    inherited: &Arc<Ddns>,
) -> Result<Vec<Pool<F>>, Complaint> {
    let mut pools: Vec<Pool<F>> = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        let pool = Pool::build(value, kind, id, prefix, parent, inherited);
        let pool = pool.at_index(at).under(list_of(kind))?;
        pools.push(pool);
    }
    let mut order: Vec<usize> = (0..pools.len()).collect();
    order.sort_by_key(|at| pools[*at].range);
    for pair in order.windows(2) {
        let (one, other) = (&pools[pair[0]].range, &pools[pair[1]].range);
        if one.overlaps(other) {
            let message = format!(
                "pool {} - {} overlaps pool {} - {}",
                other.first(),
                other.last(),
                one.first(),
                one.last()
            );
            let later = pair[0].max(pair[1]);
            let name = if kind == Resource::Address { "pool" } else { "prefix" };
            let complaint = Complaint::new(message).under(name);
            return Err(complaint.at_index(later).under(list_of(kind)));
        }
    }
    Ok(pools)
}

fn build_hosts<F: Configured>(
    values: &[Value],
    prefix: Prefix<F>,
    globals: &Globals<F>,
) -> Result<HostIndex<Reservation<F>>, Complaint> {
    let mut hosts = HostIndex::default();
    for (at, value) in values.iter().enumerate() {
        let settings =
            Settings::read(F::PROTOCOL, Scope::Host, value).at_index(at).under("reservations")?;
        let added = add_host(&mut hosts, settings, Some(prefix), globals);
        added.at_index(at).under("reservations")?;
    }
    Ok(hosts)
}

/// Builds a reservation and adds it to the hosts of its scope.
pub(crate) fn add_host<F: Configured>(
    hosts: &mut HostIndex<Reservation<F>>,
    settings: Settings,
    prefix: Option<Prefix<F>>,
    globals: &Globals<F>,
) -> Result<(), Complaint> {
    let reservation = Reservation::build(settings, prefix, &globals.definitions)?;
    hosts.add(Arc::new(reservation), globals.unique_addresses).map_err(|conflict| match &conflict {
        ruru_host::Conflict::Identifier(identifier) => {
            Complaint::new(conflict.to_string()).under(identifier.kind.name())
        }
        ruru_host::Conflict::Address { .. } => {
            let list = if F::PROTOCOL == Protocol::V4 { "ip-address" } else { "ip-addresses" };
            Complaint::new(conflict.to_string()).under(list)
        }
    })
}
