//! DHCPDISCOVER, RFC 2131 section 4.3.1.

use std::sync::Arc;

use ruru_config::v4::Subnet;
use ruru_lease::{LeaseRecord, Leases, StoreError, V4};
use ruru_wire::v4::MessageType;
use ruru_wire::v4::options::LeaseTime;

use super::allocate::Choice;
use super::names::Name;
use super::reply::Grant;
use super::{Exchange, LeaseEvent, Outcome, PacketEvent};
use crate::classes::Classified;

impl<'a> Exchange<'a> {
    /// Offers an address; nothing is stored, unless offered addresses are kept for their clients.
    pub(super) async fn discover(
        &self,
        selected: Option<&'a Arc<Subnet>>,
        leases: &impl Leases<V4>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let client = &self.client;
        let Some(selected) = selected else { return Ok(Outcome::Silence) };
        if self.is_in_class("REJECT") {
            self.emit(&PacketEvent::Rejected { client });
            return Ok(Outcome::Silence);
        }
        if let Some(grant) = self.without_address(selected) {
            return Ok(self.answer(MessageType::OFFER, &grant, reply));
        }
        let own = self.lease_of(selected, leases).await?;
        let wanted = self.wanted_address();
        let Some(choice) = self.choose(selected, wanted, own, leases).await? else {
            self.emit(&PacketEvent::NoOffer { client });
            return Ok(Outcome::Silence);
        };
        self.emit(&LeaseEvent::Offer { client, address: choice.address });
        let wanted = self.query.options.decode::<LeaseTime>().ok().flatten().map(|o| o.0);
        let lifetime = self.lifetime_for(&choice, wanted, leases).await?;
        let host = self.host_in(choice.subnet);
        let name = self.name_for(choice.subnet, host, choice.address);
        self.keep_offered(selected, &choice, &name, leases).await?;
        let grant = Grant {
            subnet: Some(choice.subnet),
            host,
            address: Some(choice.address),
            lifetime: Some(lifetime),
            name,
        };
        Ok(self.answer(MessageType::OFFER, &grant, reply))
    }

    /// Stores a short lease of the address that is offered, where that is asked for; a lease that
    /// the client has already is not made shorter.
    async fn keep_offered(
        &self,
        selected: &'a Arc<Subnet>,
        choice: &Choice<'a>,
        name: &Name,
        leases: &impl Leases<V4>,
    ) -> Result<(), StoreError> {
        let Choice { subnet, address, earlier } = choice;
        // Kea, too, looks where the client is, not where its address is.
        let lifetime = self.offer_lifetime_in(selected);
        let until = self.engine.now.plus(lifetime);
        let is_kept = earlier
            .as_ref()
            .is_some_and(|lease| lease.holds_address(self.engine.now) && lease.until() > until);
        if lifetime == 0 || is_kept {
            return Ok(());
        }
        // Nothing is told of it yet.
        let name = name.untold();
        let lease = self.lease_for(subnet, *address, earlier.as_ref(), lifetime, &name);
        let Some(lease) = lease else { return Ok(()) };
        leases.put(lease, earlier.as_ref()).await?;
        self.engine.tell_of_ended(earlier.as_ref());
        self.count_assignment(subnet, *address);
        Ok(())
    }
}
