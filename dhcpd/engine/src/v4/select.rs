//! Subnet selection, RFC 2131 section 4.3.1, RFC 3011, RFC 3527.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ruru_config::v4::Subnet;
use ruru_observe::Renamed;
use ruru_wire::v4::options::{RelayAgentInformation, SubnetSelection};

use super::events::OF_OVER6;
use super::{Exchange, Over6, PacketEvent};
use crate::classes::Classified;

impl<'a> Exchange<'a> {
    /// The subnet that a query is about.
    pub(super) fn select_subnet(&self) -> Option<&'a Arc<Subnet>> {
        let client = &self.client;
        let subnet = self.subnet_of();
        let event = match subnet {
            Some(subnet) => PacketEvent::SubnetSelected { client, subnet: subnet.id },
            None => PacketEvent::SelectionFailed { client },
        };
        match self.arrival.over6 {
            Some(_) => self.emit(&Renamed { event: &event, names: OF_OVER6 }),
            None => self.emit(&event),
        }
        subnet
    }

    fn subnet_of(&self) -> Option<&'a Arc<Subnet>> {
        let config = self.engine.config;
        let is_member = |class: &str| self.is_in_class(class);
        let header = &self.query.header;
        if let Some(Over6 { source, interface_id, .. }) = self.arrival.over6 {
            let interface = self.arrival.interface;
            return config.subnet_over6(Some(source), interface_id, interface, is_member);
        }
        // RFC 3527 and RFC 3011: the option decides alone, it is never only a hint.
        if let Some(address) = self.selected_by_option() {
            return config.subnet_containing(address, is_member);
        }
        if !header.giaddr.is_unspecified() {
            return config
                .subnet_of_relay(header.giaddr, is_member)
                .or_else(|| config.subnet_containing(header.giaddr, is_member));
        }
        let broadcast = self.arrival.destination.is_broadcast();
        for address in [header.ciaddr, *self.arrival.source.ip()] {
            if !address.is_unspecified() && !broadcast {
                return config.subnet_containing(address, is_member);
            }
        }
        config
            .subnet_of_interface(self.arrival.interface, is_member)
            .or_else(|| config.subnet_containing(self.arrival.local, is_member))
    }

    fn selected_by_option(&self) -> Option<Ipv4Addr> {
        let options = &self.query.options;
        let relay = self.relay_agent.map(RelayAgentInformation);
        let option = options.decode::<SubnetSelection>().ok().flatten().map(|o| o.0);
        let relay =
            relay.filter(|_| !self.engine.config.globals().compatibility.ignore_link_selection);
        relay.and_then(RelayAgentInformation::link_selection).or(option)
    }
}
