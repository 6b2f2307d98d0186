//! How the subnet of a packet is found without looking at all subnets.

use std::net::Ipv6Addr;
use std::sync::Arc;

use imbl::OrdMap;
use ruru_lease::SubnetId;

use crate::family::Configured;
use crate::groups::{Groups, Lengths};
use crate::over6::Over6Index;
use crate::prefix::Prefix;
use crate::subnet::Subnet;

/// Subnets by prefix, by relay and by interface. Copies share what is the same.
#[derive(Clone, Debug)]
pub(crate) struct Index<F: Configured> {
    by_prefix: OrdMap<Prefix<F>, SubnetId>,
    lengths: Lengths,
    by_relay: Groups<F::Address>,
    by_interface: Groups<Arc<str>>,
    by_interface_id: Groups<Arc<[u8]>>,
    /// For clients of DHCPv4 over DHCPv6.
    over6: Over6Index,
}

impl<F: Configured> Default for Index<F> {
    fn default() -> Self {
        Self {
            by_prefix: OrdMap::new(),
            lengths: Lengths::default(),
            by_relay: Groups::default(),
            by_interface: Groups::default(),
            by_interface_id: Groups::default(),
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
        self.lengths.around(address).filter_map(|prefix| self.by_prefix(prefix))
    }

    /// The subnets of a relay, in the order of their numbers.
    pub(crate) fn by_relay(&self, relay: F::Address) -> impl Iterator<Item = SubnetId> {
        self.by_relay.of(&relay)
    }

    /// The subnets of an interface, in the order of their numbers.
    pub(crate) fn by_interface(&self, interface: &str) -> impl Iterator<Item = SubnetId> {
        self.by_interface.of(interface)
    }

    /// The subnets behind an interface of relays, in the order of their numbers.
    pub(crate) fn by_interface_id(&self, id: &[u8]) -> impl Iterator<Item = SubnetId> {
        self.by_interface_id.of(id)
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
        self.lengths.add(subnet.prefix.length());
        for relay in subnet.relays() {
            self.by_relay.add(*relay, subnet.id);
        }
        if let Some(interface) = subnet.interface() {
            self.by_interface.add(interface.into(), subnet.id);
        }
        if let Some(id) = subnet.interface_id() {
            self.by_interface_id.add(id.into(), subnet.id);
        }
        if let Some(own) = &subnet.over6 {
            self.over6.add(subnet.id, own);
        }
    }

    pub(crate) fn remove(&mut self, subnet: &Subnet<F>) {
        self.by_prefix.remove(&subnet.prefix);
        self.lengths.remove(subnet.prefix.length());
        for relay in subnet.relays() {
            self.by_relay.remove(relay, subnet.id);
        }
        if let Some(interface) = subnet.interface() {
            self.by_interface.remove(interface, subnet.id);
        }
        if let Some(id) = subnet.interface_id() {
            self.by_interface_id.remove(id, subnet.id);
        }
        if let Some(own) = &subnet.over6 {
            self.over6.remove(subnet.id, own);
        }
    }
}
