//! What `client-classes` are made of.

use ruru_json::Map;

use super::{Dice, options, scopes};
use crate::differential::classes::Words;
use crate::differential::scopes::valid_lifetimes;

pub(super) const WORDS: Words = Words {
    tests: &[
        "option[60].exists",
        "option[60].text == 'docsis3.0'",
        "substring(option[60].hex, 0, 3) == 'PXE'",
        "not option[61].exists",
        "substring(option[61].hex, 0, 1) == 0xff",
        "relay4[1].exists",
        "relay4[1].hex == 'port1'",
        "relay4[2].hex == 'remote'",
        "pkt4.mac == 0x020000000001",
        "substring(pkt4.mac, 5, 1) == 0x02 or substring(pkt4.mac, 5, 1) == 0x03",
        "pkt4.msgtype == 1",
        "pkt4.msgtype == 3 and option[50].exists",
        "pkt4.giaddr == 198.51.100.1",
        "option[12].text == 'host'",
        "lcase(option[12].text) == 'upper.example.com'",
        "option[93].hex == 0x0007",
        "option[77].exists",
        "option[118].exists",
        "member('ALL')",
        "member('KNOWN')",
        "member('UNKNOWN')",
        "not member('KNOWN') and option[60].exists",
        "vendor[4491].exists",
        "vendor-class.enterprise == 4491",
        "option[55].exists and pkt.len > 300",
        "ifelse(option[57].exists, option[57].hex, '') == 0x0240",
    ],
    templates: &["substring(option[12].text, 0, 2)", "option[60].text", "relay4[1].hex"],
    special: &[
        "ALL",
        "KNOWN",
        "UNKNOWN",
        "VENDOR_CLASS_docsis3.0",
        "VENDOR_CLASS_PXEClient",
        "SPAWN_red_ho",
        "SPAWN_green_port1",
        "DROP",
    ],
    dropped: &["option[12].text == 'x!y'", "member('UNKNOWN')"],
    contents,
};

fn contents(dice: &mut Dice, classes: &[&'static str], map: &mut Map) {
    options::insert(dice, classes, map);
    scopes::boot_fields(dice, map);
    if dice.chance(20) {
        valid_lifetimes(dice, map);
    }
    if dice.chance(5) {
        map.insert("offer-lifetime", dice.pick(&[0_u32, 300]));
    }
}
