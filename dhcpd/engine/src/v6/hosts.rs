//! Which reservations are a client's, and what is kept for others.

use std::net::Ipv6Addr;
use std::sync::Arc;

use ruru_config::v6::{Reservation, Subnet};
use ruru_host::{Host, HostIndex, Reserved6};
use ruru_lease::{LeaseKind, Resource};

use super::Exchange;
use crate::classes::Classified;
use crate::hosts;

/// An address or a prefix that is reserved for the client.
pub(super) struct ReservedResource<'a> {
    pub(super) subnet: &'a Arc<Subnet>,
    pub(super) address: Ipv6Addr,
    pub(super) kind: LeaseKind,
}

impl<'a> Exchange<'a> {
    /// The client's reservation for a subnet: the subnet's own, else the global one.
    pub(super) fn reservation_in(&self, subnet: &'a Arc<Subnet>) -> Option<&'a Host<Reserved6>> {
        // It is asked for several times on the way, nearly always of the same subnet.
        if let Some((id, host)) = self.found.get()
            && id == subnet.id
        {
            return host;
        }
        let own = subnet.effective.reservations_in_subnet;
        let own = own.then(|| self.find(&subnet.hosts)).flatten();
        let host = own.or_else(|| self.global_reservation(subnet));
        self.found.set(Some((subnet.id, host)));
        host
    }

    /// The client's global reservation, where those count.
    fn global_reservation(&self, subnet: &Subnet) -> Option<&'a Host<Reserved6>> {
        let counts = subnet.effective.reservations_global && self.looks_global.get();
        counts.then(|| self.find(self.engine.config.hosts())).flatten()
    }

    /// Both reservations of the client: what one does not reserve the other may.
    pub(super) fn reservations_in(
        &self,
        subnet: &'a Arc<Subnet>,
    ) -> impl Iterator<Item = &'a Host<Reserved6>> {
        let first = self.reservation_in(subnet);
        let global = first.and_then(|_| self.global_reservation(subnet));
        let other = global.filter(|other| !first.is_some_and(|first| std::ptr::eq(first, *other)));
        first.into_iter().chain(other)
    }

    /// What is reserved for the client on a link, in the order of the reservations.
    pub(super) fn reserved(
        &self,
        selected: &'a Arc<Subnet>,
        resource: Resource,
    ) -> Vec<ReservedResource<'a>> {
        let mut found = Vec::new();
        let hosts = self
            .link(selected)
            .flat_map(|subnet| self.reservations_in(subnet).map(move |host| (subnet, host)));
        for (subnet, host) in hosts {
            match resource {
                // A global reservation counts only where its address fits.
                Resource::Address => found.extend(
                    host.own
                        .addresses
                        .iter()
                        .filter(|address| subnet.prefix.contains(**address))
                        .filter(|address| !disregards(subnet, **address, LeaseKind::Address))
                        .map(|address| (subnet, *address, LeaseKind::Address)),
                ),
                Resource::Prefix => {
                    found.extend(host.own.prefixes.iter().filter_map(|(own, _)| {
                        let kind = LeaseKind::Prefix { length: own.length() };
                        let counts = !disregards(subnet, own.address(), kind);
                        counts.then_some((subnet, own.address(), kind))
                    }))
                }
            }
        }
        // A global prefix is reserved once, in whichever subnet comes first.
        let mut resources: Vec<ReservedResource<'a>> = Vec::with_capacity(found.len());
        for (subnet, address, kind) in found {
            if resources.iter().all(|other| other.address != address) {
                resources.push(ReservedResource { subnet, address, kind });
            }
        }
        resources
    }

    /// Whether an address or prefix is reserved in the subnet for somebody else.
    pub(super) fn is_reserved_for_other(
        &self,
        subnet: &Arc<Subnet>,
        address: Ipv6Addr,
        kind: LeaseKind,
    ) -> bool {
        if !subnet.effective.reservations_in_subnet || disregards(subnet, address, kind) {
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
    pub(super) fn find(&self, hosts: &'a HostIndex<Reservation>) -> Option<&'a Host<Reserved6>> {
        let kinds = &self.engine.config.globals().identifiers;
        hosts::find(kinds, hosts, |kind| self.client.identifier(kind))
    }
}

/// Where reservations are said to lie outside the pools, those inside do not count.
fn disregards(subnet: &Subnet, address: Ipv6Addr, kind: LeaseKind) -> bool {
    subnet.effective.reservations_out_of_pool && pool_of(subnet, address, kind).is_some()
}

/// The pool that an address, or a prefix of this length, is of.
pub(super) fn pool_of(
    subnet: &Subnet,
    address: Ipv6Addr,
    kind: LeaseKind,
) -> Option<&ruru_config::v6::Pool> {
    let length = match kind {
        LeaseKind::Address | LeaseKind::Temporary => None,
        LeaseKind::Prefix { length } => Some(length),
    };
    let fits = |pool: &&ruru_config::v6::Pool| {
        pool.range.delegated_length() == length && pool.range.contains(address)
    };
    subnet.pools.iter().find(fits)
}
