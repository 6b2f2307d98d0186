//! Which reservations are a client's, and which addresses are kept for others.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ruru_config::v4::{Reservation, Subnet};
use ruru_host::{Host, HostIndex, Identifier};

use super::{Client, Engine};

impl<'a> Engine<'a> {
    /// The client's reservation for a subnet: the subnet's own, else the global one.
    pub(super) fn host_in(&self, subnet: &'a Arc<Subnet>, client: &Client<'_>) -> Option<&'a Host> {
        let own = self.own_host_in(subnet, client);
        own.or_else(|| {
            let global = subnet.effective.reservations_global;
            global.then(|| self.find(self.config.hosts(), client)).flatten()
        })
    }

    /// The client's reservation in a subnet itself.
    pub(super) fn own_host_in(
        &self,
        subnet: &'a Arc<Subnet>,
        client: &Client<'_>,
    ) -> Option<&'a Host> {
        let looked_up = subnet.effective.reservations_in_subnet;
        looked_up.then(|| self.find(&subnet.hosts, client)).flatten()
    }

    /// The reserved address of a client on a link, and its subnet.
    pub(super) fn reserved_address(
        &self,
        selected: &'a Arc<Subnet>,
        client: &Client<'_>,
    ) -> Option<(&'a Arc<Subnet>, Ipv4Addr)> {
        self.config.link(selected).find_map(|subnet| {
            let address = self.host_in(subnet, client)?.address?;
            // A global reservation counts only where its address fits.
            let counts = subnet.prefix.contains(address) && !disregards(subnet, address);
            counts.then_some((subnet, address))
        })
    }

    /// Whether an address is reserved in the subnet for somebody else.
    pub(super) fn is_reserved_for_other(
        &self,
        subnet: &Arc<Subnet>,
        address: Ipv4Addr,
        client: &Client<'_>,
    ) -> bool {
        if !subnet.effective.reservations_in_subnet || disregards(subnet, address) {
            return false;
        }
        subnet.hosts.by_address(address).is_some_and(|reservation| {
            let identifier = &reservation.host.identifier;
            client.identifier(identifier.kind) != Some(&*identifier.bytes)
        })
    }

    fn find(&self, hosts: &'a HostIndex<Reservation>, client: &Client<'_>) -> Option<&'a Host> {
        let kinds = self.config.globals().identifiers.iter();
        kinds.filter(|kind| hosts.has_kind(**kind)).find_map(|kind| {
            let bytes = client.identifier(*kind)?;
            let identifier = Identifier { kind: *kind, bytes: bytes.into() };
            hosts.get(&identifier).map(|reservation| &reservation.host)
        })
    }
}

/// Where reservations are said to lie outside the pools, those inside do not count.
fn disregards(subnet: &Subnet, address: Ipv4Addr) -> bool {
    subnet.effective.reservations_out_of_pool && subnet.pool_of(address).is_some()
}
