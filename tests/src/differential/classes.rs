//! `client-classes`.

use ruru_json::{Map, Value};

use super::dice::Dice;

/// What classes of a protocol are made of.
pub(super) struct Words {
    /// Expressions for `test`.
    pub(super) tests: &'static [&'static str],
    /// Expressions for `template-test`.
    pub(super) templates: &'static [&'static str],
    /// Classes that the server joins by itself, and those that mean something to it.
    pub(super) special: &'static [&'static str],
    /// Who is dropped.
    pub(super) dropped: &'static [&'static str],
    /// Sets what else a class has.
    pub(super) contents: fn(&mut Dice, &[&'static str], &mut Map),
}

/// All classes of a configuration, of which these names are known to others.
pub(super) fn all(dice: &mut Dice, names: &[&'static str], words: &Words) -> Vec<Value> {
    let mut list = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let mut class = tested(dice, name, &names[..at], words);
        (words.contents)(dice, names, &mut class);
        list.push(Value::from(class));
    }
    for _ in 0..2 {
        let name = dice.pick(words.special);
        let is_there = list
            .iter()
            .any(|class: &Value| class.get("name").and_then(Value::as_text) == Some(name));
        if dice.chance(20) && !is_there {
            let class = special(dice, name, names, words);
            list.insert(dice.below(list.len() + 1), class.into());
        }
    }
    list
}

fn tested(dice: &mut Dice, name: &str, above: &[&'static str], words: &Words) -> Map {
    let mut map = Map::default();
    map.insert("name", name);
    match dice.below(10) {
        0 => {}
        1 => {
            map.insert("template-test", dice.pick(words.templates));
        }
        2 | 3 if !above.is_empty() => {
            let test = dice.pick(words.tests);
            let word = dice.pick(&["and", "or"]);
            map.insert("test", format!("member('{}') {word} {test}", dice.pick(above)));
        }
        _ => {
            map.insert("test", dice.pick(words.tests));
        }
    }
    if dice.chance(15) {
        map.insert("only-in-additional-list", true);
    }
    map
}

fn special(dice: &mut Dice, name: &str, names: &[&'static str], words: &Words) -> Map {
    let mut map = Map::default();
    map.insert("name", name);
    if name == "DROP" {
        map.insert("test", dice.pick(words.dropped));
    } else {
        (words.contents)(dice, names, &mut map);
    }
    map
}
