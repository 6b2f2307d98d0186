//! What `client-classes` are made of.

use ruru_json::Map;

use super::{Dice, options, scopes};
use crate::differential::classes::Words;

pub(super) const WORDS: Words = Words {
    tests: &[
        "option[15].exists",
        "option[15].hex == 0x0003616263",
        "option[16].exists",
        "option[39].exists",
        "option[6].exists",
        "option[25].exists and not option[3].exists",
        "relay6[0].option[18].exists",
        "relay6[0].option[18].hex == 'port1'",
        "relay6[0].option[38].exists",
        "relay6[0].linkaddr == 2001:db8:2::1",
        "relay6[1].peeraddr == fe80::a",
        "pkt6.msgtype == 1",
        "pkt6.msgtype == 3",
        "substring(option[1].hex, 0, 2) == 0x0003",
        "substring(option[1].hex, 9, 1) == 0x02",
        "member('ALL')",
        "member('KNOWN')",
        "member('UNKNOWN')",
        "vendor[4491].exists",
        "vendor-class.enterprise == 4491",
    ],
    templates: &["substring(option[1].hex, 8, 2)", "relay6[0].option[18].hex"],
    special: &["ALL", "KNOWN", "UNKNOWN", "VENDOR_CLASS_docsis3.0", "SPAWN_red_port1", "DROP"],
    dropped: &["option[15].hex == 0x0001", "member('UNKNOWN')"],
    contents,
};

fn contents(dice: &mut Dice, classes: &[&'static str], map: &mut Map) {
    options::insert(dice, classes, map);
    if dice.chance(20) {
        scopes::lifetimes(dice, map);
    }
}
