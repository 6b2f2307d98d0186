//! The global scope, shared networks, subnets, pools and reservations.

use ruru_json::{Map, Value};

use super::classes::WORDS;
use super::world::{self, FAR_RELAYS, HOSTS, INTERFACES, LINKS, Link, PREFIXES, World};
use super::{Dice, options};
use crate::differential::classes;
use crate::differential::scopes::{self, guarded, texts};
use crate::differential::world::{any_client, mac};

/// The value of `Dhcp6`.
pub(super) fn global(dice: &mut Dice, world: &World) -> Map {
    let mut map = Map::default();
    inherited(dice, world, &mut map);
    scopes::global(dice, &["hw-address", "duid"], &mut map);
    if dice.chance(15) {
        let sources = ["duid", "ipv6-link-local", "client-link-addr-option", "any"];
        map.insert("mac-sources", texts(vec![dice.pick(&sources)]));
    }
    map.insert("option-def", options::definitions());
    let classes = classes::all(dice, &world.classes, &WORDS);
    if !classes.is_empty() {
        map.insert("client-classes", classes);
    }
    if dice.chance(40) {
        let link = dice.pick(&LINKS);
        map.insert("reservations", reservations(dice, world, link));
    }
    let subnet = |dice: &mut Dice, link| subnet(dice, world, link);
    let network = |dice: &mut Dice, map: &mut Map, own: &mut [Map]| network(dice, world, map, own);
    scopes::subnets(dice, world, &mut map, "subnet6", subnet, network);
    map
}

fn network(dice: &mut Dice, world: &World, map: &mut Map, subnets: &mut [Map]) {
    inherited(dice, world, map);
    linked(dice, world, map);
    // All of a network are on the same interface, or on none.
    let rapid = dice.chance(20);
    for subnet in subnets {
        for name in ["interface", "interface-id", "rapid-commit"] {
            subnet.remove(name);
        }
        if rapid {
            subnet.insert("rapid-commit", true);
        }
    }
    if rapid {
        map.insert("rapid-commit", true);
    }
}

fn subnet(dice: &mut Dice, world: &World, link: Link) -> Map {
    let mut map = Map::default();
    map.insert("id", link.id);
    map.insert("subnet", link.address(0) + "/64");
    inherited(dice, world, &mut map);
    linked(dice, world, &mut map);
    if link.id == 1 && map.get("interface").is_none() && map.get("interface-id").is_none() {
        map.insert("interface", "eth0");
    }
    if dice.chance(25) {
        map.insert("rapid-commit", true);
    }
    let ranges: &[(u32, u32)] =
        dice.pick(&[&[(0x10, 0x14)][..], &[(0x10, 0x12)], &[(0x10, 0x11), (0x30, 0x31)], &[]]);
    let pool = |range: &(u32, u32)| Value::from(pool(dice, world, link, *range));
    map.insert("pools", ranges.iter().map(pool).collect::<Vec<_>>());
    let mut prefixes = Vec::new();
    if dice.chance(70) {
        prefixes.push(Value::from(prefix_pool(dice, world, (link.prefix(0), 54, 56))));
    }
    if dice.chance(25) {
        prefixes.push(Value::from(prefix_pool(dice, world, (link.small_prefix(0), 62, 64))));
    }
    map.insert("pd-pools", prefixes);
    if dice.chance(50) {
        map.insert("reservations", reservations(dice, world, link));
    }
    map
}

fn pool(dice: &mut Dice, world: &World, link: Link, (first, last): (u32, u32)) -> Map {
    let mut map = Map::default();
    map.insert("pool", format!("{} - {}", link.address(first), link.address(last)));
    guarded(dice, &world.classes, &mut map);
    options::insert(dice, &world.classes, &mut map);
    map
}

fn prefix_pool(
    dice: &mut Dice,
    world: &World,
    (prefix, length, delegated): (String, u32, u32),
) -> Map {
    let mut map = Map::default();
    map.insert("prefix", prefix);
    map.insert("prefix-len", length);
    map.insert("delegated-len", delegated);
    guarded(dice, &world.classes, &mut map);
    options::insert(dice, &world.classes, &mut map);
    map
}

/// What networks and subnets have on the way to a client.
fn linked(dice: &mut Dice, world: &World, map: &mut Map) {
    guarded(dice, &world.classes, map);
    match dice.below(10) {
        0 => {
            map.insert("interface", "eth0");
        }
        1 => {
            map.insert("interface-id", dice.pick(&INTERFACES));
        }
        _ => {}
    }
    scopes::relay(dice, &FAR_RELAYS, map);
}

fn inherited(dice: &mut Dice, world: &World, map: &mut Map) {
    if dice.chance(35) {
        lifetimes(dice, map);
    }
    scopes::inherited(dice, map);
    options::insert(dice, &world.classes, map);
}

/// Both lifetimes and their bounds.
pub(super) fn lifetimes(dice: &mut Dice, map: &mut Map) {
    if dice.chance(80) {
        scopes::valid_lifetimes(dice, map);
    }
    match dice.below(4) {
        0 => {
            map.insert("preferred-lifetime", dice.pick(&[450_u32, 700]));
        }
        1 => {
            map.insert("min-preferred-lifetime", 300);
            map.insert("preferred-lifetime", 500);
            map.insert("max-preferred-lifetime", 900);
        }
        _ => {}
    }
}

/// Reservations of different clients, and of different addresses.
fn reservations(dice: &mut Dice, world: &World, link: Link) -> Vec<Value> {
    let unique = ["hw-address", "duid", "ip-addresses", "prefixes"];
    scopes::reservations(dice, &unique, |dice| reservation(dice, world, link))
}

fn reservation(dice: &mut Dice, world: &World, link: Link) -> Map {
    let client = any_client(dice);
    let mut map = Map::default();
    match dice.below(3) {
        0 => map.insert("hw-address", mac(client)),
        _ => map.insert("duid", world::duid(client)),
    };
    if dice.chance(60) {
        map.insert("ip-addresses", texts(vec![&link.address(dice.pick(&HOSTS))]));
    }
    if dice.chance(35) {
        let prefix = format!("{}/56", link.prefix(dice.pick(&PREFIXES)));
        map.insert("prefixes", texts(vec![&prefix]));
    }
    scopes::host(dice, &world.classes, &mut map);
    options::insert(dice, &world.classes, &mut map);
    map
}
