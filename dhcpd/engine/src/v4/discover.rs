//! DHCPDISCOVER, RFC 2131 section 4.3.1.

use ruru_lease::{Leases4, StoreError};
use ruru_wire::v4::MessageType;
use ruru_wire::v4::options::{LeaseTime, RequestedAddress};

use super::reply::Grant;
use super::{Client, Engine, LeaseEvent, Outcome, PacketEvent, Received};

impl Engine<'_> {
    /// Offers an address; nothing is stored.
    pub(super) async fn discover(
        &self,
        received: &Received<'_>,
        leases: &impl Leases4,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let query = &received.query;
        let client = Client::of(query);
        let Some(selected) = self.select_subnet(received) else { return Ok(Outcome::Silence) };
        let own = self.lease_of(selected, &client, leases).await?;
        let asked = query.options.decode::<RequestedAddress>().ok().flatten().map(|o| o.0);
        let ciaddr = Some(query.header.ciaddr).filter(|address| !address.is_unspecified());
        let choice = self.choose(selected, &client, asked.or(ciaddr), own, leases).await?;
        let Some(choice) = choice else {
            self.emit(&PacketEvent::NoOffer { client: &client });
            return Ok(Outcome::Silence);
        };
        self.emit(&LeaseEvent::Offer { client: &client, address: choice.address });
        let wanted = query.options.decode::<LeaseTime>().ok().flatten().map(|o| o.0);
        let host = self.host_in(choice.subnet, &client);
        let name = self.name_for(query, host);
        let grant = Grant {
            subnet: choice.subnet,
            host,
            address: Some(choice.address),
            lifetime: Some(choice.subnet.effective.lifetime.grant(wanted)),
            name: &name,
        };
        Ok(self.answer(received, MessageType::OFFER, &grant, reply))
    }
}
