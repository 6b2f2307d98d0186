//! Who and what there is: clients, links, names.

use crate::differential::world;

pub(super) type World = world::World<Link>;

/// A link with a subnet of 256 addresses.
#[derive(Clone, Copy)]
pub(super) struct Link {
    pub(super) id: u32,
    pub(super) net: &'static str,
}

impl Link {
    pub(super) fn address(self, host: u32) -> String {
        format!("{}.{host}", self.net)
    }
}

/// The first is that of the server's interface.
pub(super) const LINKS: [Link; 4] = [
    Link { id: 1, net: "192.0.2" },
    Link { id: 2, net: "198.51.100" },
    Link { id: 3, net: "203.0.113" },
    Link { id: 4, net: "10.0.0" },
];

/// A relay that is on no link, for `relay` in subnets and networks.
pub(super) const FAR_RELAYS: [&str; 2] = ["10.9.9.9", "10.8.8.8"];
pub(super) const HOST_NAMES: [&str; 9] = [
    "host",
    "Host-2",
    "two.example.org",
    "dotted.example.org.",
    "under_score",
    "a b",
    "x!y",
    "-",
    "UPPER.Example.COM",
];
pub(super) const VENDORS: [&str; 4] = ["docsis3.0", "PXEClient", "a-b", "MSFT"];
pub(super) const CIRCUITS: [&str; 3] = ["port1", "port2", "p"];
pub(super) const USER_CLASSES: [&str; 2] = ["0x03616263", "0x616263"];
/// Hosts of a link that packets and reservations speak of.
pub(super) const HOSTS: [u32; 11] = [10, 10, 11, 11, 12, 13, 14, 20, 30, 50, 60];
/// The client identifier that a client has if it has one.
pub(super) fn client_id(client: u32) -> String {
    match client % 3 {
        0 => format!("01:02:00:00:00:00:{client:02x}"),
        1 => format!("ff:00:00:00:01:00:03:00:01:02:00:00:00:00:{client:02x}"),
        _ => format!("00:63:6c:69:65:6e:74:{client:02x}"),
    }
}

/// The DUID in such a client identifier.
pub(super) fn duid(client: u32) -> String {
    format!("00:03:00:01:02:00:00:00:00:{client:02x}")
}
