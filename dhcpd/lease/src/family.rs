//! What DHCPv4 and DHCPv6 have in common where leases are kept, and where they differ.

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ruru_wire::HardwareAddress;
use smallvec::Array;

use crate::{ClientKey4, ClientKey6, Lease4, Lease6, PoolId, Resource, State, SubnetId, Time};

/// An address family. Pools, free addresses, lease stores and lease files are the same for all of
/// them; what a lease holds is not.
pub trait Family: Copy + Debug + Eq + Ord + Hash + Send + Sync + 'static {
    /// An address, or the first one of a prefix.
    type Address: Copy + Debug + Display + FromStr + Ord + Hash + Into<IpAddr> + Send + Sync;
    /// An address as a number, as indexes keep it.
    type Bits: Copy + Debug + Eq + Ord + Hash + Into<u128> + Send + Sync + 'static;
    /// A lease.
    type Lease: LeaseRecord<Self>;
    /// As many leases as a client usually has.
    type Usual: Array<Item = Self::Lease>;
    /// What tells a client.
    type ClientKey<'a>: Copy + Debug + Eq + Hash;

    /// The protocol's name.
    const NAME: &'static str;
    /// How many bits an address has.
    const BITS: u8;
    /// The lowest address.
    const LOWEST: Self::Address;

    /// An address as a number.
    fn bits(address: Self::Address) -> Self::Bits;

    /// The address with this number; bits that an address does not have are cut off.
    fn address(bits: u128) -> Self::Address;

    /// The state with this number in lease files, if leases of this family can have it.
    fn state(number: u32) -> Option<State>;
}

/// What there is to know of a lease of either family.
pub trait LeaseRecord<F: Family>: Clone + Debug + Eq + Send + Sync + 'static {
    /// The address, or the first one of the prefix. No two leases have the same.
    fn address(&self) -> F::Address;

    /// The subnet.
    fn subnet_id(&self) -> SubnetId;

    /// The pool, for statistics.
    fn pool_id(&self) -> PoolId;

    /// As what it is counted, if it is.
    fn resource(&self) -> Option<Resource>;

    /// State; see [`State::after`].
    fn state(&self) -> State;

    /// Host name, lower case; empty if there is none.
    fn hostname(&self) -> &str;

    /// The client's hardware address; empty if it is not known.
    fn hardware_address(&self) -> &HardwareAddress;

    /// The same lease as one of another subnet.
    #[must_use]
    fn moved_to(self, subnet: SubnetId) -> Self;

    /// When the lease ends; [`Time::NEVER`] if it is infinite.
    fn until(&self) -> Time;

    /// Whether it never ends.
    fn is_infinite(&self) -> bool;

    /// What its client is found by: each kind of key has its own place.
    fn client_keys(&self) -> [Option<F::ClientKey<'_>>; 2];

    /// Whether one of these keys is `client`.
    fn is_of(&self, client: F::ClientKey<'_>) -> bool;

    /// Whether the lease has ended.
    #[must_use]
    fn has_expired(&self, now: Time) -> bool {
        !self.is_infinite() && self.until() <= now
    }

    /// Whether other clients must not get the address.
    #[must_use]
    fn holds_address(&self, now: Time) -> bool {
        self.state().holds_address() && !(self.state().frees_at_end() && self.has_expired(now))
    }

    /// Whether it has ended, or was given back, and nobody has reclaimed it since.
    #[must_use]
    fn awaits_reclaiming(&self, now: Time) -> bool {
        self.state() != State::Reclaimed && !self.holds_address(now)
    }
}

/// DHCPv4, RFC 2131.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct V4;

impl Family for V4 {
    type Address = Ipv4Addr;
    type Bits = u32;
    type Lease = Lease4;
    type Usual = [Lease4; 1];
    type ClientKey<'a> = ClientKey4<'a>;

    const NAME: &'static str = "DHCPv4";
    const BITS: u8 = 32;
    const LOWEST: Ipv4Addr = Ipv4Addr::UNSPECIFIED;

    fn bits(address: Ipv4Addr) -> u32 {
        address.to_bits()
    }

    fn address(bits: u128) -> Ipv4Addr {
        Ipv4Addr::from_bits(bits as u32)
    }

    fn state(number: u32) -> Option<State> {
        State::from_number(number).filter(|state| *state != State::Registered)
    }
}

/// DHCPv6, RFC 9915.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct V6;

impl Family for V6 {
    type Address = Ipv6Addr;
    type Bits = u128;
    type Lease = Lease6;
    // An address and a prefix.
    type Usual = [Lease6; 2];
    type ClientKey<'a> = ClientKey6<'a>;

    const NAME: &'static str = "DHCPv6";
    const BITS: u8 = 128;
    const LOWEST: Ipv6Addr = Ipv6Addr::UNSPECIFIED;

    fn bits(address: Ipv6Addr) -> u128 {
        address.to_bits()
    }

    fn address(bits: u128) -> Ipv6Addr {
        Ipv6Addr::from_bits(bits)
    }

    fn state(number: u32) -> Option<State> {
        State::from_number(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dhcpv6_knows_registered_addresses() {
        assert_eq!((V4::state(3), V4::state(4)), (Some(State::Released), None));
        assert_eq!((V6::state(4), V6::state(5)), (Some(State::Registered), None));
    }
}
