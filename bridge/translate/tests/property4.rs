//! Random instance data of the module go to JSON and come back the same.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::collections::HashSet;
use std::net::Ipv4Addr;

use proptest::prelude::*;
use ruru_json::{Document, Value, kea};
use ruru_sysrepo::{Base, Builder, Context, Kind, SchemaNode, Tree};
use support::{context, translator};

/// Numbers from a seed; the walk asks for as many as it needs.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        // xorshift64*, Vigna 2014.
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % below.max(1)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = self.roll(from.len() as u64);
        &from[usize::try_from(index).unwrap()]
    }
}

/// Texts that some leaf takes; which, the schema says.
const TEXTS: &[&str] = &[
    "",
    "a",
    "eth0",
    "it's \"quoted\" \\ and\nbroken",
    "ŝlosilo → 鍵",
    "192.0.2.7",
    "0.0.0.0",
    "2001:db8::7",
    "192.0.2.0/24",
    "10.0.0.0/8",
    "2001:db8::/32",
    "{}",
    r#"{"a":[1,2.5,null]}"#,
    r#"{"comment":"ü"}"#,
    "iterative",
    "random",
    "never",
    "always",
    "disable",
    "verify-full",
    "stop-retry-exit",
    "memfile",
    "mysql",
    "string",
    "uint8",
    "record",
    "dhcp4",
    "vendor-4491",
];

fn value(schema: SchemaNode<'_>, dice: &mut Dice) -> String {
    let ty = schema.leaf_type().unwrap();
    let ranges = ty.ranges().collect::<Vec<_>>();
    match ty.base() {
        Base::Boolean => (*dice.pick(&["true", "false"])).to_owned(),
        Base::Enumeration => {
            let names = ty.enums().collect::<Vec<_>>();
            (*dice.pick(&names)).to_owned()
        }
        Base::Decimal64 => decimal(schema, dice),
        base if base.is_integer() => {
            let bits = match base {
                Base::Uint8 => 8,
                Base::Uint16 => 16,
                _ => 32,
            };
            let (min, max) = ranges.first().copied().unwrap_or((0, (1 << bits) - 1));
            let span = u64::try_from(max - min).unwrap() + 1;
            let edges = [0, span - 1, dice.roll(span)];
            (min + i64::try_from(*dice.pick(&edges)).unwrap()).to_string()
        }
        _ => {
            let fits = |text: &&&str| schema.check_value(text).is_ok();
            let texts = TEXTS.iter().filter(fits).collect::<Vec<_>>();
            assert!(!texts.is_empty(), "no text for {}", schema.path());
            (**dice.pick(&texts)).to_owned()
        }
    }
}

/// With no more digits than JSON keeps.
fn decimal(schema: SchemaNode<'_>, dice: &mut Dice) -> String {
    let texts = ["0.0", "0.5", "1.0", "0.875", "0.000000000000000001", "0.123456789012345"];
    let fits = |text: &&&str| schema.check_value(text).is_ok();
    (**dice.pick(&texts.iter().filter(fits).collect::<Vec<_>>())).to_owned()
}

/// Adds random children; the keys of the list entry are there already.
fn grow(schema: SchemaNode<'_>, builder: &mut Builder<'_>, dice: &mut Dice) {
    for child in schema.children().filter(|child| child.is_config() && !child.is_key()) {
        let name = child.name();
        let in_pool = schema.name() == "pool" && name == "prefix";
        let not_told = (name == "user-context" && schema.name().ends_with("-database"))
            || (name == "ddns-use-conflict-resolution" && schema.name() == "pool");
        if in_pool || not_told || dice.roll(3) == 0 {
            continue;
        }
        match child.kind() {
            Kind::Leaf => {
                // A leaf of a module that augments this one is named with its module.
                let full = format!("{}:{name}", child.module().name());
                builder.leaf(&full, &value(child, dice)).unwrap();
            }
            Kind::LeafList => {
                let values = (0..dice.roll(4)).map(|_| value(child, dice));
                for value in values.collect::<HashSet<_>>() {
                    builder.leaf(name, &value).unwrap();
                }
            }
            Kind::Container => grow(child, &mut builder.container(name).unwrap(), dice),
            Kind::List => entries(child, builder, dice),
            other => panic!("{other:?}"),
        }
    }
}

