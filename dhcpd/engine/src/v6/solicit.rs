//! SOLICIT and REQUEST, RFC 9915 sections 18.3.1 and 18.3.2.

use std::sync::Arc;

use ruru_config::v6::Subnet;
use ruru_lease::{ClientKey6, Found, Leases, Resource, StoreError, V6};
use ruru_wire::v6::{MessageType, OptionCode, StatusCode};

use super::allocate::Taken;
use super::association::{Answered, Answers, Association};
use super::leases::Storing;
use super::reply::Reply;
use super::{Exchange, LeaseEvent, Outcome, PacketEvent};
use crate::classes::Classified;

impl<'a> Exchange<'a> {
    /// Offers leases, or assigns them at once to a client that may have that.
    pub(super) async fn solicit(
        &self,
        selected: Option<&'a Arc<Subnet>>,
        leases: &impl Leases<V6>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let is_rapid = self.query.options.contains(OptionCode::RAPID_COMMIT)
            && selected.is_some_and(|subnet| subnet.effective.own.rapid_commit);
        let (kind, storing) = match is_rapid {
            true => (MessageType::REPLY, Storing::Assign),
            false => (MessageType::ADVERTISE, Storing::Offer),
        };
        let associations = self.give_all(selected, storing, leases).await?;
        let mut answer = Reply::new(kind, selected, associations);
        answer.rapid_commit = is_rapid;
        Ok(self.answer(&answer, reply))
    }

    /// Assigns leases.
    pub(super) async fn request(
        &self,
        selected: Option<&'a Arc<Subnet>>,
        leases: &impl Leases<V6>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let associations = self.give_all(selected, Storing::Assign, leases).await?;
        Ok(self.answer(&Reply::new(MessageType::REPLY, selected, associations), reply))
    }

    async fn give_all(
        &self,
        selected: Option<&'a Arc<Subnet>>,
        storing: Storing,
        leases: &impl Leases<V6>,
    ) -> Result<Answers<'a>, StoreError> {
        let own = self.own_leases(leases).await?;
        let mut taken = Taken::default();
        let mut answered = Answers::new();
        for association in self.associations() {
            if let Some(same) = Answered::before(&answered, &association) {
                answered.push(same);
                continue;
            }
            let Some(selected) = selected.filter(|_| !self.is_in_class("REJECT")) else {
                answered.push(self.without_subnet(&association, selected.is_none()));
                continue;
            };
            let given = self.give(selected, &association, &own, &mut taken, storing, leases);
            let (given, _) = given.await?;
            if given.leases.is_empty() {
                let (client, iaid) = (&self.client, association.iaid);
                let event = match storing {
                    Storing::Offer => LeaseEvent::OfferFailed { client, iaid },
                    Storing::Assign => LeaseEvent::AllocFailed { client, iaid },
                };
                self.tell(Some(association.resource), &event);
                answered.push(nothing(&association));
            } else {
                answered.push(given);
            }
        }
        Ok(answered)
    }

    /// All leases of the client.
    pub(super) async fn own_leases(
        &self,
        leases: &impl Leases<V6>,
    ) -> Result<Found<V6>, StoreError> {
        match &self.client.duid {
            Some(duid) => leases.by_client(ClientKey6::Duid(duid)).await,
            None => Ok(Found::<V6>::default()),
        }
    }

    fn without_subnet(&self, association: &Association, is_unknown: bool) -> Answered<'a> {
        match (association.resource, is_unknown) {
            (Resource::Address, true) => Answered::refused(
                association,
                StatusCode::NO_ADDRS_AVAIL,
                "Server could not select subnet for this client",
            ),
            (Resource::Prefix, true) => Answered::refused(
                association,
                StatusCode::NO_PREFIX_AVAIL,
                "Sorry, no subnet available.",
            ),
            (_, false) => {
                self.emit(&PacketEvent::Rejected { client: &self.client });
                nothing(association)
            }
        }
    }
}

/// There is no address or prefix to give.
fn nothing<'a>(association: &Association) -> Answered<'a> {
    match association.resource {
        Resource::Address => Answered::refused(
            association,
            StatusCode::NO_ADDRS_AVAIL,
            "Sorry, no address could be allocated.",
        ),
        Resource::Prefix => Answered::refused(
            association,
            StatusCode::NO_PREFIX_AVAIL,
            "Sorry, no prefixes could be allocated.",
        ),
    }
}
