//! `option-data`.

use ruru_json::{Map, Value};

use super::Dice;
use super::world::World;

/// Names and contents; several contents, so that scopes can be told apart.
const OPTIONS: [(&str, &[&str]); 14] = [
    ("routers", &["192.0.2.1", "192.0.2.2, 192.0.2.3"]),
    ("domain-name-servers", &["192.0.2.53", "192.0.2.54, 192.0.2.55"]),
    ("domain-name", &["example.org", "example.net"]),
    ("ntp-servers", &["192.0.2.123", "192.0.2.124"]),
    ("time-servers", &["192.0.2.37"]),
    ("tftp-server-name", &["tftp.example.org", "boot"]),
    ("boot-file-name", &["/boot/a", "b"]),
    ("host-name", &["given", "other.example.org"]),
    ("broadcast-address", &["192.0.2.255"]),
    ("interface-mtu", &["1400", "9000"]),
    (SERVER_ID, &["192.0.2.1", "192.0.2.7"]),
    ("v6-only-preferred", &["1800", "300"]),
    ("log-servers", &["192.0.2.51"]),
    ("default-ip-ttl", &["64"]),
];

const SERVER_ID: &str = "dhcp-server-identifier";

/// Options of other spaces, which stand in options of this one: of vendors, and one that is defined
/// beside them.
const OTHERS: [(&str, &str, &[&str]); 6] = [
    ("dhcp4", "own", &["7, true", "255, false"]),
    ("dhcp4", "vendor-encapsulated-options", &[""]),
    ("vendor-encapsulated-options-space", "name", &["first", "second"]),
    ("dhcp4", "vivso-suboptions", &["4491"]),
    ("vendor-4491", "tftp-servers", &["192.0.2.69", "192.0.2.70, 192.0.2.71"]),
    ("vendor-4491", "own-vendors", &["17"]),
];

/// The codes of those, and some that nobody has.
pub(super) const ASKED: [u8; 24] = [
    1, 3, 6, 12, 15, 26, 28, 42, 4, 7, 23, 51, 54, 58, 59, 66, 67, 81, 108, 119, 43, 124, 125, 222,
];

/// `option-def`, for those of [`OTHERS`] that are not known by themselves.
pub(super) fn definitions() -> Vec<Value> {
    let define = |space: &str, name: &str, code: u32, kind: &str| {
        let mut map = Map::default();
        map.insert("space", space);
        map.insert("name", name);
        map.insert("code", code);
        map.insert("type", kind);
        map
    };
    let mut own = define("dhcp4", "own", 222, "record");
    own.insert("record-types", "uint8, boolean");
    let vendors = define("vendor-4491", "own-vendors", 99, "uint32");
    [own, define("vendor-encapsulated-options-space", "name", 1, "string"), vendors]
        .map(Value::from)
        .into()
}

/// Sets `option-data` in one of three scopes.
pub(super) fn insert(dice: &mut Dice, world: &World, map: &mut Map) {
    // The server's own address is not looked for in the smaller scopes.
    let is_small = ["pool", "hw-address", "client-id", "duid", "circuit-id"]
        .iter()
        .any(|name| map.get(name).is_some());
    if dice.chance(60) {
        return;
    }
    let mut list: Vec<Map> = Vec::new();
    for _ in 0..=dice.below(4) {
        let map = option(dice, world);
        let is_there = |other: &Map| map.get("name") == other.get("name");
        let is_server = map.get("name").and_then(Value::as_text) == Some(SERVER_ID);
        let is_in_place = !(is_small && is_server);
        if is_in_place && !list.iter().any(is_there) {
            list.push(map);
        }
    }
    if dice.chance(25) {
        list.extend(others(dice));
    }
    map.insert("option-data", list.into_iter().map(Value::from).collect::<Vec<_>>());
}

/// A few of [`OTHERS`], each once.
fn others(dice: &mut Dice) -> Vec<Map> {
    let mut list = Vec::new();
    for (space, name, contents) in OTHERS {
        if dice.chance(40) {
            let mut map = Map::default();
            map.insert("space", space);
            map.insert("name", name);
            let data = dice.pick(contents);
            if !data.is_empty() {
                map.insert("data", data);
            }
            if dice.chance(30) {
                map.insert("always-send", true);
            }
            list.push(map);
        }
    }
    list
}

fn option(dice: &mut Dice, world: &World) -> Map {
    let (name, contents) = loop {
        let option = dice.pick(&OPTIONS);
        // What takes the address away is rare.
        if option.0 != "v6-only-preferred" || dice.chance(30) {
            break option;
        }
    };
    let mut map = Map::default();
    map.insert("name", name);
    map.insert("data", dice.pick(contents));
    if dice.chance(20) {
        map.insert("always-send", true);
    }
    if dice.chance(7) && name != "v6-only-preferred" {
        map.insert("never-send", true);
    }
    if map.len() == 2 && dice.chance(15) && !world.classes.is_empty() {
        map.insert("client-classes", vec![Value::from(dice.pick(&world.classes))]);
    }
    map
}
