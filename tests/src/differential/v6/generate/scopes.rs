//! The global scope, shared networks, subnets, pools and reservations.

use ruru_json::{Map, Value};

use super::world::{self, FAR_RELAYS, HOSTS, INTERFACES, LINKS, Link, PREFIXES, World};
use super::{Dice, classes, options};
use crate::differential::scopes::{self, guarded, texts};

/// The value of `Dhcp6`.
pub(super) fn global(dice: &mut Dice, world: &World) -> Map {
    let mut map = Map::default();
    inherited(dice, world, &mut map);
    for (name, percent, value) in [
        ("early-global-reservations-lookup", 15, true),
        ("ip-reservations-unique", 10, false),
        ("reservations-lookup-first", 10, true),
    ] {
        if dice.chance(percent) {
            map.insert(name, value);
        }
    }
    if dice.chance(20) {
        map.insert("decline-probation-period", dice.pick(&[60_u32, 600, 86_400]));
    }
    if dice.chance(25) {
        let mut kinds = vec!["hw-address", "duid"];
        dice.shuffle(&mut kinds);
        kinds.truncate(dice.below(2) + 1);
        map.insert("host-reservation-identifiers", texts(kinds));
    }
    if dice.chance(15) {
        let sources = ["duid", "ipv6-link-local", "client-link-addr-option", "any"];
        map.insert("mac-sources", texts(vec![dice.pick(&sources)]));
    }
    // Nothing happens by itself.
    let hold = if dice.chance(15) { 0 } else { 3600 };
    let expired = [("reclaim-timer-wait-time", 0), ("hold-reclaimed-time", hold)];
    let expired = expired.map(|(name, seconds)| (name, Value::from(seconds)));
    map.insert("expired-leases-processing", Value::object(expired));
    if dice.chance(20) {
        let updates = Value::object([("enable-updates", Value::from(true))]);
        map.insert("dhcp-ddns", updates);
    }
    let classes = classes::all(dice, world);
    if !classes.is_empty() {
        map.insert("client-classes", classes);
    }
    if dice.chance(40) {
        let link = dice.pick(&LINKS);
        map.insert("reservations", reservations(dice, world, link));
    }
    let mut subnets: Vec<Value> =
        world.links.iter().map(|link| subnet(dice, world, *link).into()).collect();
    if world.shares {
        let own = subnets.split_off(subnets.len().saturating_sub(2));
        map.insert("shared-networks", vec![Value::from(network(dice, world, own))]);
    }
    map.insert("subnet6", subnets);
    map
}

fn network(dice: &mut Dice, world: &World, mut subnets: Vec<Value>) -> Map {
    let mut map = Map::default();
    map.insert("name", "floor");
    inherited(dice, world, &mut map);
    linked(dice, world, &mut map);
    // All of a network are on the same interface, or on none.
    let rapid = dice.chance(20);
    for subnet in &mut subnets {
        let mut own = subnet.as_map().cloned().unwrap_or_else(Map::default);
        own.remove("interface");
        own.remove("interface-id");
        own.remove("rapid-commit");
        if rapid {
            own.insert("rapid-commit", true);
        }
        *subnet = own.into();
    }
    if rapid {
        map.insert("rapid-commit", true);
    }
    map.insert("subnet6", subnets);
    map
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
    options::insert(dice, world, &mut map);
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
    options::insert(dice, world, &mut map);
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
    if dice.chance(25) {
        let relay = texts(vec![dice.pick(&FAR_RELAYS)]);
        map.insert("relay", Value::object([("ip-addresses", relay)]));
    }
}

fn inherited(dice: &mut Dice, world: &World, map: &mut Map) {
    if dice.chance(35) {
        lifetimes(dice, map);
    }
    scopes::inherited(dice, map);
    options::insert(dice, world, map);
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
    let mut list: Vec<Map> = Vec::new();
    for _ in 0..=dice.below(3) {
        let map = reservation(dice, world, link);
        let clashes = list.iter().any(|other| {
            ["hw-address", "duid", "ip-addresses", "prefixes"]
                .iter()
                .any(|name| map.get(name).is_some() && map.get(name) == other.get(name))
        });
        if !clashes {
            list.push(map);
        }
    }
    list.into_iter().map(Value::from).collect()
}

fn reservation(dice: &mut Dice, world: &World, link: Link) -> Map {
    let client = world::any_client(dice);
    let mut map = Map::default();
    match dice.below(3) {
        0 => map.insert("hw-address", world::mac(client)),
        _ => map.insert("duid", world::duid(client)),
    };
    if dice.chance(60) {
        map.insert("ip-addresses", texts(vec![&link.address(dice.pick(&HOSTS))]));
    }
    if dice.chance(35) {
        let prefix = format!("{}/56", link.prefix(dice.pick(&PREFIXES)));
        map.insert("prefixes", texts(vec![&prefix]));
    }
    if dice.chance(30) {
        map.insert("hostname", dice.pick(&["Reserved-1", "r2.example.org", "r3.example.org."]));
    }
    if dice.chance(25) && !world.classes.is_empty() {
        map.insert("client-classes", texts(vec![dice.pick(&world.classes)]));
    }
    options::insert(dice, world, &mut map);
    map
}
