//! The global scope, shared networks, subnets, pools and reservations.

use ruru_json::{Map, Value};

use super::classes::WORDS;
use super::world::{self, FAR_RELAYS, HOSTS, LINKS, Link, World};
use super::{Dice, options};
use crate::differential::classes;
use crate::differential::scopes;
use crate::differential::world::{any_client, mac};

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
    for (name, percent, value) in [("echo-client-id", 15, false), ("stash-agent-options", 10, true)]
    {
        if dice.chance(percent) {
            map.insert(name, value);
        }
    }
    scopes::global(dice, &["hw-address", "duid", "circuit-id", "client-id"], &mut map);
    if dice.chance(20) {
        map.insert("compatibility", compatibility(dice));
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
    let network = |dice: &mut Dice, map: &mut Map, _: &mut [Map]| network(dice, world, map);
    scopes::subnets(dice, world, &mut map, "subnet4", subnet, network);
    map
}

fn compatibility(dice: &mut Dice) -> Value {
    let names =
        ["ignore-dhcp-server-identifier", "ignore-rai-link-selection", "exclude-first-last-24"];
    Value::object([(dice.pick(&names), Value::from(true))])
}

fn network(dice: &mut Dice, world: &World, map: &mut Map) {
    inherited(dice, world, map);
    linked(dice, world, map);
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
    options::insert(dice, &world.classes, &mut map);
    map
}

/// What networks and subnets have on the way to a client.
fn linked(dice: &mut Dice, world: &World, map: &mut Map) {
    scopes::guarded(dice, &world.classes, map);
    if dice.chance(15) {
        map.insert("interface", "eth0");
    }
    scopes::relay(dice, &FAR_RELAYS, map);
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
    options::insert(dice, &world.classes, map);
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
    let unique = ["hw-address", "client-id", "duid", "circuit-id", "ip-address"];
    scopes::reservations(dice, &unique, |dice| reservation(dice, world, link))
}

fn reservation(dice: &mut Dice, world: &World, link: Link) -> Map {
    let client = any_client(dice);
    let mut map = Map::default();
    match dice.below(6) {
        0 => map.insert("client-id", world::client_id(client)),
        1 => map.insert("duid", world::duid(client)),
        2 => map.insert("circuit-id", format!("'{}'", dice.pick(&world::CIRCUITS))),
        _ => map.insert("hw-address", mac(client)),
    };
    if dice.chance(70) {
        map.insert("ip-address", link.address(dice.pick(&HOSTS)));
    }
    scopes::host(dice, &world.classes, &mut map);
    boot_fields(dice, &mut map);
    options::insert(dice, &world.classes, &mut map);
    map
}
