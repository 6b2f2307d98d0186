//! What becomes of leases that have ended.

use ruru_config::pool_kind;
use ruru_lease::{Event, Lease6, LeaseRecord, Leases, Resource, State, StoreError, V6};
use ruru_observe::counters::{Pool6, Server6, Subnet6};

use super::{AllocEvent, Engine};
use crate::dns::Tells;

impl Engine<'_> {
    /// Reclaims a lease that has ended: it remembers its client for a while, unless it was
    /// declined or registered, is not to be remembered, or `remove` says so.
    ///
    /// # Errors
    /// The store cannot keep the change, or a packet has changed the lease meanwhile.
    pub async fn reclaim(
        &self,
        lease: Lease6,
        remove: bool,
        leases: &impl Leases<V6>,
    ) -> Result<(), StoreError> {
        if lease.state == State::Registered && lease.has_expired(self.now) {
            leases.remove(&lease).await?;
            self.tell_of_reclaiming(&lease);
            return Ok(());
        }
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

    /// The lease of a name is over, and is its client's no more.
    fn tell_of_reclaiming(&self, lease: &Lease6) {
        self.tell_of_end(lease);
        self.count_reclaimed(lease);
    }

    /// An address or a prefix is given anew: counts what it had before, if that had ended and nobody
    /// has looked since.
    pub(super) fn count_ended(&self, earlier: Option<&Lease6>) {
        if let Some(lease) = earlier.filter(|lease| lease.awaits_reclaiming(self.now)) {
            self.count_reclaimed(lease);
        }
    }

    /// Counts and logs a lease that has ended.
    fn count_reclaimed(&self, lease: &Lease6) {
        self.log.emit(&AllocEvent::Reclaim { address: lease.address });
        let subnet = self.registry.subnet(lease.subnet_id.0);
        let kind = pool_kind(lease.resource().unwrap_or(Resource::Address));
        let pool = self.registry.pool(lease.subnet_id.0, kind, lease.pool_id.0);
        self.registry.server.count(Server6::ReclaimedLeases);
        subnet.count(Subnet6::ReclaimedLeases);
        pool.count(Pool6::ReclaimedLeases);
        if lease.state == State::Declined {
            self.registry.server.count(Server6::ReclaimedDeclined);
            subnet.count(Subnet6::ReclaimedDeclined);
            pool.count(Pool6::ReclaimedDeclined);
        }
    }
}
