//! DECLINE, RFC 9915 section 18.3.8.

use std::sync::Arc;

use ruru_config::v6::Subnet;
use ruru_lease::{Event, Lease6, LeaseKind, LeaseRecord, Leases, Resource, StoreError, V6};
use ruru_wire::v6::options::Status;
use ruru_wire::v6::{MessageType, StatusCode};

use super::association::{Answered, Answers, Association, Hint};
use super::reply::Reply;
use super::{Exchange, LeaseEvent, Outcome};
use crate::dns::Tells;

impl<'a> Exchange<'a> {
    /// Lets addresses rest that clients found in use; prefixes cannot be declined.
    pub(super) async fn decline(
        &self,
        selected: Option<&'a Arc<Subnet>>,
        leases: &impl Leases<V6>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let mut answered = Answers::new();
        let associations = self.associations();
        for association in associations.iter().filter(|ia| ia.resource == Resource::Address) {
            let status = self.decline_all(association, leases).await?;
            answered.push(Answered::refused(association, status.code, status.message));
        }
        Ok(self.answer(&Reply::new(MessageType::REPLY, selected, answered), reply))
    }

    async fn decline_all(
        &self,
        association: &Association,
        leases: &impl Leases<V6>,
    ) -> Result<Status<'static>, StoreError> {
        if association.hints.is_empty() {
            let message = "No addresses sent in IA_NA";
            return Ok(Status { code: StatusCode::NO_BINDING, message });
        }
        let mut last = Ok(());
        for hint in &association.hints {
            last = self.decline_one(hint, association, leases).await?;
        }
        // There is one status for all; as in Kea that of the last.
        Ok(match last {
            Ok(()) => Status {
                code: StatusCode::SUCCESS,
                message: "Lease declined. Hopefully the next one will be better.",
            },
            Err(message) => Status { code: StatusCode::NO_BINDING, message },
        })
    }

    /// Lets one address rest, or says why not.
    async fn decline_one(
        &self,
        hint: &Hint,
        association: &Association,
        leases: &impl Leases<V6>,
    ) -> Result<Result<(), &'static str>, StoreError> {
        let (client, address) = (&self.client, hint.address);
        let found = leases.by_address(address).await?;
        let found = found.filter(|lease| lease.kind == LeaseKind::Address);
        let usable = found.filter(|lease| !lease.has_expired(self.engine.now));
        let declined = usable.as_ref().and_then(|lease| lease.clone().after(Event::Decline).ok());
        let (Some(lease), Some(declined)) = (usable, declined) else {
            self.emit(&LeaseEvent::DeclineNotFound { client, address });
            return Ok(Err("Server does not know about such an address."));
        };
        if !self.is_own(&lease) {
            self.emit(&LeaseEvent::DeclineMismatch { client, address });
            return Ok(Err("This address does not belong to you, you can't decline it"));
        }
        if lease.iaid != association.iaid {
            self.emit(&LeaseEvent::DeclineWrongIaid { client, address });
            return Ok(Err("This is your address, but you used wrong IAID"));
        }
        let probation = self.engine.config.globals().decline_probation_period;
        let declined = Lease6 { cltt: self.engine.now, valid_lifetime: probation, ..declined };
        leases.put(declined, Some(&lease)).await?;
        self.engine.tell_of_end(&lease);
        self.emit(&LeaseEvent::Decline { client, address, probation });
        Ok(Ok(()))
    }
}
