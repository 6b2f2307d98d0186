//! Random instance data of a module, which go to JSON and come back the same.

use std::collections::HashSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use ruru_json::{Document, Value, kea};
use ruru_sysrepo::{Base, Builder, Context, Kind, SchemaNode, Tree};

use super::{Server, context};

pub fn random_data_come_back_the_same(server: &Server) {
    let context = context();
    let translator = server.translator(&context);
    let nodes = std::cell::Cell::new(0);
    proptest!(ProptestConfig::with_cases(128), |(seed: u64)| {
        let tree = random(server, &context, seed);
        nodes.set(nodes.get() + tree.first().unwrap().descend().count());
        let json = translator.to_json(tree.first().unwrap()).unwrap();
        // As a server reads it: from text.
        let json = Document::from_peer(&kea(&json)).unwrap().root;
        let back = translator.to_yang(&context, &json).unwrap();
        prop_assert_eq!(format!("{back:?}"), format!("{tree:?}"));
    });
    assert!(nodes.get() > 10_000, "only {} nodes were made", nodes.get());
}

pub fn every_entry_can_be_translated_alone_and_be_found_again(server: &Server) {
    let context = context();
    let translator = server.translator(&context);
    let mut pools = 0;
    for seed in 1..50 {
        let tree = random(server, &context, seed << 32);
        let config = tree.first().unwrap();
        let whole = translator.to_json(config).unwrap();
        let subnets = whole.get(server.rules.json).and_then(|map| map.get(server.subnets));
        let subnets = subnets.and_then(Value::as_list).unwrap_or(&[]);
        for (index, subnet) in config.select(server.subnets).unwrap().into_iter().enumerate() {
            assert_eq!(translator.node_to_json(subnet).unwrap(), subnets[index]);
            let path = format!("{}/{}[{index}]", server.rules.json, server.subnets);
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
    "::",
    "2001:db8:1::/64",
    "::/0",
    "2001:db8:ffff:ff00::1/128",
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
    "dhcp6",
    "duid",
    "docsis-cmts",
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
fn grow(server: &Server, schema: SchemaNode<'_>, builder: &mut Builder<'_>, dice: &mut Dice) {
    for child in schema.children().filter(|child| child.is_config() && !child.is_key()) {
        let name = child.name();
        let in_pool = schema.name() == "pool" && name == "prefix";
        let path = format!("/{}/{name}", schema.name());
        let not_told = server.not_told.iter().any(|part| path.contains(part));
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
            Kind::Container => grow(server, child, &mut builder.container(name).unwrap(), dice),
            Kind::List => entries(server, child, builder, dice),
            other => panic!("{other:?}"),
        }
    }
}

fn entries(server: &Server, schema: SchemaNode<'_>, builder: &mut Builder<'_>, dice: &mut Dice) {
    let mut seen = HashSet::new();
    for _ in 0..dice.roll(4) {
        let (keys, prefix) = match schema.name() {
            "pool" => range(server, dice),
            _ => (schema.keys().map(|key| value(key, dice)).collect::<Vec<_>>(), None),
        };
        if !seen.insert(keys.clone()) {
            continue;
        }
        let keys = keys.iter().map(String::as_str).collect::<Vec<_>>();
        let mut entry = builder.list(schema.name(), &keys).unwrap();
        entry.leaf_option("prefix", prefix.as_deref()).unwrap();
        grow(server, schema, &mut entry, dice);
    }
}

/// A range of addresses, sometimes as prefix.
fn range(server: &Server, dice: &mut Dice) -> (Vec<String>, Option<String>) {
    // Addresses of DHCPv6 are those of DHCPv4, with as many bits before and behind.
    let is_v6 = server.subnets == "subnet6";
    let address = |bits: u32| match is_v6 {
        true => Ipv6Addr::from_bits(0x2001_0db8 << 96 | u128::from(bits) << 32).to_string(),
        false => Ipv4Addr::from_bits(bits).to_string(),
    };
    let first = u32::try_from(dice.roll(1 << 32)).unwrap();
    if dice.roll(2) == 0 {
        let last = first.saturating_add(u32::try_from(dice.roll(1000)).unwrap());
        return (vec![address(first), address(last)], None);
    }
    let length = u32::try_from(dice.roll(33)).unwrap();
    let host = u32::MAX.checked_shr(length).unwrap_or(0);
    let (first, last) = (first & !host, first | host);
    if is_v6 {
        let last = Ipv6Addr::from_bits(0x2001_0db8 << 96 | u128::from(last) << 32 | 0xffff_ffff);
        let prefix = format!("{}/{}", address(first), 64 + length);
        return (vec![address(first), last.to_string()], Some(prefix));
    }
    (vec![address(first), address(last)], Some(format!("{}/{length}", address(first))))
}

pub fn random(server: &Server, context: &Context, seed: u64) -> Tree {
    let mut tree = Tree::new(context);
    let schema = context.find(&server.root()).unwrap();
    let mut dice = Dice(seed | 1);
    let mut top = tree.build();
    let root = format!("{}:config", server.rules.module);
    grow(server, schema, &mut top.container(&root).unwrap(), &mut dice);
    tree
}
