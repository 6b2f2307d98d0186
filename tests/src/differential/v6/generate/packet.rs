//! Messages of a few clients, most of them as RFC 8415 section 18 has them.

use ruru_json::{Map, Value};

use super::options::ASKED;
use super::world::{self, FAR_RELAYS, HOSTS, INTERFACES, LINKS, PREFIXES, World};
use super::{Dice, Memory};
use crate::differential::said;
use crate::differential::world::any_client;

/// A packet in the words of a scenario.
pub(super) fn packet(dice: &mut Dice, world: &World, memory: &Memory) -> Map {
    let mut map = Map::default();
    let client = any_client(dice);
    map.insert("duid", world::duid(client));
    let kind = dice.pick(&[
        "SOLICIT",
        "SOLICIT",
        "SOLICIT",
        "REQUEST",
        "REQUEST",
        "REQUEST",
        "RENEW",
        "RENEW",
        "REBIND",
        "REBIND",
        "RELEASE",
        "DECLINE",
        "CONFIRM",
        "INFORMATION-REQUEST",
    ]);
    map.insert("type", kind);
    if dice.chance(3) {
        map.insert("server-id", dice.pick(&["00:02:00:00:09:bf:02", "00:02:00:00:09:bf:01"]));
    }
    if kind == "SOLICIT" && dice.chance(25) {
        map.insert("rapid-commit", true);
    }
    if kind != "INFORMATION-REQUEST" {
        map.insert("ias", associations(dice, world, memory, client, kind));
    }
    let relayed = dice.chance(if world.links[0].id == 1 { 35 } else { 85 });
    if relayed {
        map.insert("relays", relays(dice, world));
    }
    extras(dice, &mut map);
    map
}

/// Associations, each once, as numbers mean one association (RFC 9915 section 12).
fn associations(
    dice: &mut Dice,
    world: &World,
    memory: &Memory,
    client: u32,
    kind: &str,
) -> Vec<Value> {
    let all = [(false, 1), (true, 1), (false, 2), (true, 2)];
    let chosen =
        all.into_iter().filter(|(_, number)| dice.chance(if *number == 1 { 65 } else { 12 }));
    let chosen: Vec<_> = chosen.collect();
    // It is about what it has, or about something else.
    let names = match kind {
        "SOLICIT" => 25,
        "REQUEST" => 80,
        _ => 95,
    };
    let association = |(is_prefix, number): (bool, u32)| {
        let mut map = Map::default();
        map.insert(if is_prefix { "pd" } else { "na" }, number);
        let duid: Vec<u8> = octets(&world::duid(client));
        let known = memory.get(&(duid, is_prefix, number)).cloned();
        let lease = match known {
            Some(known) if dice.chance(85) => known,
            _ if is_prefix => any_prefix(dice, world),
            _ => any_address(dice, world),
        };
        if dice.chance(names) {
            let mut named = Map::default();
            named.insert(if is_prefix { "prefix" } else { "address" }, lease);
            if dice.chance(20) {
                named.insert("preferred", dice.pick(&[0_u32, 400, 600, 5000]));
                named.insert("valid", dice.pick(&[700_u32, 1000, 100_000]));
            }
            map.insert(if is_prefix { "prefixes" } else { "addresses" }, vec![Value::from(named)]);
        }
        Value::from(map)
    };
    chosen.into_iter().map(association).collect()
}

fn octets(text: &str) -> Vec<u8> {
    text.split(':').filter_map(|octet| u8::from_str_radix(octet, 16).ok()).collect()
}

fn any_address(dice: &mut Dice, world: &World) -> String {
    match dice.below(12) {
        0 => dice.pick(&LINKS).address(dice.pick(&HOSTS)),
        1 => dice.pick(&["2001:db8:77::1", "::"]).to_owned(),
        _ => dice.pick(&world.links).address(dice.pick(&HOSTS)),
    }
}

fn any_prefix(dice: &mut Dice, world: &World) -> String {
    match dice.below(12) {
        0 => dice.pick(&["::/56", "::/64", "::/48", "2001:db8:77::/56"]).to_owned(),
        1 => dice.pick(&world.links).small_prefix(0) + "/64",
        _ => dice.pick(&world.links).prefix(dice.pick(&PREFIXES)) + "/56",
    }
}

/// One relay, or two: the one next to the client says where it is.
fn relays(dice: &mut Dice, world: &World) -> Vec<Value> {
    let mut next = Map::default();
    let link = match dice.below(12) {
        0 | 1 => dice.pick(&FAR_RELAYS).to_owned(),
        2 => dice.pick(&LINKS).address(1),
        _ => dice.pick(&world.links).address(1),
    };
    next.insert("link", link);
    let mut options = Map::default();
    if dice.chance(35) {
        options.insert("interface-id", dice.pick(&INTERFACES));
    }
    if dice.chance(20) {
        options.insert("subscriber-id", "subscriber");
    }
    if dice.chance(20) {
        options.insert("remote-id", "4491, 0x01");
    }
    if dice.chance(20) {
        let address =
            format!("0x0001{:012x}", 0x0200_0000_0000_u64 + u64::from(dice.between(1, 6)));
        options.insert("client-linklayer-addr", address);
    }
    if !options.is_empty() {
        next.insert("options", options);
    }
    let mut list = vec![Value::from(next)];
    if dice.chance(20) {
        let mut far = Map::default();
        if dice.coin() {
            far.insert("link", dice.pick(&FAR_RELAYS));
        }
        list.insert(0, Value::from(far));
    }
    list
}

/// What clients say besides.
fn extras(dice: &mut Dice, map: &mut Map) {
    if dice.chance(20) {
        map.insert("elapsed", dice.between(0, 65_535));
    }
    said::ask(dice, &ASKED, map);
    let options = said::options(
        dice,
        &[
            (20, "client-fqdn", &FQDNS[..]),
            (15, "user-class", &["0x0003616263", "0x000161"]),
            (15, "vendor-class", &["0x0000118b0009646f63736973332e30", "0x00000009000161"]),
            (5, "17", &["0x0000118b000100020017", "0x00000009"]),
        ],
    );
    if !options.is_empty() {
        map.insert("options", options);
    }
}

const FQDNS: [&str; 8] = [
    "S host.example.org.",
    " host.example.org.",
    "N host.example.org.",
    "S part",
    " Part.sub",
    "OS x_y.example.",
    "S ",
    "S UPPER.Example.COM.",
];
