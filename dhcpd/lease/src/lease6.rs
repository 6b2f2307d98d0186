//! A DHCPv6 lease.

use std::net::Ipv6Addr;

use ruru_wire::HardwareAddress;
use ruru_wire::v6::options::Iaid;
use ruru_wire::v6::{Duid, HardwareType};

use crate::{
    Event, INFINITE_LIFETIME, LeaseKind, LeaseRecord, PoolId, Refused, Resource, State, SubnetId,
    Time, V6,
};

/// What is known of an address or a prefix and the client that has it, had it, declined it, or
/// registered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease6 {
    /// The address, or the first one of the prefix.
    pub address: Ipv6Addr,
    /// What it is of.
    pub kind: LeaseKind,
    /// The client's unique identifier; [`Duid::empty`] if the lease is declined.
    pub duid: Duid,
    /// The identity association of the client that it belongs to.
    pub iaid: Iaid,
    /// Lifetime in seconds; [`INFINITE_LIFETIME`] never ends.
    pub valid_lifetime: u32,
    /// For how many seconds new connections may use the address; never more than the lifetime.
    pub preferred_lifetime: u32,
    /// Client last transaction time: when the lifetimes began.
    pub cltt: Time,
    /// When the client was given it; [`Time`] 0 if that was before the server started, for lease files
    /// do not tell.
    pub began: Time,
    /// The subnet.
    pub subnet_id: SubnetId,
    /// The pool, for statistics.
    pub pool_id: PoolId,
    /// State; see [`State::after`].
    pub state: State,
    /// Whether the forward DNS entry is ours.
    pub fqdn_fwd: bool,
    /// Whether the reverse DNS entry is ours.
    pub fqdn_rev: bool,
    /// Host name, lower case; empty if there is none.
    pub hostname: Box<str>,
    /// The client's hardware address, if it could be told; else empty.
    pub hwaddr: HardwareAddress,
    /// What the hardware address is of; 0 if there is none.
    pub hwtype: HardwareType,
    /// How the hardware address was told: the number of one of Kea's `mac-sources`.
    pub hwaddr_source: u32,
    /// JSON text of a map, if there is one.
    pub user_context: Option<Box<str>>,
}

impl Lease6 {
    /// Whether the client with this DUID is the lease's client.
    #[must_use]
    pub fn belongs_to(&self, duid: &Duid) -> bool {
        !duid.is_empty() && self.duid == *duid
    }

    /// The lease after `event`; a declined lease forgets its client.
    ///
    /// # Errors
    /// The event cannot happen to a lease in this state.
    pub fn after(mut self, event: Event) -> Result<Self, Refused> {
        self.state = self.state.after(event, self.until())?;
        match event {
            Event::Request { now } | Event::Register { now } => self.cltt = now,
            Event::Decline => {
                self.duid = Duid::empty();
                self.forget_hardware_address();
                self.preferred_lifetime = 0;
                self.user_context = None;
                self.forget_name();
            }
            Event::Expire { .. } => self.forget_name(),
            Event::Release => {}
        }
        Ok(self)
    }

    fn forget_hardware_address(&mut self) {
        self.hwaddr = HardwareAddress::default();
        self.hwtype = HardwareType(0);
        self.hwaddr_source = 0;
    }

    fn forget_name(&mut self) {
        self.hostname = "".into();
        self.fqdn_fwd = false;
        self.fqdn_rev = false;
    }
}

impl LeaseRecord<V6> for Lease6 {
    fn address(&self) -> Ipv6Addr {
        self.address
    }

    fn subnet_id(&self) -> SubnetId {
        self.subnet_id
    }

    fn pool_id(&self) -> PoolId {
        self.pool_id
    }

    fn resource(&self) -> Option<Resource> {
        self.kind.resource()
    }

    fn state(&self) -> State {
        self.state
    }

    fn hostname(&self) -> &str {
        &self.hostname
    }

    fn hardware_address(&self) -> &HardwareAddress {
        &self.hwaddr
    }

    fn moved_to(self, subnet: SubnetId) -> Self {
        Self { subnet_id: subnet, ..self }
    }

    fn until(&self) -> Time {
        if self.is_infinite() { Time::NEVER } else { self.cltt.plus(self.valid_lifetime) }
    }

    fn is_infinite(&self) -> bool {
        self.valid_lifetime == INFINITE_LIFETIME
    }

    fn client_keys(&self) -> [Option<ClientKey6<'_>>; 2] {
        // Declined leases, of which there may be many, have no client in common.
        [Some(&self.duid).filter(|duid| !duid.is_empty()).map(ClientKey6::Duid), None]
    }

    fn is_of(&self, client: ClientKey6<'_>) -> bool {
        self.client_keys().contains(&Some(client))
    }
}

/// What tells a DHCPv6 client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientKey6<'a> {
    /// Its unique identifier.
    Duid(&'a Duid),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease() -> Lease6 {
        Lease6 {
            address: "2001:db8::1".parse().unwrap(),
            kind: LeaseKind::Address,
            duid: Duid::new(&[0, 1, 2, 3]).unwrap(),
            iaid: Iaid(7),
            valid_lifetime: 100,
            preferred_lifetime: 50,
            cltt: Time(1000),
            began: Time(0),
            subnet_id: SubnetId(1),
            pool_id: PoolId(0),
            state: State::Assigned,
            fqdn_fwd: true,
            fqdn_rev: true,
            hostname: "host".into(),
            hwaddr: HardwareAddress::new(&[2, 0, 0, 0, 0, 1]).unwrap(),
            hwtype: HardwareType::ETHERNET,
            hwaddr_source: 2,
            user_context: None,
        }
    }

    #[test]
    fn a_declined_lease_forgets_its_client() {
        assert!(lease().belongs_to(&lease().duid));
        let declined = lease().after(Event::Decline).unwrap();
        assert_eq!((declined.state, &declined.duid), (State::Declined, &Duid::empty()));
        assert!(declined.hwaddr.is_empty() && declined.hostname.is_empty());
        assert_eq!((declined.iaid, declined.preferred_lifetime), (Iaid(7), 0));
        assert!(!declined.belongs_to(&Duid::empty()));
        assert_eq!(declined.client_keys(), [None, None]);
    }

    #[test]
    fn a_registered_lease_holds_its_address_until_it_is_removed() {
        let registered = Lease6 { state: State::Registered, ..lease() };
        assert!(registered.has_expired(Time(1100)) && registered.holds_address(Time(1100)));
        assert!(!lease().holds_address(Time(1100)));
    }

    #[test]
    fn a_million_leases_are_no_larger_than_they_must_be() {
        assert_eq!(size_of::<Option<Lease6>>(), 136);
    }
}
