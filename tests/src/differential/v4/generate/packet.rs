//! Packets of a few clients, in the states of RFC 2131 section 4.4, and some that are in none.

use std::net::Ipv4Addr;

use ruru_json::Map;

use super::options::ASKED;
use super::world::{
    self, CIRCUITS, FAR_RELAYS, HOST_NAMES, HOSTS, LINKS, USER_CLASSES, VENDORS, World,
};
use super::{Dice, Memory};
use crate::differential::said;
use crate::differential::world::{any_client, mac};

/// The server's address.
const SERVER: &str = "192.0.2.1";

/// A packet in the words of a scenario.
pub(super) fn packet(dice: &mut Dice, world: &World, memory: &Memory) -> Map {
    let mut map = Map::default();
    let client = any_client(dice);
    map.insert("mac", mac(client));
    let has_id = dice.chance(if client.is_multiple_of(2) { 90 } else { 10 });
    if has_id {
        let other = if dice.chance(5) { any_client(dice) } else { client };
        map.insert("client-id", world::client_id(other));
    }
    let hwaddr = [2, 0, 0, 0, 0, client as u8];
    let offered = memory.offered.get(&hwaddr[..]).copied();
    let leased = memory.leased.get(&hwaddr[..]).copied();
    let relayed = dice.chance(if world.links[0].id == 1 { 35 } else { 80 });
    if relayed {
        relay(dice, world, &mut map);
    }
    state(dice, world, &mut map, offered, leased);
    extras(dice, &mut map);
    map
}

fn relay(dice: &mut Dice, world: &World, map: &mut Map) {
    let giaddr = match dice.below(10) {
        0 | 1 => dice.pick(&FAR_RELAYS).to_owned(),
        2 => dice.pick(&LINKS).address(1),
        _ => dice.pick(&world.links).address(2),
    };
    map.insert("giaddr", giaddr);
    if dice.coin() {
        map.insert("hops", dice.between(1, 3));
    }
    if dice.chance(50) {
        return;
    }
    let mut info = Map::default();
    if dice.chance(70) {
        info.insert("circuit-id", dice.pick(&CIRCUITS));
    }
    if dice.chance(40) {
        info.insert("remote-id", "remote");
    }
    if dice.chance(15) {
        info.insert("link-selection", dice.pick(&LINKS).address(0));
    }
    if dice.chance(5) {
        info.insert("server-id-override", dice.pick(&["192.0.2.9", SERVER]));
    }
    if dice.chance(5) {
        info.insert("relay-id", "0x000102");
    }
    map.insert("relay", info);
}

/// The message's type and the addresses in it.
fn state(
    dice: &mut Dice,
    world: &World,
    map: &mut Map,
    offered: Option<Ipv4Addr>,
    leased: Option<Ipv4Addr>,
) {
    let other = any_address(dice, world);
    let text = |known: Option<Ipv4Addr>| known.map_or_else(|| other.clone(), |a| a.to_string());
    match dice.below(40) / 2 {
        0..=6 => {
            map.insert("type", "DISCOVER");
            if dice.chance(35) {
                map.insert("requested", if dice.coin() { text(leased) } else { other });
            }
            if dice.chance(3) {
                map.insert("server-id", SERVER);
            }
        }
        7..=10 => {
            map.insert("type", "REQUEST");
            map.insert("requested", if dice.chance(75) { text(offered) } else { other });
            map.insert("server-id", server(dice));
        }
        11 | 12 => {
            map.insert("type", "REQUEST");
            map.insert("requested", if dice.chance(75) { text(leased) } else { other });
        }
        13 | 14 => {
            map.insert("type", "REQUEST");
            map.insert("ciaddr", if dice.chance(85) { text(leased) } else { other });
            if dice.coin() {
                map.insert("to", SERVER);
            }
        }
        15 => {
            // None of the four.
            map.insert("type", "REQUEST");
            if dice.coin() {
                map.insert("ciaddr", text(leased));
                map.insert("requested", other);
            }
            if dice.coin() {
                map.insert("server-id", server(dice));
            }
        }
        16 if dice.coin() => {
            map.insert("type", "RELEASE");
            map.insert("ciaddr", if dice.chance(85) { text(leased) } else { other });
            map.insert("to", SERVER);
            map.insert("server-id", server(dice));
        }
        16 | 17 => {
            map.insert("type", "DECLINE");
            map.insert("requested", if dice.chance(85) { text(leased) } else { other });
            map.insert("server-id", server(dice));
        }
        _ => {
            map.insert("type", "INFORM");
            map.insert("ciaddr", if dice.chance(70) { text(leased) } else { other });
            if dice.coin() {
                map.insert("to", SERVER);
            }
        }
    }
}

fn server(dice: &mut Dice) -> &'static str {
    if dice.chance(92) { SERVER } else { dice.pick(&["192.0.2.7", "192.0.2.99", "192.0.2.9"]) }
}

fn any_address(dice: &mut Dice, world: &World) -> String {
    match dice.below(12) {
        0 => dice.pick(&LINKS).address(dice.pick(&HOSTS)),
        1 => dice.pick(&["10.77.0.1", "192.0.2.200", "192.0.2.255", "192.0.2.0"]).to_owned(),
        _ => dice.pick(&world.links).address(dice.pick(&HOSTS)),
    }
}

/// What clients say besides.
fn extras(dice: &mut Dice, map: &mut Map) {
    if dice.chance(15) {
        map.insert("broadcast", true);
    }
    if dice.chance(10) {
        map.insert("secs", dice.between(1, 65_535));
    }
    if dice.chance(3) {
        map.insert("other-flags", 0x1234);
    }
    said::ask(dice, &ASKED, map);
    let options = said::options(dice, &OPTIONS);
    if !options.is_empty() {
        map.insert("options", options);
    }
}

/// What else clients say: how often, the option, and contents.
const OPTIONS: [(u32, &str, &[&str]); 11] = [
    (25, "host-name", &HOST_NAMES),
    (15, "fqdn", &FQDNS),
    (15, "dhcp-lease-time", &["60", "700", "1000", "5000", "100000", "4294967295", "0"]),
    (5, "57", &["0x0240", "0x05dc", "0x0001"]),
    (20, "vendor-class-identifier", &VENDORS),
    (8, "user-class", &USER_CLASSES),
    (8, "93", &["0x0007", "0x0000"]),
    (6, "subnet-selection", &["198.51.100.0", "192.0.2.0", "203.0.113.77", "10.77.0.0"]),
    (4, "43", &["0x010161", "0x61"]),
    (8, "124", &["0x0000118b03026162", "0x000000090100"]),
    (10, "125", &["0x0000118b03010162", "0x000000090401026162"]),
];

const FQDNS: [&str; 10] = [
    "SE host.example.org.",
    "E host.example.org.",
    "NE host.example.org.",
    "SE part",
    "E Part.sub",
    "S ascii",
    "- ascii.example.org.",
    "OSE x_y.example.",
    "SE ",
    "E .",
];
