//! `option-data`.

use ruru_json::{Map, Value};

use super::Dice;
use super::world::World;

/// Names and contents; several contents, so that scopes can be told apart.
const OPTIONS: [(&str, &[&str]); 12] = [
    ("dns-servers", &["2001:db8::53", "2001:db8::54, 2001:db8::55"]),
    ("domain-search", &["example.org", "example.net, example.com"]),
    ("sntp-servers", &["2001:db8::123", "2001:db8::124"]),
    ("sip-server-dns", &["sip.example.org", "sip.example.net"]),
    ("sip-server-addr", &["2001:db8::5"]),
    ("nis-servers", &["2001:db8::6", "2001:db8::7"]),
    ("nis-domain-name", &["nis.example.org"]),
    ("information-refresh-time", &["1800", "3600"]),
    ("new-posix-timezone", &["EST5EDT"]),
    ("bootfile-url", &["tftp://a/b", "http://c"]),
    ("preference", &["7", "255"]),
    ("sol-max-rt", &["3600", "120"]),
];

/// The codes of those, and some that nobody has.
pub(super) const ASKED: [u16; 16] = [7, 21, 22, 23, 24, 27, 29, 31, 32, 39, 41, 59, 67, 82, 83, 56];

/// Sets `option-data`.
pub(super) fn insert(dice: &mut Dice, world: &World, map: &mut Map) {
    if dice.chance(60) {
        return;
    }
    let mut list: Vec<Map> = Vec::new();
    for _ in 0..=dice.below(4) {
        let map = option(dice, world);
        let is_there = |other: &Map| map.get("name") == other.get("name");
        if !list.iter().any(is_there) {
            list.push(map);
        }
    }
    map.insert("option-data", list.into_iter().map(Value::from).collect::<Vec<_>>());
}

fn option(dice: &mut Dice, world: &World) -> Map {
    let (name, contents) = dice.pick(&OPTIONS);
    let mut map = Map::default();
    map.insert("name", name);
    map.insert("data", dice.pick(contents));
    if dice.chance(20) {
        map.insert("always-send", true);
    }
    if dice.chance(7) {
        map.insert("never-send", true);
    }
    if map.len() == 2 && dice.chance(15) && !world.classes.is_empty() {
        map.insert("client-classes", vec![Value::from(dice.pick(&world.classes))]);
    }
    map
}
