//! How the subnet of a packet is found without looking at all subnets.

use std::net::Ipv6Addr;
use std::sync::Arc;

use imbl::{HashMap, OrdMap, OrdSet};
use ruru_lease::SubnetId;

use crate::family::Configured;
use crate::over6::Over6Index;
use crate::prefix::Prefix;
use crate::subnet::Subnet;

/// Subnets by prefix, by relay and by interface. Copies share what is the same.
#[derive(Clone, Debug)]
pub(crate) struct Index<F: Configured> {
    by_prefix: OrdMap<Prefix<F>, SubnetId>,
    /// How many prefixes there are of each length that is there, so that others are passed over.
    lengths: OrdMap<u8, u32>,
    by_relay: HashMap<F::Address, OrdSet<SubnetId>>,
    by_interface: HashMap<Arc<str>, OrdSet<SubnetId>>,
    by_interface_id: HashMap<Arc<[u8]>, OrdSet<SubnetId>>,
    /// For clients of DHCPv4 over DHCPv6.
    over6: Over6Index,
}

impl<F: Configured> Default for Index<F> {
    fn default() -> Self {
        Self {
            by_prefix: OrdMap::new(),
            lengths: OrdMap::new(),
            by_relay: HashMap::new(),
            by_interface: HashMap::new(),
            by_interface_id: HashMap::new(),
            over6: Over6Index::default(),
        }
    }
}

impl<F: Configured> Index<F> {
    pub(crate) fn by_prefix(&self, prefix: Prefix<F>) -> Option<SubnetId> {
        self.by_prefix.get(&prefix).copied()
    }

    /// The subnets that contain an address, the shortest prefix first.
    pub(crate) fn containing(&self, address: F::Address) -> impl Iterator<Item = SubnetId> {
        let lengths = self.lengths.keys();
        lengths.filter_map(move |length| self.by_prefix(Prefix::around(address, *length)))
    }

    /// The subnets of a relay, in the order of their numbers.
    pub(crate) fn by_relay(&self, relay: F::Address) -> impl Iterator<Item = SubnetId> {
        self.by_relay.get(&relay).into_iter().flatten().copied()
    }

    /// The subnets of an interface, in the order of their numbers.
    pub(crate) fn by_interface(&self, interface: &str) -> impl Iterator<Item = SubnetId> {
        self.by_interface.get(interface).into_iter().flatten().copied()
    }

    /// The subnets behind an interface of relays, in the order of their numbers.
    pub(crate) fn by_interface_id(&self, id: &[u8]) -> impl Iterator<Item = SubnetId> {
        self.by_interface_id.get(id).into_iter().flatten().copied()
    }

    /// The subnets for a client of DHCPv4 over DHCPv6, in no order.
    pub(crate) fn over6(
        &self,
        source: Option<Ipv6Addr>,
        interface_id: Option<&[u8]>,
        interface: &str,
    ) -> impl Iterator<Item = SubnetId> {
        self.over6.fitting(source, interface_id, interface)
    }

    pub(crate) fn add(&mut self, subnet: &Subnet<F>) {
        self.by_prefix.insert(subnet.prefix, subnet.id);
        *self.lengths.entry(subnet.prefix.length()).or_default() += 1;
        for relay in subnet.relays() {
            self.by_relay.entry(*relay).or_default().insert(subnet.id);
        }
        if let Some(interface) = subnet.interface() {
            self.by_interface.entry(interface.into()).or_default().insert(subnet.id);
        }
        if let Some(id) = subnet.interface_id() {
            self.by_interface_id.entry(id.into()).or_default().insert(subnet.id);
        }
        if let Some(own) = &subnet.over6 {
            self.over6.add(subnet.id, own);
        }
    }

    pub(crate) fn remove(&mut self, subnet: &Subnet<F>) {
        self.by_prefix.remove(&subnet.prefix);
        let length = subnet.prefix.length();
        let left = self.lengths.get(&length).map_or(0, |count| count - 1);
        if left == 0 {
            self.lengths.remove(&length);
        } else {
            self.lengths.insert(length, left);
        }
        for relay in subnet.relays() {
            if let Some(ids) = self.by_relay.get_mut(relay) {
                ids.remove(&subnet.id);
            }
        }
        if let Some(ids) = subnet.interface().and_then(|name| self.by_interface.get_mut(name)) {
            ids.remove(&subnet.id);
        }
        if let Some(ids) = subnet.interface_id().and_then(|id| self.by_interface_id.get_mut(id)) {
            ids.remove(&subnet.id);
        }
        if let Some(own) = &subnet.over6 {
            self.over6.remove(subnet.id, own);
        }
    }
}
