//! A DHCPv4 lease.

use std::fmt;
use std::net::Ipv4Addr;

use ruru_wire::Bytes;
use ruru_wire::v4::HardwareAddress;

use crate::{Event, INFINITE_LIFETIME, Refused, State, Time};

/// The number of a subnet in the configuration; leases name their subnet by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubnetId(pub u32);

impl fmt::Display for SubnetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number under which statistics of a pool are kept; pools may share one, 0 is "none given".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolId(pub u32);

impl fmt::Display for PoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

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
    /// When the lease ends.
    #[must_use]
    pub fn until(&self) -> Time {
        if self.valid_lifetime == INFINITE_LIFETIME {
            return Time::NEVER;
        }
        self.cltt.plus(self.valid_lifetime)
    }

    /// Whether the lease has ended.
    #[must_use]
    pub fn has_expired(&self, now: Time) -> bool {
        self.valid_lifetime != INFINITE_LIFETIME && self.until() <= now
    }

    /// Whether other clients must not get the address.
    #[must_use]
    pub fn holds_address(&self, now: Time) -> bool {
        self.state.holds_address() && !self.has_expired(now)
    }

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
            Event::Request { now } => self.cltt = now,
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