fn entries(schema: SchemaNode<'_>, builder: &mut Builder<'_>, dice: &mut Dice) {
    let mut seen = HashSet::new();
    for _ in 0..dice.roll(4) {
        let (keys, prefix) = match schema.name() {
            "pool" => range(dice),
            _ => (schema.keys().map(|key| value(key, dice)).collect::<Vec<_>>(), None),
        };
        if !seen.insert(keys.clone()) {
            continue;
        }
        let keys = keys.iter().map(String::as_str).collect::<Vec<_>>();
        let mut entry = builder.list(schema.name(), &keys).unwrap();
        entry.leaf_option("prefix", prefix.as_deref()).unwrap();
        grow(schema, &mut entry, dice);
    }
}

/// A range of addresses, sometimes as prefix.
fn range(dice: &mut Dice) -> (Vec<String>, Option<String>) {
    let first = u32::try_from(dice.roll(1 << 32)).unwrap();
    if dice.roll(2) == 0 {
        let last = first.saturating_add(u32::try_from(dice.roll(1000)).unwrap());
        return (vec![Ipv4Addr::from(first).to_string(), Ipv4Addr::from(last).to_string()], None);
    }
    let length = u32::try_from(dice.roll(33)).unwrap();
    let host = u32::MAX.checked_shr(length).unwrap_or(0);
    let (first, last) = (Ipv4Addr::from(first & !host), Ipv4Addr::from(first | host));
    (vec![first.to_string(), last.to_string()], Some(format!("{first}/{length}")))
}

fn random(context: &Context, seed: u64) -> Tree {
    let mut tree = Tree::new(context);
    let schema = context.find("/kea-dhcp4-server:config").unwrap();
    let mut dice = Dice(seed | 1);
    let mut top = tree.build();
    grow(schema, &mut top.container("kea-dhcp4-server:config").unwrap(), &mut dice);
    tree
}

#[test]
fn random_data_come_back_the_same() {
    let context = context();
    let translator = translator(&context);
    let nodes = std::cell::Cell::new(0);
    proptest!(ProptestConfig::with_cases(128), |(seed: u64)| {
        let tree = random(&context, seed);
        nodes.set(nodes.get() + tree.first().unwrap().descend().count());
        let json = translator.to_json(tree.first().unwrap()).unwrap();
        // As a server reads it: from text.
        let json = Document::from_peer(&kea(&json)).unwrap().root;
        let back = translator.to_yang(&context, &json).unwrap();
        prop_assert_eq!(format!("{back:?}"), format!("{tree:?}"));
    });
    assert!(nodes.get() > 10_000, "only {} nodes were made", nodes.get());
}

#[test]
fn every_entry_can_be_translated_alone_and_be_found_again() {
    let context = context();
    let translator = translator(&context);
    let mut pools = 0;
    for seed in 1..50 {
        let tree = random(&context, seed << 32);
        let config = tree.first().unwrap();
        let whole = translator.to_json(config).unwrap();
        let subnets = whole.get("Dhcp4").and_then(|map| map.get("subnet4"));
        let subnets = subnets.and_then(Value::as_list).unwrap_or(&[]);
        for (index, subnet) in config.select("subnet4").unwrap().into_iter().enumerate() {
            assert_eq!(translator.node_to_json(subnet).unwrap(), subnets[index]);
            let path = format!("Dhcp4/subnet4[{index}]");
            assert_eq!(translator.locate(config, &path), subnet.path());
            for (index, pool) in subnet.select("pool").unwrap().into_iter().enumerate() {
                let path = format!("{path}/pools[{index}]/pool");
                assert_eq!(translator.locate(config, &path), pool.path());
                pools += 1;
            }
        }
    }
    assert!(pools > 10, "only {pools} pools were made");
}
