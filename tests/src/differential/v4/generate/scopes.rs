//! The global scope, shared networks, subnets, pools and reservations.

use ruru_json::{Map, Value};

use super::world::{self, FAR_RELAYS, HOSTS, LINKS, Link, World};
use super::{Dice, classes, options};
use crate::differential::scopes::{self, texts};

/// The value of `Dhcp4`.
pub(super) fn global(dice: &mut Dice, world: &World) -> Map {
    let mut map = Map::default();
    inherited(dice, world, &mut map);
    if dice.chance(12) {
        map.insert("offer-lifetime", dice.pick(&[0_u32, 300, 600]));
    }
    // Kea wants it to be the same in all of a shared network.
    if dice.chance(30) {
        map.insert("authoritative", true);
    }
    for (name, percent, value) in [
        ("echo-client-id", 15, false),
        ("early-global-reservations-lookup", 15, true),
        ("stash-agent-options", 10, true),
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
        let mut kinds = vec!["hw-address", "duid", "circuit-id", "client-id"];
        dice.shuffle(&mut kinds);
        kinds.truncate(dice.below(4) + 1);
        map.insert("host-reservation-identifiers", texts(kinds));
    }
    // Nothing happens by itself.
    let hold = if dice.chance(15) { 0 } else { 3600 };
    let expired = [("reclaim-timer-wait-time", 0), ("hold-reclaimed-time", hold)];
    let expired = expired.map(|(name, seconds)| (name, Value::from(seconds)));
    map.insert("expired-leases-processing", Value::object(expired));
    if dice.chance(20) {
        map.insert("compatibility", compatibility(dice));
    }
    if dice.chance(20) {
        let updates = Value::object([("enable-updates", Value::from(true))]);
        map.insert("dhcp-ddns", updates);
    }
    map.insert("option-def", options::definitions());
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
    map.insert("subnet4", subnets);
    map
}

fn compatibility(dice: &mut Dice) -> Value {
    let names =
        ["ignore-dhcp-server-identifier", "ignore-rai-link-selection", "exclude-first-last-24"];
    Value::object([(dice.pick(&names), Value::from(true))])
}

fn network(dice: &mut Dice, world: &World, subnets: Vec<Value>) -> Map {
    let mut map = Map::default();
    map.insert("name", "floor");
    inherited(dice, world, &mut map);
    linked(dice, world, &mut map);
    map.insert("subnet4", subnets);
    map
}

fn subnet(dice: &mut Dice, world: &World, link: Link) -> Map {
    let mut map = Map::default();
    map.insert("id", link.id);
    map.insert("subnet", format!("{}/24", link.address(0)));
    inherited(dice, world, &mut map);
    linked(dice, world, &mut map);
    let ranges: &[(u32, u32)] = dice.pick(&[
        &[(10, 14)][..],
        &[(10, 12)],
        &[(10, 29)],
        &[(10, 13)],
        &[(10, 12), (30, 31)],
        &[],
    ]);
    let pool = |range: &(u32, u32)| Value::from(pool(dice, world, link, *range));
    map.insert("pools", ranges.iter().map(pool).collect::<Vec<_>>());
    if dice.chance(50) {
        map.insert("reservations", reservations(dice, world, link));
    }
    map
}

fn pool(dice: &mut Dice, world: &World, link: Link, (first, last): (u32, u32)) -> Map {
    let mut map = Map::default();
    map.insert("pool", format!("{} - {}", link.address(first), link.address(last)));
    scopes::guarded(dice, &world.classes, &mut map);
    options::insert(dice, world, &mut map);
    map
}

/// What networks and subnets have on the way to a client.
fn linked(dice: &mut Dice, world: &World, map: &mut Map) {
    scopes::guarded(dice, &world.classes, map);
    if dice.chance(15) {
        map.insert("interface", "eth0");
    }
    if dice.chance(25) {
        let relay = texts(vec![dice.pick(&FAR_RELAYS)]);
        map.insert("relay", Value::object([("ip-addresses", relay)]));
    }
}

fn inherited(dice: &mut Dice, world: &World, map: &mut Map) {
    if dice.chance(35) {
        scopes::valid_lifetimes(dice, map);
    }
    if dice.chance(15) {
        map.insert("match-client-id", dice.chance(20));
    }
    scopes::inherited(dice, map);
    boot_fields(dice, map);
    options::insert(dice, world, map);
}

pub(super) fn boot_fields(dice: &mut Dice, map: &mut Map) {
    if dice.chance(8) {
        map.insert("next-server", dice.pick(&["192.0.2.80", "192.0.2.81"]));
    }
    if dice.chance(8) {
        map.insert("server-hostname", dice.pick(&["boot-a", "boot-b"]));
    }
    if dice.chance(8) {
        map.insert("boot-file-name", dice.pick(&["file-a", "file-b"]));
    }
}

/// Reservations of different clients, and of different addresses.
fn reservations(dice: &mut Dice, world: &World, link: Link) -> Vec<Value> {
    let mut list: Vec<Map> = Vec::new();
    for _ in 0..=dice.below(3) {
        let map = reservation(dice, world, link);
        let clashes = list.iter().any(|other| {
            ["hw-address", "client-id", "duid", "circuit-id", "ip-address"]
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
    match dice.below(6) {
        0 => map.insert("client-id", world::client_id(client)),
        1 => map.insert("duid", world::duid(client)),
        2 => map.insert("circuit-id", format!("'{}'", dice.pick(&world::CIRCUITS))),
        _ => map.insert("hw-address", world::mac(client)),
    };
    if dice.chance(70) {
        map.insert("ip-address", link.address(dice.pick(&HOSTS)));
    }
    if dice.chance(30) {
        map.insert("hostname", dice.pick(&["Reserved-1", "r2.example.org", "r3.example.org."]));
    }
    if dice.chance(25) && !world.classes.is_empty() {
        map.insert("client-classes", texts(vec![dice.pick(&world.classes)]));
    }
    boot_fields(dice, &mut map);
    options::insert(dice, world, &mut map);
    map
}
