//! How the subnet of a packet is found without looking at all subnets.

use std::net::Ipv4Addr;
use std::sync::Arc;

use imbl::{HashMap, OrdMap, OrdSet};
use ruru_lease::SubnetId;

use super::subnet::Subnet;
use crate::prefix::Ipv4Prefix;

/// Subnets by prefix, by relay and by interface. Copies share what is the same.
#[derive(Clone, Debug)]
pub(super) struct Index {
    by_prefix: OrdMap<Ipv4Prefix, SubnetId>,
    /// How many prefixes there are of each length, so that lengths without any are passed over.
    lengths: [u32; 33],
    by_relay: HashMap<Ipv4Addr, OrdSet<SubnetId>>,
    by_interface: HashMap<Arc<str>, OrdSet<SubnetId>>,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            by_prefix: OrdMap::new(),
            lengths: [0; 33],
            by_relay: HashMap::new(),
            by_interface: HashMap::new(),
        }
    }
}

impl Index {
    pub(super) fn by_prefix(&self, prefix: Ipv4Prefix) -> Option<SubnetId> {
        self.by_prefix.get(&prefix).copied()
    }

    /// The subnets that contain an address, the shortest prefix first.
    pub(super) fn containing(&self, address: Ipv4Addr) -> impl Iterator<Item = SubnetId> {
        (0..=32_u8)
            .filter(|length| self.lengths[usize::from(*length)] > 0)
            .filter_map(move |length| self.by_prefix(Ipv4Prefix::around(address, length)))
    }

    /// The subnets of a relay, in the order of their numbers.
    pub(super) fn by_relay(&self, relay: Ipv4Addr) -> impl Iterator<Item = SubnetId> {
        self.by_relay.get(&relay).into_iter().flatten().copied()
    }

    /// The subnets of an interface, in the order of their numbers.
    pub(super) fn by_interface(&self, interface: &str) -> impl Iterator<Item = SubnetId> {
        self.by_interface.get(interface).into_iter().flatten().copied()
    }

    pub(super) fn add(&mut self, subnet: &Subnet) {
        self.by_prefix.insert(subnet.prefix, subnet.id);
        self.lengths[usize::from(subnet.prefix.length())] += 1;
        for relay in subnet.relays() {
            self.by_relay.entry(*relay).or_default().insert(subnet.id);
        }
        if let Some(interface) = subnet.interface() {
            self.by_interface.entry(interface.into()).or_default().insert(subnet.id);
        }
    }

    pub(super) fn remove(&mut self, subnet: &Subnet) {
        self.by_prefix.remove(&subnet.prefix);
        self.lengths[usize::from(subnet.prefix.length())] -= 1;
        for relay in subnet.relays() {
            if let Some(ids) = self.by_relay.get_mut(relay) {
                ids.remove(&subnet.id);
            }
        }
        if let Some(ids) = subnet.interface().and_then(|name| self.by_interface.get_mut(name)) {
            ids.remove(&subnet.id);
        }
    }
}
