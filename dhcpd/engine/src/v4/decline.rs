//! DHCPDECLINE, RFC 2131 section 4.3.3.

use ruru_lease::{Event, Lease4, LeaseRecord, Leases, StoreError, V4};
use ruru_observe::counters::Server4;
use ruru_wire::v4::options::RequestedAddress;

use super::{DropReason, Exchange, LeaseEvent, Outcome};
use crate::dns::Tells;

impl Exchange<'_> {
    /// Lets the address rest; there is no answer.
    pub(super) async fn decline(&self, leases: &impl Leases<V4>) -> Result<Outcome, StoreError> {
        let client = &self.client;
        let asked = self.query.options.decode::<RequestedAddress>();
        let Ok(Some(RequestedAddress(address))) = asked else {
            self.engine.registry.server.count(DropReason::RfcViolation.counter());
            self.engine.registry.server.count(Server4::ReceiveDrop);
            return Ok(Outcome::Drop(DropReason::RfcViolation));
        };
        let Some(lease) = leases.by_address(address).await? else {
            self.emit(&LeaseEvent::DeclineNotFound { client, address });
            return Ok(Outcome::Silence);
        };
        let is_clients = lease.belongs_to(client.client_id, &client.hwaddr);
        let declined = lease.clone().after(Event::Decline);
        let (true, false, Ok(declined)) =
            (is_clients, lease.has_expired(self.engine.now), declined)
        else {
            self.emit(&LeaseEvent::DeclineMismatch { client, address });
            return Ok(Outcome::Silence);
        };
        let probation = self.engine.config.globals().decline_probation_period;
        let declined = Lease4 { cltt: self.engine.now, valid_lifetime: probation, ..declined };
        leases.put(declined, Some(&lease)).await?;
        self.engine.tell_of_end(&lease);
        self.emit(&LeaseEvent::Decline { client, address, probation });
        Ok(Outcome::Silence)
    }
}
