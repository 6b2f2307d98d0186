//! Next configurations that differ in one subnet, network or reservation.
//!
//! Each function leaves the configuration as it is and answers the next one, which shares
//! everything else with it.

use std::sync::Arc;

use imbl::ordmap::DiffItem;
use ruru_host::Identifier;
use ruru_json::Value;
use ruru_lease::SubnetId;
use ruru_observe::counters::Registry;

use crate::complaint::Complaint;
use crate::config::{Config, NetworkEntry};
use crate::family::Configured;
use crate::network::Network;
use crate::prefix::Prefix;
use crate::reservation::Reservation;
use crate::settings::Settings;
use crate::subnet::{Subnet, add_host};

/// What was to be changed does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFound;

/// What becomes of the subnets of a shared network that goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubnetsOfNetwork {
    /// They stay, outside any network.
    Keep,
    /// They go with it.
    Delete,
}

/// A subnet that is not the same in two configurations.
#[derive(Clone, Copy, Debug)]
pub struct SubnetChange<'a, F: Configured> {
    /// As it was, if there was one.
    pub earlier: Option<&'a Arc<Subnet<F>>>,
    /// As it is, if there is one.
    pub next: Option<&'a Arc<Subnet<F>>>,
}

impl<F: Configured> Config<F> {
    /// The subnets that are not shared with an earlier configuration, in the order of their
    /// numbers. What both share as a whole is passed over.
    pub fn subnets_changed_since<'a>(
        &'a self,
        earlier: &'a Self,
    ) -> impl Iterator<Item = SubnetChange<'a, F>> {
        earlier.subnets.diff(&self.subnets).map(|item| match item {
            DiffItem::Add(_, next) => SubnetChange { earlier: None, next: Some(next) },
            DiffItem::Update { old: (_, earlier), new: (_, next) } => {
                SubnetChange { earlier: Some(earlier), next: Some(next) }
            }
            DiffItem::Remove(_, earlier) => SubnetChange { earlier: Some(earlier), next: None },
        })
    }

    /// With one more subnet; in a shared network, if one is named.
    ///
    /// # Errors
    /// The subnet is wrong, or its id or prefix is in use.
    pub fn with_subnet(
        &self,
        value: &Value,
        registry: &Registry<F::Statistics>,
    ) -> Result<(Self, Arc<Subnet<F>>), Complaint> {
        let mut next = self.clone();
        let subnet = next.insert_subnet(value, None, registry)?;
        Ok((next, subnet))
    }

    /// With a subnet of the same number replaced; it stays in its shared network, and keeps its
    /// reservations unless new ones are given.
    ///
    /// # Errors
    /// There is none, or the new one is wrong.
    pub fn with_subnet_replaced(
        &self,
        value: &Value,
        registry: &Registry<F::Statistics>,
    ) -> Result<(Self, Arc<Subnet<F>>), Complaint> {
        let id = value.get("id").and_then(Value::as_int).and_then(|id| u32::try_from(id).ok());
        let id = SubnetId(id.unwrap_or(0));
        let mut next = self.clone();
        let earlier = next.take_subnet(id).ok_or_else(|| {
            Complaint::new(format!("there is no subnet with id {id}")).under("id")
        })?;
        let keeps_hosts = value.get("reservations").is_none();
        let mut subnet = next.insert_subnet(value, earlier.network.as_ref(), registry)?;
        next.keep_place(id, self);
        if keeps_hosts && !earlier.hosts.is_empty() {
            check_hosts(&earlier, &subnet)?;
            let mut with_hosts = Subnet::clone(&subnet);
            with_hosts.hosts = earlier.hosts.clone();
            subnet = Arc::new(with_hosts);
            next.subnets.insert(id, Arc::clone(&subnet));
        }
        Ok((next, subnet))
    }

    /// Without a subnet.
    ///
    /// # Errors
    /// There is none.
    pub fn without_subnet(&self, id: SubnetId) -> Result<(Self, Arc<Subnet<F>>), NotFound> {
        let mut next = self.clone();
        let subnet = next.take_subnet(id).ok_or(NotFound)?;
        Ok((next, subnet))
    }

    /// With one more shared network, and the subnets that it brings.
    ///
    /// # Errors
    /// The network or a subnet is wrong, or there is one of the same name, id or prefix.
    pub fn with_network(
        &self,
        value: &Value,
        registry: &Registry<F::Statistics>,
    ) -> Result<(Self, Arc<Network<F>>), Complaint> {
        let mut next = self.clone();
        let network = next.insert_network(value, registry)?;
        Ok((next, network))
    }

    /// Without a shared network.
    ///
    /// # Errors
    /// There is none, or a subnet that stays is wrong outside it.
    pub fn without_network(
        &self,
        name: &str,
        subnets: SubnetsOfNetwork,
        registry: &Registry<F::Statistics>,
    ) -> Result<Option<Self>, Complaint> {
        let mut next = self.clone();
        let Some(NetworkEntry { subnets: ids, .. }) = next.networks.remove(name) else {
            return Ok(None);
        };
        for id in ids {
            let Some(subnet) = next.take_subnet(id) else { continue };
            if subnets == SubnetsOfNetwork::Keep {
                next.insert_subnet(&subnet.to_json(), None, registry)?;
            }
        }
        Ok(Some(next))
    }

    /// With a subnet moved into a shared network, or out of it.
    ///
    /// # Errors
    /// Subnet or network do not exist, or the subnet is wrong there.
    pub fn with_subnet_moved(
        &self,
        id: SubnetId,
        network: Option<&str>,
        registry: &Registry<F::Statistics>,
    ) -> Result<Self, Complaint> {
        let mut next = self.clone();
        let network = match network {
            None => None,
            Some(name) => {
                let found = next.networks.get(name).map(|entry| Arc::clone(&entry.network));
                Some(found.ok_or_else(|| {
                    Complaint::new(format!("there is no shared network '{name}'"))
                })?)
            }
        };
        let subnet = next
            .take_subnet(id)
            .ok_or_else(|| Complaint::new(format!("there is no subnet with id {id}")))?;
        next.insert_subnet(&subnet.to_json(), network.as_ref(), registry)?;
        Ok(next)
    }

    /// With one more reservation: of a subnet, or a global one for `None`.
    ///
    /// # Errors
    /// The reservation is wrong or conflicts with another, or there is no such subnet.
    pub fn with_reservation(
        &self,
        subnet: Option<SubnetId>,
        settings: Settings,
    ) -> Result<Self, Complaint> {
        let globals = &self.globals;
        self.with_hosts_changed(subnet, |hosts, prefix| add_host(hosts, settings, prefix, globals))
    }

    /// Without a reservation.
    ///
    /// # Errors
    /// There is none, or no such subnet.
    pub fn without_reservation(
        &self,
        subnet: Option<SubnetId>,
        identifier: &Identifier,
    ) -> Result<Self, NotFound> {
        self.with_hosts_changed(subnet, |hosts, _| {
            hosts.remove(identifier).map(|_| ()).ok_or_else(|| Complaint::new(""))
        })
        .map_err(|_| NotFound)
    }

    fn with_hosts_changed(
        &self,
        subnet: Option<SubnetId>,
        change: impl FnOnce(
            &mut ruru_host::HostIndex<Reservation<F>>,
            Option<Prefix<F>>,
        ) -> Result<(), Complaint>,
    ) -> Result<Self, Complaint> {
        let mut next = self.clone();
        match subnet {
            None => change(&mut next.hosts, None)?,
            Some(id) => {
                let subnet = next.subnets.get_mut(&id).ok_or_else(|| {
                    Complaint::new(format!("there is no subnet with id {id}")).under("subnet-id")
                })?;
                let mut changed = Subnet::clone(subnet);
                change(&mut changed.hosts, Some(changed.prefix))?;
                *subnet = Arc::new(changed);
            }
        }
        Ok(next)
    }

    /// Puts a replaced subnet where it was in its network's list.
    fn keep_place(&mut self, id: SubnetId, earlier: &Self) {
        let Some(name) =
            self.subnet(id).and_then(|s| s.network.as_ref()).map(|n| Arc::clone(&n.name))
        else {
            return;
        };
        if let (Some(entry), Some(before)) =
            (self.networks.get_mut(&name), earlier.networks.get(&name))
        {
            entry.subnets.clone_from(&before.subnets);
        }
    }
}

/// Reservations that are kept must fit the new prefix.
fn check_hosts<F: Configured>(earlier: &Subnet<F>, next: &Subnet<F>) -> Result<(), Complaint> {
    let reserved = |host: &Reservation<F>| F::inside_subnet(&host.host.own);
    let mut addresses = earlier.hosts.iter().flat_map(|host| reserved(host));
    match addresses.find(|address| !next.prefix.contains(*address)) {
        None => Ok(()),
        Some(address) => {
            let message = format!(
                "reserved address {address} is not inside subnet {}; delete the reservation first",
                next.prefix
            );
            Err(Complaint::new(message).under("subnet"))
        }
    }
}
