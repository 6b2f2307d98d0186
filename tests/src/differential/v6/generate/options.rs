//! `option-data`.

use ruru_json::{Map, Value};

use super::Dice;
use crate::differential::option_data::{self, definition, of_spaces, option};

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
pub(super) const ASKED: [u16; 18] =
    [7, 21, 22, 23, 24, 27, 29, 31, 32, 39, 41, 59, 67, 82, 83, 56, 17, 1222];

/// Options of other spaces, which stand in options of this one: of vendors, and one that is defined
/// beside them.
const OTHERS: [(&str, &str, &[&str]); 4] = [
    ("dhcp6", "own", &["7, true", "255, false"]),
    ("dhcp6", "vendor-opts", &["4491"]),
    ("vendor-4491", "tftp-servers", &["2001:db8::69", "2001:db8::70, 2001:db8::71"]),
    ("vendor-4491", "own-vendors", &["17"]),
];

/// `option-def`, for those of [`OTHERS`] that are not known by themselves.
pub(super) fn definitions() -> Vec<Value> {
    let mut own = definition("dhcp6", "own", 1222, "record");
    own.insert("record-types", "uint8, boolean");
    [own, definition("vendor-4491", "own-vendors", 99, "uint32")].map(Value::from).into()
}

/// Sets `option-data`.
pub(super) fn insert(dice: &mut Dice, classes: &[&'static str], map: &mut Map) {
    let next = |dice: &mut Dice| {
        let known = dice.pick(&OPTIONS);
        Some(option(dice, classes, known, true))
    };
    option_data::insert(dice, map, next, |dice| of_spaces(dice, &OTHERS));
}
