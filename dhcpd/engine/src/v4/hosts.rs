//! Which reservations are a client's, and which addresses are kept for others.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ruru_config::v4::{Reservation, Subnet};
use ruru_host::{Host, HostIndex, Reserved4};

use super::Exchange;
use crate::classes::Classified;
use crate::hosts;

impl<'a> Exchange<'a> {
    /// The client's reservation for a subnet: the subnet's own, else the global one.
    pub(super) fn reservation_in(&self, subnet: &'a Arc<Subnet>) -> Option<&'a Host<Reserved4>> {
        // It is asked for several times on the way, nearly always of the same subnet.
        if let Some((id, host)) = self.found.get()
            && id == subnet.id
        {
            return host;
        }
        let effective = &subnet.effective;
        let own = effective.reservations_in_subnet.then(|| self.find(&subnet.hosts)).flatten();
        let host = own.or_else(|| {
            let global = effective.reservations_global && self.looks_global.get();
            global.then(|| self.find(self.engine.config.hosts())).flatten()
        });
        self.found.set(Some((subnet.id, host)));
        host
    }

    /// The reserved address of a client on a link, and its subnet.
    pub(super) fn reserved_address(
        &self,
        selected: &'a Arc<Subnet>,
    ) -> Option<(&'a Arc<Subnet>, Ipv4Addr)> {
        self.link(selected).find_map(|subnet| {
            let address = self.host_in(subnet)?.own.address?;
            // A global reservation counts only where its address fits.
            let counts = subnet.prefix.contains(address) && !disregards(subnet, address);
            counts.then_some((subnet, address))
        })
    }

    /// Whether an address is reserved in the subnet for somebody else.
    pub(super) fn is_reserved_for_other(&self, subnet: &Arc<Subnet>, address: Ipv4Addr) -> bool {
        if !subnet.effective.reservations_in_subnet || disregards(subnet, address) {
            return false;
        }
        let is_own = |reservation: &Arc<Reservation>| {
            let identifier = &reservation.host.identifier;
            let kinds = &self.engine.config.globals().identifiers;
            kinds.contains(&identifier.kind)
                && self.client.identifier(identifier.kind) == Some(&*identifier.bytes)
        };
        let mut holders = subnet.hosts.by_address(address).peekable();
        holders.peek().is_some() && !holders.any(is_own)
    }

    /// The client's reservation among some.
    pub(super) fn find(&self, hosts: &'a HostIndex<Reservation>) -> Option<&'a Host<Reserved4>> {
        let kinds = &self.engine.config.globals().identifiers;
        hosts::find(kinds, hosts, |kind| self.client.identifier(kind))
    }
}

/// Where reservations are said to lie outside the pools, those inside do not count.
fn disregards(subnet: &Subnet, address: Ipv4Addr) -> bool {
    subnet.effective.reservations_out_of_pool && subnet.pool_of(address).is_some()
}
