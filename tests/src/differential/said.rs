//! What clients of both protocols say besides.

use ruru_json::{Map, Value};

use super::dice::Dice;

/// The codes that a client asks for, of some.
pub(super) fn ask<C: Copy + Into<Value>>(dice: &mut Dice, codes: &[C], map: &mut Map) {
    if dice.chance(60) {
        let count = dice.below(6) + 1;
        let asked: Vec<Value> = (0..count).map(|_| dice.pick(codes).into()).collect();
        map.insert("ask", asked);
    }
}

/// Options, each in so many of a hundred: its name and its contents.
pub(super) fn options(dice: &mut Dice, all: &[(u32, &str, &[&str])]) -> Map {
    let mut map = Map::default();
    for (percent, name, contents) in all {
        if dice.chance(*percent) {
            map.insert(*name, dice.pick(contents));
        }
    }
    map
}
