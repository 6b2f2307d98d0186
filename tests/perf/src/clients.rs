//! Who asks next, and what clients have.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;

use fastrand::Rng;
use ruru_wire::v6::Prefix;

use crate::command::Mac;
use crate::servers::Server;

/// What tells clients apart: hardware addresses, or the ends of DUIDs.
#[derive(Debug)]
pub(crate) enum Identities {
    /// So many that follow each other.
    Sequence {
        /// The address of number 0.
        base: Mac,
        /// The first client's number.
        first: u32,
        /// How many there are.
        count: u32,
    },
    /// These, in any order.
    List(Vec<Mac>),
}

/// A client, and the relay that it is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    /// Its number.
    pub(crate) number: u32,
    /// The number of its relay.
    pub(crate) relay: u32,
}

/// What a client was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    /// Whose it is.
    pub(crate) client: Client,
    /// The address.
    pub(crate) address: Option<IpAddr>,
    /// The prefix.
    pub(crate) prefix: Option<Prefix>,
    /// Who gave it.
    pub(crate) server: Server,
}

/// A thing that only one client can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Resource {
    /// An address.
    Address(IpAddr),
    /// A prefix.
    Prefix(Prefix),
}

/// Who asks next.
#[derive(Debug)]
pub(crate) struct Clients<'a> {
    identities: &'a Identities,
    relays: u32,
    random: Rng,
    next: u32,
    /// What clients have, where they will need it again.
    leases: Option<Leases>,
}

/// Leases, one for each client.
#[derive(Debug, Default)]
struct Leases {
    all: Vec<Lease>,
    places: HashMap<u32, usize>,
    next: usize,
}

impl Identities {
    /// A client's hardware address, or the end of its DUID.
    pub(crate) fn octets(&self, number: u32) -> [u8; 6] {
        match self {
            Self::Sequence { base: Mac([a, b, c, d, e, f]), .. } => {
                let base = u64::from_be_bytes([0, 0, *a, *b, *c, *d, *e, *f]);
                let [_, _, mac @ ..] = base.wrapping_add(number.into()).to_be_bytes();
                mac
            }
            Self::List(macs) => macs.get(number as usize).map_or([0; 6], |mac| mac.0),
        }
    }
}

impl Lease {
    /// What it is a lease of.
    pub(crate) fn resources(&self) -> impl Iterator<Item = Resource> {
        let prefix = self.prefix.map(Resource::Prefix);
        self.address.map(Resource::Address).into_iter().chain(prefix)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Prefix(prefix) => prefix.fmt(f),
        }
    }
}

impl<'a> Clients<'a> {
    /// Clients behind so many relays.
    pub(crate) fn new(identities: &'a Identities, relays: usize, random: Rng, keeps: bool) -> Self {
        let relays = u32::try_from(relays).unwrap_or(u32::MAX);
        Self { identities, relays, random, next: 0, leases: keeps.then(Leases::default) }
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> Client {
        let number = match self.identities {
            Identities::Sequence { first, count, .. } => {
                let number = first.wrapping_add(self.next);
                self.next = (self.next + 1) % count;
                number
            }
            Identities::List(macs) => self.random.u32(..u32::try_from(macs.len()).unwrap_or(1)),
        };
        let relay = if self.relays > 1 { self.random.u32(..self.relays) } else { 0 };
        Client { number, relay }
    }

    /// A lease to renew, each in its turn.
    pub(crate) fn lease(&mut self) -> Option<Lease> {
        let leases = self.leases.as_mut()?;
        let at = if leases.next < leases.all.len() { leases.next } else { 0 };
        leases.next = at + 1;
        leases.all.get(at).copied()
    }

    /// A lease to release, by chance.
    pub(crate) fn release(&mut self) -> Option<Lease> {
        let leases = self.leases.as_mut()?;
        if leases.all.is_empty() {
            return None;
        }
        let at = self.random.usize(..leases.all.len());
        let lease = leases.all.swap_remove(at);
        leases.places.remove(&lease.client.number);
        if let Some(moved) = leases.all.get(at) {
            leases.places.insert(moved.client.number, at);
        }
        Some(lease)
    }

    /// A client has got a lease.
    pub(crate) fn keep(&mut self, lease: Lease) {
        let Some(leases) = &mut self.leases else { return };
        match leases.places.get(&lease.client.number) {
            Some(at) => leases.all[*at] = lease,
            None => {
                leases.places.insert(lease.client.number, leases.all.len());
                leases.all.push(lease);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::servers::Servers;

    const BASE: Mac = Mac([0, 12, 1, 2, 3, 0xff]);

    fn lease(number: u32) -> Lease {
        let server = Servers::default().number(b"server").unwrap();
        let address = Some(Ipv4Addr::from(number).into());
        Lease { client: Client { number, relay: 0 }, address, prefix: None, server }
    }

    #[test]
    fn addresses_follow_each_other_and_begin_again() {
        let identities = Identities::Sequence { base: BASE, first: 1, count: 2 };
        let mut clients = Clients::new(&identities, 1, Rng::with_seed(1), false);
        let numbers = [(); 3].map(|()| clients.next().number);
        assert_eq!(numbers, [1, 2, 1]);
        assert_eq!(identities.octets(1), [0, 12, 1, 2, 4, 0]);
    }

    #[test]
    fn a_released_lease_is_not_renewed() {
        let identities = Identities::Sequence { base: BASE, first: 0, count: 9 };
        let mut clients = Clients::new(&identities, 1, Rng::with_seed(1), true);
        (0..3).for_each(|number| clients.keep(lease(number)));
        clients.keep(lease(1));
        let released = clients.release().unwrap();
        let left: Vec<_> = (0..4).filter_map(|_| clients.lease()).collect();
        assert!(left.len() == 4 && !left.contains(&released) && left[0] == left[2]);
        assert!(clients.release().is_some() && clients.release().is_some());
        assert_eq!((clients.release(), clients.lease()), (None, None));
    }
}
