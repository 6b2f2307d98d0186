//! RENEW and REBIND, RFC 9915 sections 18.3.4 and 18.3.5.

use std::sync::Arc;

use ruru_config::v6::Subnet;
use ruru_lease::{LeaseKind, Leases, Resource, StoreError, V6};
use ruru_wire::v6::options::Status;
use ruru_wire::v6::{MessageType, StatusCode};

use super::allocate::Taken;
use super::association::{Answered, Answers, Association, Given};
use super::leases::Storing;
use super::reply::Reply;
use super::{DropReason, Exchange, LeaseEvent, Outcome, PacketEvent};
use crate::classes::Classified;

impl<'a> Exchange<'a> {
    /// Extends leases. One that the client may not use any more comes back with lifetimes of 0, and
    /// with another one if there is one.
    pub(super) async fn renew(
        &self,
        selected: Option<&'a Arc<Subnet>>,
        leases: &impl Leases<V6>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let associations = self.associations();
        let Some(selected) = selected else {
            let rebinds_prefix = self.query.message_type == MessageType::REBIND
                && associations.iter().any(|ia| ia.resource == Resource::Prefix);
            if rebinds_prefix {
                // It may be another server's (RFC 9915 section 18.3.5).
                return Ok(self.engine.drop(DropReason::NotForUs));
            }
            let unknown = |association: &Association| {
                let message = match association.resource {
                    Resource::Address => "Sorry, no known leases for this duid/iaid.",
                    Resource::Prefix => "Sorry, no known PD leases for this duid/iaid.",
                };
                Answered::refused(association, StatusCode::NO_BINDING, message)
            };
            let answered = associations.iter().map(unknown).collect();
            return Ok(self.answer(&Reply::new(MessageType::REPLY, None, answered), reply));
        };
        let own = self.own_leases(leases).await?;
        let mut taken = Taken::default();
        let mut answered = Answers::new();
        for association in &associations {
            if let Some(same) = Answered::before(&answered, association) {
                answered.push(same);
                continue;
            }
            if self.is_in_class("REJECT") {
                self.emit(&PacketEvent::Rejected { client: &self.client });
                let status = nothing_left(association.resource);
                let mut refused = Answered::refused(association, status.code, status.message);
                let hints = association.hints.iter();
                refused.leases = hints.map(|hint| Given::ended(hint.address, hint.kind)).collect();
                answered.push(refused);
                continue;
            }
            let given = self.give(selected, association, &own, &mut taken, Storing::Assign, leases);
            let (mut given, chosen) = given.await?;
            let is_given = |given: &Answered<'a>, address, kind| {
                given.leases.iter().any(|lease| (lease.address, lease.kind) == (address, kind))
            };
            let granted = given.leases.len();
            for lost in chosen.lost {
                if !is_given(&given, lost.address, lost.kind) {
                    given.leases.push(Given::ended(lost.address, lost.kind));
                }
            }
            for hint in &association.hints {
                let is_length = hint.address.is_unspecified() && hint.kind != LeaseKind::Address;
                if !is_length && !is_given(&given, hint.address, hint.kind) {
                    given.leases.push(Given::ended(hint.address, hint.kind));
                }
            }
            if granted == 0 {
                let (client, iaid) = (&self.client, association.iaid);
                self.tell(Some(association.resource), &LeaseEvent::AllocFailed { client, iaid });
                given.status = Some(nothing_left(association.resource));
            }
            answered.push(given);
        }
        Ok(self.answer(&Reply::new(MessageType::REPLY, Some(selected), answered), reply))
    }
}

/// There is nothing left for an association that is renewed.
fn nothing_left(resource: Resource) -> Status<'static> {
    let (code, message) = match resource {
        Resource::Address => {
            (StatusCode::NO_ADDRS_AVAIL, "Sorry, no addresses could be assigned at this time.")
        }
        Resource::Prefix => {
            (StatusCode::NO_PREFIX_AVAIL, "Sorry, no prefixes could be assigned at this time.")
        }
    };
    Status { code, message }
}
