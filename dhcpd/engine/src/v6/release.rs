//! RELEASE, RFC 9915 section 18.3.7.

use std::sync::Arc;

use ruru_config::v6::Subnet;
use ruru_lease::{Event, INFINITE_LIFETIME, Lease6, Leases, StoreError, V6};
use ruru_wire::v6::options::Status;
use ruru_wire::v6::{MessageType, StatusCode};

use super::association::{Answered, Association};
use super::reply::Reply;
use super::{Exchange, LeaseEvent, Outcome};

impl<'a> Exchange<'a> {
    /// Takes leases back; each association is answered for itself.
    pub(super) async fn release(
        &self,
        selected: Option<&'a Arc<Subnet>>,
        leases: &impl Leases<V6>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let mut answered = Vec::new();
        let mut overall = Status {
            code: StatusCode::SUCCESS,
            message: "Summary status for all processed IA_NAs",
        };
        for association in &self.associations() {
            let status = self.release_one(association, leases).await?;
            if status.code != StatusCode::SUCCESS {
                overall.code = status.code;
            }
            answered.push(Answered::refused(association, status.code, status.message));
        }
        let mut answer = Reply::new(MessageType::REPLY, selected, answered);
        answer.status = Some(overall);
        Ok(self.answer(answer, reply))
    }

    async fn release_one(
        &self,
        association: &Association,
        leases: &impl Leases<V6>,
    ) -> Result<Status<'static>, StoreError> {
        let no_binding = |message| Ok(Status { code: StatusCode::NO_BINDING, message });
        let client = &self.client;
        // Only one is looked at, as in Kea.
        let Some(hint) = association.hints.first() else {
            return no_binding("You did not include an address in your RELEASE");
        };
        let address = hint.address;
        let found = leases.by_address(address).await?.filter(|lease| lease.kind == hint.kind);
        let Some(lease) = found else {
            self.emit(&LeaseEvent::ReleaseNoLease { client, address });
            return no_binding("No lease for this address");
        };
        if !self.is_own(&lease) {
            self.emit(&LeaseEvent::ReleaseWrongClient { client, address });
            return no_binding("You don't own this address, you can't release it.");
        }
        if lease.iaid != association.iaid {
            self.emit(&LeaseEvent::ReleaseWrongIaid { client, address });
            return no_binding("This is your address, but you used wrong IAID");
        }
        let Ok(released) = lease.clone().after(Event::Release) else {
            self.emit(&LeaseEvent::ReleaseNotAssigned { client, address });
            return no_binding("No lease for this address");
        };
        self.put_back(&lease, released, leases).await?;
        Ok(Status {
            code: StatusCode::SUCCESS,
            message: "Lease released. Thank you, please come again.",
        })
    }

    /// Remembers a lease for its client, where that is wanted, or forgets it.
    async fn put_back(
        &self,
        lease: &Lease6,
        released: Lease6,
        leases: &impl Leases<V6>,
    ) -> Result<(), StoreError> {
        let (client, address) = (&self.client, lease.address);
        let is_finite = lease.valid_lifetime != INFINITE_LIFETIME;
        if is_finite && self.engine.config.globals().expired_leases.affinity() {
            let (valid_lifetime, preferred_lifetime) = (0, 0);
            let cltt = self.engine.now;
            let released = Lease6 { valid_lifetime, preferred_lifetime, cltt, ..released };
            leases.put(released, Some(lease)).await?;
            self.emit(&LeaseEvent::Release { client, address });
            self.emit(&LeaseEvent::ReleaseExpired { client, address });
        } else {
            leases.remove(lease).await?;
            self.emit(&LeaseEvent::Release { client, address });
            self.emit(&LeaseEvent::ReleaseDeleted { client, address });
        }
        Ok(())
    }
}
