//! RELEASE, RFC 9915 section 18.3.7.

use std::sync::Arc;

use ruru_config::v6::Subnet;
use ruru_lease::{Event, INFINITE_LIFETIME, Lease6, LeaseRecord, Leases, Resource, StoreError, V6};
use ruru_wire::v6::options::Status;
use ruru_wire::v6::{MessageType, StatusCode};

use super::association::{Answered, Answers, Association};
use super::reply::Reply;
use super::{Exchange, LeaseEvent, Outcome};
use crate::dns::Tells;

/// What is said of leases that nobody has.
const UNKNOWN: &str = "Sorry, no known leases for this duid/iaid, can't release.";

impl<'a> Exchange<'a> {
    /// Takes leases back; each association is answered for itself.
    pub(super) async fn release(
        &self,
        selected: Option<&'a Arc<Subnet>>,
        leases: &impl Leases<V6>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let mut answered = Answers::new();
        let mut overall = StatusCode::SUCCESS;
        for association in &self.associations() {
            let status = self.release_one(association, leases).await?;
            if status.code != StatusCode::SUCCESS {
                overall = status.code;
            }
            answered.push(Answered::refused(association, status.code, status.message));
        }
        let mut answer = Reply::new(MessageType::REPLY, selected, answered);
        answer.status = Some((overall, "Summary status for all processed IA_NAs".into()));
        Ok(self.answer(&answer, reply))
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
            return no_binding(match association.resource {
                Resource::Address => "You did not include an address in your RELEASE",
                Resource::Prefix => "You did not include a prefix in your RELEASE",
            });
        };
        let (address, resource) = (hint.address, Some(association.resource));
        let found = leases.by_address(address).await?.filter(|lease| lease.resource() == resource);
        let Some(lease) = found else {
            self.tell(resource, &LeaseEvent::ReleaseNoLease { client, address });
            return no_binding(UNKNOWN);
        };
        if !self.is_own(&lease) {
            self.tell(resource, &LeaseEvent::ReleaseWrongClient { client, address });
            return no_binding("This address does not belong to you, you can't release it");
        }
        if lease.iaid != association.iaid {
            self.tell(resource, &LeaseEvent::ReleaseWrongIaid { client, address });
            return no_binding("This is your address, but you used wrong IAID");
        }
        let Ok(released) = lease.clone().after(Event::Release) else {
            self.tell(resource, &LeaseEvent::ReleaseNotAssigned { client, address });
            return no_binding(UNKNOWN);
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
        let (client, address, resource) = (&self.client, lease.address, lease.resource());
        let is_finite = lease.valid_lifetime != INFINITE_LIFETIME;
        if is_finite && self.engine.config.globals().expired_leases.affinity() {
            let (valid_lifetime, preferred_lifetime) = (0, 0);
            let cltt = self.engine.now;
            let released = Lease6 { valid_lifetime, preferred_lifetime, cltt, ..released };
            leases.put(released, Some(lease)).await?;
            self.tell(resource, &LeaseEvent::Release { client, address });
            self.tell(resource, &LeaseEvent::ReleaseExpired { client, address });
        } else {
            leases.remove(lease).await?;
            self.engine.tell_of_end(lease);
            self.tell(resource, &LeaseEvent::Release { client, address });
            self.tell(resource, &LeaseEvent::ReleaseDeleted { client, address });
        }
        Ok(())
    }
}
