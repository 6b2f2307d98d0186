//! Subnets.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ruru_host::HostIndex;
use ruru_json::{Map, Value};
use ruru_lease::SubnetId;
use ruru_observe::counters::SubnetCounters;
use ruru_wire::v4::{Guard, OptionSet};

use super::config::Counting;
use super::ddns::Ddns;
use super::digest::KeptDigest;
use super::effective::Effective;
use super::globals::Globals;
use super::network::{Network, interface, relays};
use super::pool::Pool;
use super::reservation::Reservation;
use crate::Protocol;
use crate::complaint::{Complaint, Within};
use crate::option;
use crate::params::Scope;
use crate::prefix::Ipv4Prefix;
use crate::settings::{Settings, elements};

/// A subnet, resolved.
#[derive(Clone, Debug)]
pub struct Subnet {
    /// The number.
    pub id: SubnetId,
    /// The prefix.
    pub prefix: Ipv4Prefix,
    /// The shared network that it belongs to.
    pub network: Option<Arc<Network>>,
    /// What holds in it.
    pub effective: Arc<Effective>,
    /// Whose clients may be in it.
    pub guard: Guard,
    /// Classes that are evaluated for clients in it.
    pub additional: Box<[Box<str>]>,
    /// The subnet's own options.
    pub options: OptionSet,
    /// Pools, in the order in which they are used.
    pub pools: Box<[Pool]>,
    /// Its reservations.
    pub hosts: HostIndex<Reservation>,
    /// Counters.
    pub counters: Arc<SubnetCounters>,
    relays: Box<[Ipv4Addr]>,
    interface: Option<Box<str>>,
    pub(super) settings: Settings,
    pub(super) digest: KeptDigest,
}

/// Subnets never change: one is the same as another only if it is that one.
impl PartialEq for Subnet {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Subnet {}

/// What a subnet is built below.
pub(super) struct Parent<'a> {
    pub(super) globals: &'a Globals,
    pub(super) network: Option<&'a Arc<Network>>,
    pub(super) counting: &'a Counting<'a>,
}

impl Subnet {
    pub(super) fn build(value: &Value, parent: &Parent<'_>) -> Result<Self, Complaint> {
        let mut settings =
            Settings::read_without(Protocol::V4, Scope::Subnet, value, &["pools", "reservations"])?;
        let id = settings
            .number("id")
            .map(SubnetId)
            .ok_or_else(|| Complaint::new("a subnet needs an 'id'"))?;
        let prefix: Ipv4Prefix = settings
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
        let pools = elements(value, "pools")?;
        let pools = build_pools(pools, id, prefix, parent, &effective.ddns)?;
        let subnet = Self {
            id,
            prefix,
            network: parent.network.cloned(),
            effective,
            guard: Guard::new(settings.texts("client-classes").into()),
            additional: settings.texts("evaluate-additional-classes").into(),
            options: option::encode_all(&settings, &parent.globals.definitions)?,
            pools,
            hosts,
            counters: parent.counting.subnet(id),
            relays: relays(&settings)?,
            interface: interface(&settings),
            settings,
            digest: KeptDigest::default(),
        };
        subnet.check_against_network()?;
        Ok(subnet)
    }

    /// Relays whose clients are on this subnet: its own, else its network's.
    #[must_use]
    pub fn relays(&self) -> &[Ipv4Addr] {
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

    /// The pool that has an address.
    #[must_use]
    pub fn pool_of(&self, address: Ipv4Addr) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.range.contains(address))
    }

    /// Whether a client of these classes may be in it, and in its shared network.
    pub fn admits(&self, is_member: impl Fn(&str) -> bool) -> bool {
        self.guard.admits(&is_member)
            && self.network.as_ref().is_none_or(|network| network.guard.admits(&is_member))
    }

    /// How many addresses its pools have.
    #[must_use]
    pub fn total_addresses(&self) -> u64 {
        self.pools.iter().map(|pool| pool.range.addresses()).sum()
    }

    /// As JSON: what was given, and its lists even if they are empty.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut map = Map::default();
        map.append("id", self.id.0);
        map.append("subnet", self.prefix.to_string());
        // The prefix may have been given in another spelling.
        self.settings.add_to(&mut map);
        map.append("pools", self.pools.iter().map(Pool::to_json).collect::<Vec<_>>());
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
        if self.effective.authoritative != network.effective.authoritative {
            let message = format!(
                "'authoritative' must be the same in all subnets of shared network '{}'",
                network.name
            );
            return Err(Complaint::new(message).under("authoritative"));
        }
        Ok(())
    }
}

fn build_pools(
    values: &[Value],
    id: SubnetId,
    prefix: Ipv4Prefix,
    parent: &Parent<'_>,
    inherited: &Arc<Ddns>,
) -> Result<Box<[Pool]>, Complaint> {
    let mut pools: Vec<Pool> = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        let pool = Pool::build(value, id, prefix, parent, inherited);
        let pool = pool.at_index(at).under("pools")?;
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
            return Err(Complaint::new(message).under("pool").at_index(later).under("pools"));
        }
    }
    Ok(pools.into())
}

fn build_hosts(
    values: &[Value],
    prefix: Ipv4Prefix,
    globals: &Globals,
) -> Result<HostIndex<Reservation>, Complaint> {
    let mut hosts = HostIndex::default();
    for (at, value) in values.iter().enumerate() {
        let settings =
            Settings::read(Protocol::V4, Scope::Host, value).at_index(at).under("reservations")?;
        let added = add_host(&mut hosts, settings, Some(prefix), globals);
        added.at_index(at).under("reservations")?;
    }
    Ok(hosts)
}

/// Builds a reservation and adds it to the hosts of its scope.
pub(super) fn add_host(
    hosts: &mut HostIndex<Reservation>,
    settings: Settings,
    prefix: Option<Ipv4Prefix>,
    globals: &Globals,
) -> Result<(), Complaint> {
    let reservation = Reservation::build(settings, prefix, &globals.definitions)?;
    hosts.add(Arc::new(reservation), globals.unique_addresses).map_err(|conflict| match &conflict {
        ruru_host::Conflict::Identifier(identifier) => {
            Complaint::new(conflict.to_string()).under(identifier.kind.name())
        }
        ruru_host::Conflict::Address { .. } => {
            Complaint::new(conflict.to_string()).under("ip-address")
        }
    })
}
