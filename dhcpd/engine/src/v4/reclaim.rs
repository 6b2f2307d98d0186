//! What becomes of leases that have ended.

use ruru_lease::{Event, Lease4, LeaseRecord, Leases, State, StoreError, V4};
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
        let expired = lease.clone().after(Event::Expire { now: self.now });
        let Ok(reclaimed) = expired else { return Ok(()) };
        let was_declined = lease.state == State::Declined;
        let forget = remove || was_declined || !self.config.globals().expired_leases.affinity();
        if forget {
            leases.remove(&lease).await?;
        } else {
            leases.put(reclaimed, Some(&lease)).await?;
        }
        self.tell_of_reclaiming(&lease);
        Ok(())
    }

    /// An address is given anew: what it had before is over now, if it had ended and nobody has
    /// looked since.
    pub(super) fn tell_of_ended(&self, earlier: Option<&Lease4>) {
        if let Some(lease) = earlier.filter(|lease| lease.awaits_reclaiming(self.now)) {
            self.tell_of_reclaiming(lease);
        }
    }

    /// Counts and logs a lease that has ended and is its client's no more, nor is its name.
    fn tell_of_reclaiming(&self, lease: &Lease4) {
        self.tell_of_end(lease);
        self.log.emit(&AllocEvent::Reclaim {
            address: lease.address,
            marker: std::marker::PhantomData,
        });
        let subnet = self.registry.subnet(lease.subnet_id.0);
        let pool = self.registry.pool(lease.subnet_id.0, PoolKind::Addresses, lease.pool_id.0);
        self.registry.server.count(Server4::ReclaimedLeases);
        subnet.count(Subnet4::ReclaimedLeases);
        pool.count(Pool4::ReclaimedLeases);
        if lease.state == State::Declined {
            self.registry.server.count(Server4::ReclaimedDeclined);
            subnet.count(Subnet4::ReclaimedDeclined);
            pool.count(Pool4::ReclaimedDeclined);
        }
    }
}
