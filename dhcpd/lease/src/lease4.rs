//! A DHCPv4 lease.

use std::net::Ipv4Addr;

use ruru_wire::Bytes;
use ruru_wire::v4::HardwareAddress;

use crate::{
    Event, INFINITE_LIFETIME, LeaseRecord, PoolId, Refused, Resource, State, SubnetId, Time, V4,
};

/// What is known of an address and the client that has it, had it, or declined it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease4 {
    /// The address.
    pub address: Ipv4Addr,
    /// The client's hardware address; empty if it gave none, or if the lease is declined.
    pub hwaddr: HardwareAddress,
    /// The client identifier, if it sent one.
    pub client_id: Option<Bytes>,
    /// Lifetime in seconds; [`INFINITE_LIFETIME`] never ends.
    pub valid_lifetime: u32,
    /// Client last transaction time: when the lifetime began.
    pub cltt: Time,
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
    /// JSON text of a map, if there is one.
    pub user_context: Option<Box<str>>,
}

impl Lease4 {
    /// Whether a client that identifies itself like this is the lease's client: by client-id if
    /// both have one, else by hardware address.
    #[must_use]
    pub fn belongs_to(&self, client_id: Option<&[u8]>, hwaddr: &HardwareAddress) -> bool {
        match (&self.client_id, client_id) {
            (Some(own), Some(given)) => **own == *given,
            (None, None) | (None, Some(_)) | (Some(_), None) => {
                !hwaddr.is_empty() && self.hwaddr == *hwaddr
            }
        }
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
                self.hwaddr = HardwareAddress::default();
                self.client_id = None;
                self.user_context = None;
                self.forget_name();
            }
            Event::Expire { .. } => self.forget_name(),
            Event::Release => {}
        }
        Ok(self)
    }

    fn forget_name(&mut self) {
        self.hostname = "".into();
        self.fqdn_fwd = false;
        self.fqdn_rev = false;
    }
}

impl LeaseRecord<V4> for Lease4 {
    fn address(&self) -> Ipv4Addr {
        self.address
    }

    fn subnet_id(&self) -> SubnetId {
        self.subnet_id
    }

    fn pool_id(&self) -> PoolId {
        self.pool_id
    }

    fn resource(&self) -> Option<Resource> {
        Some(Resource::Address)
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

    fn client_keys(&self) -> [Option<ClientKey4<'_>>; 2] {
        let hwaddr = Some(self.hwaddr.as_bytes()).filter(|bytes| !bytes.is_empty());
        [
            self.client_id.as_deref().map(ClientKey4::ClientId),
            hwaddr.map(ClientKey4::HardwareAddress),
        ]
    }

    fn is_of(&self, client: ClientKey4<'_>) -> bool {
        self.client_keys().contains(&Some(client))
    }
}

/// What tells a DHCPv4 client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientKey4<'a> {
    /// Its client identifier, RFC 2132 section 9.14.
    ClientId(&'a [u8]),
    /// Its hardware address.
    HardwareAddress(&'a [u8]),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease() -> Lease4 {
        Lease4 {
            address: Ipv4Addr::new(192, 0, 2, 1),
            hwaddr: HardwareAddress::new(&[2, 0, 0, 0, 0, 1]).unwrap(),
            client_id: Some([1, 2, 3][..].into()),
            valid_lifetime: 100,
            cltt: Time(1000),
            subnet_id: SubnetId(1),
            pool_id: PoolId(0),
            state: State::Assigned,
            fqdn_fwd: true,
            fqdn_rev: true,
            hostname: "host".into(),
            user_context: None,
        }
    }

    #[test]
    fn a_client_identifier_decides_before_the_hardware_address() {
        let (lease, hwaddr) = (lease(), lease().hwaddr);
        let other = HardwareAddress::new(&[2, 0, 0, 0, 0, 2]).unwrap();
        assert!(lease.belongs_to(Some(&[1, 2, 3]), &other));
        assert!(!lease.belongs_to(Some(&[9]), &hwaddr));
        assert!(lease.belongs_to(None, &hwaddr));
        assert!(!lease.belongs_to(None, &HardwareAddress::default()));
    }

    #[test]
    fn an_infinite_lease_never_ends() {
        let lease = Lease4 { valid_lifetime: INFINITE_LIFETIME, ..lease() };
        assert!(!lease.has_expired(Time::NEVER));
    }

    #[test]
    fn a_declined_lease_forgets_its_client() {
        let declined = lease().after(Event::Decline).unwrap();
        assert_eq!(declined.state, State::Declined);
        assert!(declined.hwaddr.is_empty() && declined.client_id.is_none());
        assert!(declined.hostname.is_empty() && !declined.fqdn_fwd);
    }
}
