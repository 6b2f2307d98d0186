//! Whether configurations go to YANG and come back equivalent.

use std::net::Ipv6Addr;

use ruru_json::{Data, Document, Map, Value, compact};

use super::{Server, context, read, sort_key};

pub fn examples(server: &Server) -> Vec<(String, Value)> {
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let document = Document::from_peer(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        (name, document.root)
    };
    server.examples().iter().map(read).collect()
}

pub fn every_example_comes_back_equivalent(server: &Server) {
    let context = context();
    let translator = server.translator(&context);
    for (name, example) in examples(server) {
        let tree = translator.to_yang(&context, &example).unwrap_or_else(|e| panic!("{name}: {e}"));
        let back = translator.to_json(tree.first().unwrap()).unwrap();
        assert_equivalent(server, &name, &example, &back);
        // Once in YANG, nothing changes any more.
        let again = translator.to_yang(&context, &back).unwrap();
        assert_eq!(format!("{again:?}"), format!("{tree:?}"), "{name}");
    }
}

pub fn no_value_in_the_wrong_place_panics(server: &Server) {
    let context = context();
    let translator = server.translator(&context);
    let strange =
        ["null", "true", "-1", "0.5", "\"\"", "\"\\u0000\"", "[]", "[[{}]]", "{}", "1e300"];
    let (mut refused, mut taken) = (0, 0);
    for (_, example) in examples(server) {
        for number in 0_usize.. {
            let mut broken = example.clone();
            let Some(value) = nth(&mut broken, &mut number.clone()) else { break };
            *value = read(strange[number % strange.len()]);
            match translator.to_yang(&context, &broken) {
                Err(_) => refused += 1,
                Ok(tree) => {
                    taken += 1;
                    translator.to_json(tree.first().unwrap()).unwrap();
                }
            }
        }
    }
    assert!(refused > 100 && taken > 10, "{refused} refused, {taken} taken");
}

/// Compares what was given with what came back.
pub fn assert_equivalent(server: &Server, name: &str, given: &Value, back: &Value) {
    assert_same(name, &normal(server, given), &normal(server, back));
}

/// Compares, and names the first difference.
fn assert_same(path: &str, expected: &Value, found: &Value) {
    match (&expected.data, &found.data) {
        (Data::Map(expected), Data::Map(found)) => {
            for (key, value) in expected.iter() {
                let other = found.get(key).unwrap_or_else(|| panic!("{path}/{key} is lost"));
                assert_same(&format!("{path}/{key}"), value, other);
            }
            for (key, value) in found.iter() {
                let filled_in = key == "code" && expected.get("name").is_some();
                assert!(filled_in || expected.get(key).is_some(), "{path}/{key} appears: {value}");
            }
        }
        (Data::List(expected), Data::List(found)) => {
            assert_eq!(expected.len(), found.len(), "{path}");
            for (index, (value, other)) in expected.iter().zip(found).enumerate() {
                assert_same(&format!("{path}[{index}]"), value, other);
            }
        }
        _ => assert_eq!(expected, found, "{path}"),
    }
}

/// What the translation says of itself that it changes, done to both sides.
fn normal(server: &Server, value: &Value) -> Value {
    normal_at(server, "", value)
}

fn normal_at(server: &Server, key: &str, value: &Value) -> Value {
    match &value.data {
        Data::Map(map) => Value::from(normal_map(server, key, map)),
        Data::List(list) => {
            let mut list = list.iter().map(|v| normal_at(server, key, v)).collect::<Vec<_>>();
            // Lists that the user does not order.
            let ordered =
                ["subnet4", "subnet6", "pools", "pd-pools", "client-classes", "hosts-databases"];
            let ordered = ordered.contains(&key) && list.iter().all(|v| v.as_map().is_some());
            let ordered = ordered
                || [
                    "config-databases",
                    "hooks-libraries",
                    "host-reservation-identifiers",
                    "mac-sources",
                    "ip-addresses",
                    "prefixes",
                    "excluded-prefixes",
                ]
                .contains(&key);
            if !ordered {
                list.sort_by_key(|value| sort_key(key, value));
            }
            Value::from(list)
        }
        _ => value.clone(),
    }
}

