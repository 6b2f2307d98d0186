//! Who and what there is: clients, links, names.

use crate::differential::world;

pub(super) type World = world::World<Link>;

/// A link with addresses and prefixes.
#[derive(Clone, Copy)]
pub(super) struct Link {
    pub(super) id: u32,
}

impl Link {
    pub(super) fn address(self, host: u32) -> String {
        format!("2001:db8:{}::{host:x}", self.id)
    }

    /// A prefix of 56 bits.
    pub(super) fn prefix(self, number: u32) -> String {
        format!("2001:db8:{}:{:x}::", 8000 + self.id, number << 8)
    }

    /// One of 64 bits, behind those.
    pub(super) fn small_prefix(self, number: u32) -> String {
        format!("2001:db8:{}:{:x}::", 8000 + self.id, 0xfc00 + number)
    }
}

/// The first is that of the server's interface.
pub(super) const LINKS: [Link; 4] =
    [Link { id: 1 }, Link { id: 2 }, Link { id: 3 }, Link { id: 4 }];

/// A relay that is on no link, for `relay` in subnets and networks.
pub(super) const FAR_RELAYS: [&str; 2] = ["2001:db8:99::9", "2001:db8:99::8"];
pub(super) const INTERFACES: [&str; 3] = ["port1", "port2", "p"];
/// Hosts of a link that packets and reservations speak of.
pub(super) const HOSTS: [u32; 9] = [0x10, 0x10, 0x11, 0x11, 0x12, 0x13, 0x20, 0x30, 0x50];
/// Numbers of prefixes.
pub(super) const PREFIXES: [u32; 6] = [0, 0, 1, 1, 2, 0x40];
/// A DUID-LL of the hardware address, or one that says nothing of the hardware.
pub(super) fn duid(client: u32) -> String {
    match client % 3 {
        0 => format!("00:02:00:00:09:bf:63:{client:02x}"),
        _ => format!("00:03:00:01:02:00:00:00:00:{client:02x}"),
    }
}
