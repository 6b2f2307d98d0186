//! What the DNS updater is told of leases of DHCPv6: of addresses, not of prefixes.

use std::net::Ipv6Addr;

use ruru_config::v6::Config;
use ruru_ddns_update::dhcid::Identity;
use ruru_lease::{Lease6, LeaseRecord, Resource, V6};
use ruru_ncr::{Change, Directions, Name};

use super::{DnsEvent, Engine};
use crate::NameChanges;
use crate::dns::{DnsNews, Entry, Tells};

impl Engine<'_> {
    /// Tells the name of a lease once more; answers whether it has one that is told.
    pub fn tell_again(&self, lease: &Lease6) -> bool {
        self.tell_of_name(lease)
    }

    /// Tells that a lease is over that somebody deletes.
    pub fn tell_of_deletion(&self, lease: &Lease6) {
        self.tell_of_end(lease);
    }
}

impl Tells<V6> for Engine<'_> {
    fn config(&self) -> &Config {
        self.config
    }

    fn name_changes(&self) -> &NameChanges {
        self.name_changes
    }

    fn entry<'l>(&self, lease: &'l Lease6) -> Option<Entry<'l>> {
        if lease.resource() == Some(Resource::Prefix) {
            return None;
        }
        let identity = Identity::Duid(lease.duid.as_bytes());
        let directions = Directions::new(lease.fqdn_fwd, lease.fqdn_rev);
        // In small letters, as clients are told it.
        let name = lease.hostname.parse::<Name>().ok().map(|name| name.lower_case());
        let Lease6 { cltt, valid_lifetime, .. } = *lease;
        Some(Entry { identity, name, directions, cltt, valid_lifetime })
    }

    fn tell_operator(&self, address: Ipv6Addr, name: &str, news: DnsNews) {
        self.log.emit(&match news {
            DnsNews::Told(Change::Add) => DnsEvent::Told { address, name },
            DnsNews::Told(Change::Remove) => DnsEvent::TakenBack { address, name },
            DnsNews::CannotBeTold => DnsEvent::CannotBeTold { address, name },
        });
    }
}
