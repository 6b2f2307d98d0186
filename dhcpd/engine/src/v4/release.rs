//! DHCPRELEASE, RFC 2131 section 4.3.4.

use ruru_lease::{Event, INFINITE_LIFETIME, Lease4, Leases, StoreError, V4};

use super::{Exchange, LeaseEvent, Outcome};
use crate::dns::Tells;

impl Exchange<'_> {
    /// Takes the address back; there is no answer.
    pub(super) async fn release(&self, leases: &impl Leases<V4>) -> Result<Outcome, StoreError> {
        let client = &self.client;
        let address = self.query.header.ciaddr;
        let Some(lease) = leases.by_address(address).await? else {
            self.emit(&LeaseEvent::ReleaseNoLease { client, address });
            return Ok(Outcome::Silence);
        };
        if !lease.belongs_to(client.client_id, &client.hwaddr) {
            self.emit(&LeaseEvent::ReleaseWrongClient { client, address });
            return Ok(Outcome::Silence);
        }
        let is_finite = lease.valid_lifetime != INFINITE_LIFETIME;
        let Ok(released) = lease.clone().after(Event::Release) else {
            self.emit(&LeaseEvent::ReleaseNotAssigned { client, address });
            return Ok(Outcome::Silence);
        };
        if is_finite && self.engine.config.globals().expired_leases.affinity() {
            // It has ended now, and is remembered until it is reclaimed and its time is over.
            let released = Lease4 { valid_lifetime: 0, cltt: self.engine.now, ..released };
            leases.put(released, Some(&lease)).await?;
            self.emit(&LeaseEvent::Release { client, address });
            self.emit(&LeaseEvent::ReleaseExpired { client, address });
        } else {
            leases.remove(&lease).await?;
            self.engine.tell_of_end(&lease);
            self.emit(&LeaseEvent::Release { client, address });
            self.emit(&LeaseEvent::ReleaseDeleted { client, address });
        }
        Ok(Outcome::Silence)
    }
}
