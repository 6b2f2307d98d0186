//! What becomes of leases that have ended.

use ruru_lease::{Event, Lease4, Leases, State, StoreError, V4};
use ruru_observe::counters::{Pool4, PoolKind, Server4, Subnet4};

use super::{AllocEvent, Engine};
use crate::dns::Tells;

impl Engine<'_> {
    /// Reclaims a lease that has ended: it remembers its client for a while, unless it was
    /// declined, is not to be remembered, or `remove` says so.
    ///
    /// # Errors
    /// The store cannot keep the change, or a packet has changed the lease meanwhile.
    pub async fn reclaim(
        &self,
        lease: Lease4,
        remove: bool,
        leases: &impl Leases<V4>,
    ) -> Result<(), StoreError> {
        let was_declined = lease.state == State::Declined;
        let expired = lease.clone().after(Event::Expire { now: self.now });
        let Ok(reclaimed) = expired else { return Ok(()) };
        let forget = remove || was_declined || !self.config.globals().expired_leases.affinity();
        if forget {
            leases.remove(&lease).await?;
        } else {
            leases.put(reclaimed, Some(&lease)).await?;
        }
        self.tell_of_end(&lease);
        self.log.emit(&AllocEvent::Reclaim {
            address: lease.address,
            marker: std::marker::PhantomData,
        });
        self.count_reclaimed(&lease, was_declined);
        Ok(())
    }

    fn count_reclaimed(&self, lease: &Lease4, was_declined: bool) {
        let subnet = self.registry.subnet(lease.subnet_id.0);
        let pool = self.registry.pool(lease.subnet_id.0, PoolKind::Addresses, lease.pool_id.0);
        self.registry.server.count(Server4::ReclaimedLeases);
        subnet.count(Subnet4::ReclaimedLeases);
        pool.count(Pool4::ReclaimedLeases);
        if was_declined {
            self.registry.server.count(Server4::ReclaimedDeclined);
            subnet.count(Subnet4::ReclaimedDeclined);
            pool.count(Pool4::ReclaimedDeclined);
        }
    }
}
