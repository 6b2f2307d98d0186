//! Which address a client gets.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ruru_config::v4::{Allocator, Pool, Subnet};
use ruru_lease::{ClientKey4, Found, Lease4, LeaseRecord, Leases, SearchOrder, StoreError, V4};
use ruru_observe::counters::{Server4, Subnet4};

use super::{AllocEvent, Exchange};
use crate::classes::Classified;

/// An address for a self.client.
#[derive(Clone, Debug)]
pub(super) struct Choice<'a> {
    pub(super) subnet: &'a Arc<Subnet>,
    pub(super) address: Ipv4Addr,
    /// What its address had before: the client's own lease, one that ended, or nothing.
    pub(super) earlier: Option<Lease4>,
}

impl<'a> Exchange<'a> {
    /// The client's lease on the link of `selected`, in whatever state it is.
    pub(super) async fn lease_of(
        &self,
        selected: &'a Arc<Subnet>,
        leases: &impl Leases<V4>,
    ) -> Result<Option<Lease4>, StoreError> {
        if let Some(client_id) = self.client.client_id
            && self.link(selected).any(|subnet| subnet.effective.own.match_client_id)
        {
            let found = leases.by_client(ClientKey4::ClientId(client_id)).await?;
            let lease = self
                .first_on_link(selected, found, |subnet, _| subnet.effective.own.match_client_id);
            if lease.is_some() {
                return Ok(lease);
            }
        }
        if self.client.hwaddr.is_empty() {
            return Ok(None);
        }
        let hwaddr = ClientKey4::HardwareAddress(self.client.hwaddr.as_bytes());
        let found = leases.by_client(hwaddr).await?;
        Ok(self.first_on_link(selected, found, |subnet, lease| {
            self.client.owns(lease, subnet.effective.own.match_client_id)
        }))
    }

    fn first_on_link(
        &self,
        selected: &'a Arc<Subnet>,
        found: Found<V4>,
        accept: impl Fn(&Subnet, &Lease4) -> bool,
    ) -> Option<Lease4> {
        if found.is_empty() {
            return None;
        }
        self.link(selected).find_map(|subnet| {
            let fits = |lease: &&Lease4| lease.subnet_id == subnet.id && accept(subnet, lease);
            found.iter().find(fits).cloned()
        })
    }

    /// The address to offer: the reserved one, the client's last one, the one asked for, or any.
    pub(super) async fn choose(
        &self,
        selected: &'a Arc<Subnet>,
        wanted: Option<Ipv4Addr>,
        own: Option<Lease4>,
        leases: &impl Leases<V4>,
    ) -> Result<Option<Choice<'a>>, StoreError> {
        if let Some((subnet, address)) = self.reserved_address(selected) {
            let earlier = leases.by_address(address).await?;
            let in_use = earlier.as_ref().is_some_and(|lease| {
                lease.holds_address(self.engine.now)
                    && !self.client.owns(lease, subnet.effective.own.match_client_id)
            });
            if !in_use {
                return Ok(Some(Choice { subnet, address, earlier }));
            }
            self.count(subnet, Server4::ReservationConflicts, Subnet4::ReservationConflicts);
            self.emit(&AllocEvent::Conflict { client: &self.client, address });
        }
        if let Some(lease) = own
            && let Some(subnet) = self.usable(selected, lease.address)
        {
            return Ok(Some(Choice { subnet, address: lease.address, earlier: Some(lease) }));
        }
        if let Some(address) = wanted
            && let Some(subnet) = self.usable(selected, address)
        {
            let earlier = leases.by_address(address).await?;
            if !earlier.as_ref().is_some_and(|lease| lease.holds_address(self.engine.now)) {
                return Ok(Some(Choice { subnet, address, earlier }));
            }
        }
        self.pick(selected, leases).await
    }

    /// The subnet of the link that has `address` in a pool, unless it is kept for somebody else.
    pub(super) fn usable(
        &self,
        selected: &'a Arc<Subnet>,
        address: Ipv4Addr,
    ) -> Option<&'a Arc<Subnet>> {
        self.link(selected)
            .find(|subnet| self.pool_for(subnet, address).is_some())
            .filter(|subnet| !self.is_reserved_for_other(subnet, address))
    }

    /// Any free address of the link.
    pub(super) async fn pick(
        &self,
        selected: &'a Arc<Subnet>,
        leases: &impl Leases<V4>,
    ) -> Result<Option<Choice<'a>>, StoreError> {
        for subnet in self.link(selected) {
            let order = match subnet.effective.allocator {
                Allocator::Iterative => SearchOrder::Iterative,
                Allocator::Random => SearchOrder::Random(self.engine.random.into()),
            };
            let is_for_client = |pool: &&Pool| pool.guard.admits(|class| self.is_in_class(class));
            for pool in subnet.pools.iter().filter(is_for_client) {
                if let Some(address) =
                    leases.free_address(&pool.range, order, self.engine.now).await?
                {
                    let earlier = leases.by_address(address).await?;
                    if earlier.as_ref().is_some_and(|lease| lease.holds_address(self.engine.now)) {
                        // Another thread was faster.
                        return Err(StoreError::Changed(address.into()));
                    }
                    return Ok(Some(Choice { subnet, address, earlier }));
                }
            }
        }
        self.report_failure(selected);
        Ok(None)
    }

    fn report_failure(&self, selected: &'a Arc<Subnet>) {
        let client = &self.client;
        if let Some(network) = &selected.network {
            let server = Server4::AllocationFailSharedNetwork;
            self.count(selected, server, Subnet4::AllocationFailSharedNetwork);
            self.emit(&AllocEvent::FailNetwork { client, network: &network.name });
        } else {
            self.count(selected, Server4::AllocationFailSubnet, Subnet4::AllocationFailSubnet);
            let (prefix, subnet) = (selected.prefix, selected.id);
            self.emit(&AllocEvent::FailSubnet { client, prefix, subnet });
        }
        if self.link(selected).all(|subnet| subnet.pools.is_empty()) {
            self.count(selected, Server4::AllocationFailNoPools, Subnet4::AllocationFailNoPools);
            self.emit(&AllocEvent::FailNoPools { client });
        } else {
            self.count(selected, Server4::AllocationFail, Subnet4::AllocationFail);
            self.emit(&AllocEvent::Fail { client });
        }
        // Counted for clients in any class, and every client is in class ALL.
        self.count(selected, Server4::AllocationFailClasses, Subnet4::AllocationFailClasses);
    }
}
