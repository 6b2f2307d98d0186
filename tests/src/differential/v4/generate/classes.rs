//! `client-classes`.

use ruru_json::{Map, Value};

use super::world::World;
use super::{Dice, options, scopes};
use crate::differential::scopes::valid_lifetimes;

const TESTS: [&str; 26] = [
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
];

const TEMPLATES: [&str; 3] =
    ["substring(option[12].text, 0, 2)", "option[60].text", "relay4[1].hex"];

/// Classes that the server joins by itself, and those that mean something to it.
const SPECIAL: [&str; 8] = [
    "ALL",
    "KNOWN",
    "UNKNOWN",
    "VENDOR_CLASS_docsis3.0",
    "VENDOR_CLASS_PXEClient",
    "SPAWN_red_ho",
    "SPAWN_green_port1",
    "DROP",
];

/// All classes of a configuration.
pub(super) fn all(dice: &mut Dice, world: &World) -> Vec<Value> {
    let mut list = Vec::new();
    for (at, name) in world.classes.iter().enumerate() {
        list.push(class(dice, world, name, &world.classes[..at]).into());
    }
    for _ in 0..2 {
        let name = dice.pick(&SPECIAL);
        let is_there = list
            .iter()
            .any(|class: &Value| class.get("name").and_then(Value::as_text) == Some(name));
        if dice.chance(20) && !is_there {
            list.insert(dice.below(list.len() + 1), special(dice, world, name).into());
        }
    }
    list
}

fn class(dice: &mut Dice, world: &World, name: &str, above: &[&'static str]) -> Map {
    let mut map = Map::default();
    map.insert("name", name);
    match dice.below(10) {
        0 => {}
        1 => {
            map.insert("template-test", dice.pick(&TEMPLATES));
        }
        2 | 3 if !above.is_empty() => {
            let test = dice.pick(&TESTS);
            let word = dice.pick(&["and", "or"]);
            map.insert("test", format!("member('{}') {word} {test}", dice.pick(above)));
        }
        _ => {
            map.insert("test", dice.pick(&TESTS));
        }
    }
    if dice.chance(15) {
        map.insert("only-in-additional-list", true);
    }
    contents(dice, world, &mut map);
    map
}

fn special(dice: &mut Dice, world: &World, name: &str) -> Map {
    let mut map = Map::default();
    map.insert("name", name);
    if name == "DROP" {
        map.insert("test", dice.pick(&["option[12].text == 'x!y'", "member('UNKNOWN')"]));
    } else {
        contents(dice, world, &mut map);
    }
    map
}

fn contents(dice: &mut Dice, world: &World, map: &mut Map) {
    options::insert(dice, world, map);
    scopes::boot_fields(dice, map);
    if dice.chance(20) {
        valid_lifetimes(dice, map);
    }
    if dice.chance(5) {
        map.insert("offer-lifetime", dice.pick(&[0_u32, 300]));
    }
}
