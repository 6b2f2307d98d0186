//! What the DNS updater is told of leases of DHCPv4.

use std::net::Ipv4Addr;

use ruru_config::v4::Config;
use ruru_ddns_update::dhcid::Identity;
use ruru_lease::{Lease4, V4};
use ruru_ncr::Directions;
use ruru_wire::v4::HardwareType;

use super::{AllocEvent, Engine};
use crate::NameChanges;
use crate::dns::{DnsNews, Entry, Tells};

impl Engine<'_> {
    /// Tells the name of a lease once more; answers whether it has one that is told.
    pub fn tell_again(&self, lease: &Lease4) -> bool {
        self.tell_of_name(lease)
    }

    /// Tells that a lease is over that somebody deletes.
    pub fn tell_of_deletion(&self, lease: &Lease4) {
        self.tell_of_end(lease);
    }
}

impl Tells<V4> for Engine<'_> {
    fn config(&self) -> &Config {
        self.config
    }

    fn name_changes(&self) -> &NameChanges {
        self.name_changes
    }

    fn entry<'l>(&self, lease: &'l Lease4) -> Option<Entry<'l>> {
        let identity = match lease.client_id.as_deref() {
            Some(client_id) => Identity::ClientId(client_id),
            // Leases do not remember the hardware type, and there is hardly another.
            None => {
                let address = lease.hwaddr.as_bytes();
                Identity::Hardware { kind: HardwareType::ETHERNET.0, address }
            }
        };
        let directions = Directions::new(lease.fqdn_fwd, lease.fqdn_rev);
        let name = lease.hostname.parse().ok();
        let Lease4 { cltt, valid_lifetime, .. } = *lease;
        Some(Entry { identity, name, directions, cltt, valid_lifetime })
    }

    fn tell_operator(&self, address: Ipv4Addr, name: &str, news: DnsNews) {
        if news == DnsNews::CannotBeTold {
            self.log.emit(&AllocEvent::NameCannotBeTold { address, name });
        }
    }
}
