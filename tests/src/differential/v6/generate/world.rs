//! Who and what there is: clients, links, names.

use super::Dice;

/// What a configuration and its packets share.
pub(super) struct World {
    /// The links that have a subnet each.
    pub(super) links: Vec<Link>,
    /// Whether the last two links with a subnet are one shared network.
    pub(super) shares: bool,
    /// Names of classes that are defined.
    pub(super) classes: Vec<&'static str>,
}

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
const CLIENTS: u32 = 6;

impl World {
    pub(super) fn new(dice: &mut Dice) -> Self {
        let count = dice.pick(&[1, 1, 2, 2, 3]);
        let mut links: Vec<Link> = LINKS[..count].to_vec();
        if count == 1 && dice.chance(30) {
            links = vec![dice.pick(&LINKS)];
        }
        let shares = dice.chance(40);
        let classes = ["red", "green", "blue", "grey"];
        let classes = classes[..dice.below(classes.len() + 1)].to_vec();
        Self { links, shares, classes }
    }
}

pub(super) fn any_client(dice: &mut Dice) -> u32 {
    dice.between(1, CLIENTS)
}

/// A DUID-LL, or one that says nothing of the hardware.
pub(super) fn duid(client: u32) -> String {
    match client % 3 {
        0 => format!("00:02:00:00:09:bf:63:{client:02x}"),
        _ => format!("00:03:00:01:02:00:00:00:00:{client:02x}"),
    }
}

/// The hardware address in such a DUID.
pub(super) fn mac(client: u32) -> String {
    format!("02:00:00:00:00:{client:02x}")
}
