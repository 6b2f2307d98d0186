//! `client-classes`.

use ruru_json::{Map, Value};

use super::world::World;
use super::{Dice, options, scopes};

const TESTS: [&str; 20] = [
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
];

const TEMPLATES: [&str; 2] = ["substring(option[1].hex, 8, 2)", "relay6[0].option[18].hex"];

/// Classes that the server joins by itself, and those that mean something to it.
const SPECIAL: [&str; 6] =
    ["ALL", "KNOWN", "UNKNOWN", "VENDOR_CLASS_docsis3.0", "SPAWN_red_port1", "DROP"];

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
        map.insert("test", dice.pick(&["option[15].hex == 0x0001", "member('UNKNOWN')"]));
    } else {
        contents(dice, world, &mut map);
    }
    map
}

fn contents(dice: &mut Dice, world: &World, map: &mut Map) {
    options::insert(dice, world, map);
    if dice.chance(20) {
        scopes::lifetimes(dice, map);
    }
}
