//! What the DNS updater is told of leases.
//!
//! Nothing is sent here: requests are gathered, and whoever has stored the leases sends them.

use std::net::IpAddr;

use ruru_config::v4::Ddns;
use ruru_ddns_update::dhcid::Identity;
use ruru_lease::Lease4;
use ruru_ncr::{Change, Directions, Expiry, Name, NameChangeRequest};
use ruru_wire::v4::HardwareType;

use super::names::ddns_for;
use super::{AllocEvent, Engine};

impl Engine<'_> {
    /// A client got a lease, or keeps it: its name is told if it is new, or another than before.
    pub(super) fn tell_of_grant(&self, lease: &Lease4, earlier: Option<&Lease4>, ddns: &Ddns) {
        if self.config.globals().updater.is_none() || !ddns.send_updates {
            return;
        }
        let told = |lease: &Lease4| (lease.hostname.clone(), lease.fqdn_fwd, lease.fqdn_rev);
        if let Some(earlier) = earlier {
            if !ddns.update_on_renew && told(lease) == told(earlier) {
                return;
            }
            self.tell(Change::Remove, earlier, ddns);
        }
        self.tell(Change::Add, lease, ddns);
    }

    /// The lease of a name is over.
    pub(super) fn tell_of_end(&self, lease: &Lease4) {
        if self.config.globals().updater.is_some() {
            self.tell(Change::Remove, lease, self.ddns_of(lease));
        }
    }

    /// Tells the name of a lease once more; answers whether it has one that is told.
    pub fn tell_again(&self, lease: &Lease4) -> bool {
        self.tell(Change::Add, lease, self.ddns_of(lease))
    }

    /// Tells that a lease is over that somebody deletes.
    pub fn tell_of_deletion(&self, lease: &Lease4) {
        self.tell_of_end(lease);
    }

    /// What holds for names where a lease is; its subnet may be gone.
    fn ddns_of(&self, lease: &Lease4) -> &Ddns {
        let subnet = self.config.subnet(lease.subnet_id);
        let global = &self.config.globals().effective.ddns;
        subnet.map_or(global, |subnet| ddns_for(subnet, lease.address))
    }

    fn tell(&self, change: Change, lease: &Lease4, ddns: &Ddns) -> bool {
        let directions = Directions::new(lease.fqdn_fwd, lease.fqdn_rev);
        let Some(directions) = directions.filter(|_| !lease.hostname.is_empty()) else {
            return false;
        };
        match request(change, directions, lease, ddns) {
            Some(request) => {
                self.name_changes.push(request);
                true
            }
            None => {
                let (address, name) = (lease.address, &*lease.hostname);
                self.log.emit(&AllocEvent::NameCannotBeTold { address, name });
                false
            }
        }
    }
}

/// `None` if the name is none that DNS has, or the client cannot be told from others.
fn request(
    change: Change,
    directions: Directions,
    lease: &Lease4,
    ddns: &Ddns,
) -> Option<NameChangeRequest> {
    let name: Name = lease.hostname.parse().ok()?;
    let identity = match lease.client_id.as_deref() {
        Some(client_id) => Identity::ClientId(client_id),
        // Leases do not remember the hardware type, and there is hardly another.
        None => {
            let address = lease.hwaddr.as_bytes();
            Identity::Hardware { kind: HardwareType::ETHERNET.0, address }
        }
    };
    Some(NameChangeRequest {
        change,
        directions,
        dhcid: identity.dhcid(&name).ok()?,
        name,
        address: IpAddr::V4(lease.address),
        lease_expires_on: Expiry::new(u64::from(lease.cltt.0) + u64::from(lease.valid_lifetime)),
        lease_length: ddns.ttl.for_lifetime(lease.valid_lifetime),
        conflict_resolution: ddns.conflict_mode,
    })
}
