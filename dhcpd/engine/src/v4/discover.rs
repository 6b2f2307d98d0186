//! DHCPDISCOVER, RFC 2131 section 4.3.1.

use std::sync::Arc;

use ruru_config::v4::Subnet;
use ruru_lease::{Leases4, StoreError};
use ruru_wire::v4::MessageType;
use ruru_wire::v4::options::LeaseTime;

use super::reply::Grant;
use super::{Exchange, LeaseEvent, Outcome, PacketEvent};

impl<'a> Exchange<'a> {
    /// Offers an address; nothing is stored.
    pub(super) async fn discover(
        &self,
        selected: Option<&'a Arc<Subnet>>,
        leases: &impl Leases4,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let client = &self.client;
        let Some(selected) = selected else { return Ok(Outcome::Silence) };
        if self.is_in_class("REJECT") {
            self.emit(&PacketEvent::Rejected { client });
            return Ok(Outcome::Silence);
        }
        let own = self.lease_of(selected, leases).await?;
        let wanted = self.requested_address().or(self.ciaddr());
        let Some(choice) = self.choose(selected, wanted, own, leases).await? else {
            self.emit(&PacketEvent::NoOffer { client });
            return Ok(Outcome::Silence);
        };
        self.emit(&LeaseEvent::Offer { client, address: choice.address });
        let wanted = self.query.options.decode::<LeaseTime>().ok().flatten().map(|o| o.0);
        let host = self.host_in(choice.subnet);
        let name = self.name_for(host, choice.address);
        let grant = Grant {
            subnet: Some(choice.subnet),
            host,
            address: Some(choice.address),
            lifetime: Some(self.lifetime_in(choice.subnet).grant(wanted)),
            name,
        };
        Ok(self.answer(MessageType::OFFER, &grant, reply))
    }
}