fn normal_map(server: &Server, key: &str, map: &Map) -> Map {
    let mut normal = Map::default();
    for (name, value) in map.iter() {
        let empty = matches!(&value.data, Data::List(list) if list.is_empty());
        // Absent, empty, and the map of nothing are the same.
        if empty || name == "comment" && key != "user-context" {
            continue;
        }
        let value = match (name, value.as_text()) {
            ("4o6-subnet", Some("")) => continue,
            ("pool", Some(text)) => Value::from(text.replace(' ', "").replace('-', " - ")),
            _ if ["user-context", "parameters", "dhcp-queue-control"].contains(&name) => {
                value.clone()
            }
            _ => normal_at(server, name, value),
        };
        let nothing =
            ["relay", "control-agent"].contains(&name) && value.as_map().is_some_and(Map::is_empty);
        if !nothing {
            normal.insert(name, value);
        }
    }
    if let Some(comment) = map.get("comment").filter(|_| key != "user-context") {
        let mut context = normal.remove("user-context").unwrap_or_else(Value::map);
        context.as_map_mut().unwrap().insert("comment", comment.clone());
        normal.insert("user-context", context);
    }
    let space = server.rules.options.space;
    if key == "option-data" {
        let option = |name: &str| normal.get(name).and_then(Value::as_text).map(str::to_owned);
        let space = option("space").unwrap_or_else(|| space.to_owned());
        let data = option("data").unwrap_or_default();
        normal.insert("space", space);
        normal.insert("data", data);
    }
    if key == "option-def" && normal.get("space").is_none() {
        normal.insert("space", space);
    }
    normal
}

/// The `number`-th value of a tree, in the order of the text.
fn nth<'v>(value: &'v mut Value, number: &mut usize) -> Option<&'v mut Value> {
    if *number == 0 {
        return Some(value);
    }
    *number -= 1;
    match &mut value.data {
        Data::Map(map) => map.iter_mut().find_map(|(_, value)| nth(value, number)),
        Data::List(list) => list.iter_mut().find_map(|value| nth(value, number)),
        _ => None,
    }
}

/// A range of addresses as the prefix that it is, if it is one.
fn as_prefix(text: &str) -> String {
    let range = text.split_once(" - ").and_then(|(first, last)| {
        let bits = |text: &str| text.parse::<Ipv6Addr>().ok().map(Ipv6Addr::to_bits);
        Some((bits(first)?, bits(last)?))
    });
    let Some((first, last)) = range else { return text.to_owned() };
    let length = (first ^ last).leading_zeros();
    let host = u128::MAX.checked_shr(length).unwrap_or(0);
    match (first & host, last & host) {
        (0, ones) if ones == host => format!("{}/{length}", Ipv6Addr::from_bits(first)),
        _ => text.to_owned(),
    }
}

/// What the translation to the model of RFC 9243 says of itself that it sorts and rewrites, done to
/// both sides.
pub fn sorted(value: &Value) -> Value {
    let mut value = value.clone();
    match &mut value.data {
        Data::List(list) => {
            list.iter_mut().for_each(|value| *value = sorted(value));
            let pool = |value: &Value| value.get("pool").or(value.get("prefix")).map(compact);
            let subnet = |value: &Value| value.get("subnet").and(value.get("id")?.as_int());
            if list.iter().all(|value| pool(value).is_some()) {
                list.sort_by_key(pool);
            } else if list.iter().all(|value| subnet(value).is_some()) {
                list.sort_by_key(subnet);
            }
        }
        Data::Map(map) => {
            for (key, value) in map.iter_mut() {
                match (key, value.as_text()) {
                    ("duid", Some(text)) => *value = text.replace(':', "").into(),
                    ("pool", Some(text)) => *value = as_prefix(text).into(),
                    _ => *value = sorted(value),
                }
            }
        }
        _ => {}
    }
    value
}
