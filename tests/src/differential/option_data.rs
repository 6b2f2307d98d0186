//! `option-data`.

use ruru_json::{Map, Value};

use super::dice::Dice;

/// Sets `option-data` to a few that `next` makes, each name once, and those of `others`.
pub(super) fn insert(
    dice: &mut Dice,
    map: &mut Map,
    mut next: impl FnMut(&mut Dice) -> Option<Map>,
    others: impl FnOnce(&mut Dice) -> Vec<Map>,
) {
    if dice.chance(60) {
        return;
    }
    let mut list: Vec<Map> = Vec::new();
    for _ in 0..=dice.below(4) {
        let Some(option) = next(dice) else { continue };
        if !list.iter().any(|other| option.get("name") == other.get("name")) {
            list.push(option);
        }
    }
    if dice.chance(25) {
        list.extend(others(dice));
    }
    map.insert("option-data", list.into_iter().map(Value::from).collect::<Vec<_>>());
}

/// One option, now and then with flags or for some classes.
pub(super) fn option(
    dice: &mut Dice,
    classes: &[&'static str],
    (name, contents): (&str, &[&str]),
    can_be_hidden: bool,
) -> Map {
    let mut map = Map::default();
    map.insert("name", name);
    map.insert("data", dice.pick(contents));
    if dice.chance(20) {
        map.insert("always-send", true);
    }
    if dice.chance(7) && can_be_hidden {
        map.insert("never-send", true);
    }
    if map.len() == 2 && dice.chance(15) && !classes.is_empty() {
        map.insert("client-classes", vec![Value::from(dice.pick(classes))]);
    }
    map
}

/// A few of some options of other spaces: space, name and contents; without a content if it is
/// empty.
pub(super) fn of_spaces(dice: &mut Dice, all: &[(&str, &str, &[&str])]) -> Vec<Map> {
    let mut list = Vec::new();
    for (space, name, contents) in all {
        if dice.chance(40) {
            let mut map = Map::default();
            map.insert("space", *space);
            map.insert("name", *name);
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

/// A definition for `option-def`.
pub(super) fn definition(space: &str, name: &str, code: u32, kind: &str) -> Map {
    let mut map = Map::default();
    map.insert("space", space);
    map.insert("name", name);
    map.insert("code", code);
    map.insert("type", kind);
    map
}
