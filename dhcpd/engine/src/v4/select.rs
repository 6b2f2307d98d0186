//! Subnet selection, RFC 2131 section 4.3.1, RFC 3011, RFC 3527.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ruru_config::v4::Subnet;
use ruru_wire::v4::OptionCode;
use ruru_wire::v4::options::{RelayAgentInformation, SubnetSelection};

use super::{Client, Engine, PacketEvent, Received};

impl Engine<'_> {
    /// The subnet that a query is about.
    pub(super) fn select_subnet(&self, received: &Received<'_>) -> Option<&Arc<Subnet>> {
        let client = Client::of(&received.query);
        let subnet = self.subnet_of(received);
        match subnet {
            Some(subnet) => {
                self.emit(&PacketEvent::SubnetSelected { client: &client, subnet: subnet.id });
            }
            None => self.emit(&PacketEvent::SelectionFailed { client: &client }),
        }
        subnet
    }

    fn subnet_of(&self, received: &Received<'_>) -> Option<&Arc<Subnet>> {
        let header = &received.query.header;
        // RFC 3527 and RFC 3011: the option decides alone, it is never only a hint.
        if let Some(address) = selected_by_option(received) {
            return self.config.subnet_containing(address);
        }
        if !header.giaddr.is_unspecified() {
            return self
                .config
                .subnet_of_relay(header.giaddr)
                .or_else(|| self.config.subnet_containing(header.giaddr));
        }
        let broadcast = received.destination.is_broadcast();
        for address in [header.ciaddr, *received.source.ip()] {
            if !address.is_unspecified() && !broadcast {
                return self.config.subnet_containing(address);
            }
        }
        self.config
            .subnet_of_interface(received.interface)
            .or_else(|| self.config.subnet_containing(received.local))
    }
}

fn selected_by_option(received: &Received<'_>) -> Option<Ipv4Addr> {
    let options = &received.query.options;
    let relay = options.get(OptionCode::RELAY_AGENT).map(RelayAgentInformation);
    let option = options.decode::<SubnetSelection>().ok().flatten().map(|o| o.0);
    relay.and_then(RelayAgentInformation::link_selection).or(option)
}
