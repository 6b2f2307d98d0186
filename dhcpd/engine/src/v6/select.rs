//! Which subnet a query is for.

use std::net::Ipv6Addr;
use std::sync::Arc;

use ruru_config::v6::Subnet;
use ruru_wire::v6::OptionCode;

use super::{Exchange, PacketEvent};
use crate::classes::Classified;

impl<'a> Exchange<'a> {
    /// The subnet of the client's link: as relays tell it, else by the interface or the client's own
    /// address.
    pub(super) fn select_subnet(&self) -> Option<&'a Arc<Subnet>> {
        let client = &self.client;
        let selected = self.find_subnet();
        match selected {
            Some(subnet) => {
                self.emit(&PacketEvent::SubnetSelected { client, subnet: subnet.id });
            }
            None => self.emit(&PacketEvent::SelectionFailed { client }),
        }
        selected
    }

    fn find_subnet(&self) -> Option<&'a Arc<Subnet>> {
        let config = self.engine.config;
        let is_member = |class: &str| self.is_in_class(class);
        let (link, interface_id) = (self.link_address(), self.interface_id());
        if link.is_none() && interface_id.is_none() {
            let source = *self.arrival.source.ip();
            return config
                .subnet_of_interface(self.arrival.interface, is_member)
                .or_else(|| config.subnet_containing(source, is_member));
        }
        let by_id = interface_id.and_then(|id| config.subnet_of_interface_id(id, is_member));
        by_id.or_else(|| {
            let link = link?;
            let by_relay = config.subnet_of_relay(link, is_member);
            by_relay.or_else(|| config.subnet_containing(link, is_member))
        })
    }

    /// What the relay nearest to the client says of its link, of those that say something.
    pub(super) fn link_address(&self) -> Option<Ipv6Addr> {
        let links = self.query.relays.iter().rev().map(|relay| relay.link_address);
        let mut usable =
            links.filter(|link| !link.is_unspecified() && !link.is_unicast_link_local());
        usable.next()
    }

    /// What the relay nearest to the client calls its interface, of those that name one.
    fn interface_id(&self) -> Option<&'a [u8]> {
        let query = self.query;
        query.relays.iter().rev().find_map(|relay| relay.options.get(OptionCode::INTERFACE_ID))
    }
}
