//! `option-data`.

use ruru_json::{Map, Value};

use super::Dice;
use crate::differential::option_data::{self, definition, of_spaces, option};

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
    (V6_ONLY, &["1800", "300"]),
    ("log-servers", &["192.0.2.51"]),
    ("default-ip-ttl", &["64"]),
];

const SERVER_ID: &str = "dhcp-server-identifier";
const V6_ONLY: &str = "v6-only-preferred";

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
    let mut own = definition("dhcp4", "own", 222, "record");
    own.insert("record-types", "uint8, boolean");
    let name = definition("vendor-encapsulated-options-space", "name", 1, "string");
    let vendors = definition("vendor-4491", "own-vendors", 99, "uint32");
    [own, name, vendors].map(Value::from).into()
}

/// Sets `option-data`.
pub(super) fn insert(dice: &mut Dice, classes: &[&'static str], map: &mut Map) {
    // The server's own address is not looked for in the smaller scopes.
    let is_small = ["pool", "hw-address", "client-id", "duid", "circuit-id"]
        .iter()
        .any(|name| map.get(name).is_some());
    let next = |dice: &mut Dice| {
        let known = loop {
            let option = dice.pick(&OPTIONS);
            // What takes the address away is rare.
            if option.0 != V6_ONLY || dice.chance(30) {
                break option;
            }
        };
        let map = option(dice, classes, known, known.0 != V6_ONLY);
        (!is_small || known.0 != SERVER_ID).then_some(map)
    };
    option_data::insert(dice, map, next, |dice| of_spaces(dice, &OTHERS));
}
