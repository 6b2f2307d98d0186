//! Every node of the configuration has a key that the server's JSON knows.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;

use ruru_sysrepo::{Context, SchemaNode};
use ruru_translate::{OptionNames, Rule, Rules, Translator};
use support::{context, translator};

/// The keys that the grammar of the server knows.
const KEYS: &str = include_str!("data/keys4.txt");

/// The nodes that the server has no key for.
const NOT_TOLD: &[&str] = &["-database/user-context", "pool/ddns-use-conflict-resolution"];

#[test]
fn every_configuration_node_has_a_place() {
    let context = context();
    let places = translator(&context).places();
    let placed = places.iter().map(|(node, _)| node.clone()).collect::<BTreeSet<_>>();
    let mut open = vec![context.find("/kea-dhcp4-server:config").unwrap()];
    let mut count = 0;
    while let Some(node) = open.pop() {
        let path = node.path().replacen("kea-dhcp4-server:", "", 1);
        let path = path.replace("ruru-dhcp4-config:", "");
        if NOT_TOLD.iter().any(|end| path.ends_with(end)) {
            assert!(!placed.contains(&path), "{path}");
            continue;
        }
        assert!(placed.contains(&path), "{path}");
        open.extend(node.children().filter(|child| SchemaNode::is_config(*child)));
        count += 1;
    }
    assert_eq!(count, placed.len());
}

#[test]
fn every_place_is_a_key_that_the_server_knows() {
    let known = KEYS.lines().collect::<BTreeSet<_>>();
    let unknown = translator(&context())
        .places()
        .into_iter()
        .map(|(_, json)| json)
        // The singular was dropped by newer servers; instance data of older ones still have it.
        // Our own, which a server of Kea refuses.
        .filter(|json| !json.starts_with("Dhcp4.lease-database.sync"))
        .filter(|json| *json != "Dhcp4" && !json.starts_with("Dhcp4.control-socket."))
        .filter(|json| json != "Dhcp4.control-socket" && !known.contains(json.as_str()))
        .collect::<Vec<_>>();
    assert_eq!(unknown, Vec::<String>::new());
}

/// What the model does not have, so that nobody is surprised.
#[test]
fn the_keys_without_a_node_are_known() {
    let places = translator(&context()).places();
    let placed = places.into_iter().map(|(_, json)| json).collect::<BTreeSet<_>>();
    let left = KEYS
        .lines()
        .filter(|key| !placed.contains(*key))
        // A comment is a key of the user-context; what is in JSON texts has no nodes of its own.
        .filter(|key| !key.ends_with(".comment") && !key.starts_with("Dhcp4.dhcp-queue-control."))
        // The list of its one entry.
        .filter(|key| *key != "Dhcp4.hosts-database" && !key.starts_with("Dhcp4.hosts-database."))
        .collect::<Vec<_>>();
    assert_eq!(
        left,
        [
            "Dhcp4.config-control.config-databases[].password-file",
            "Dhcp4.hosts-databases[].password-file",
            "Dhcp4.lease-database.password-file",
            "Dhcp4.multi-threading.user-context",
        ]
    );
}

fn uncovered(context: &Context, rows: &'static [(&'static str, Rule)]) -> String {
    let options = OptionNames { standard: &[], definitions: "", space: "" };
    let rules = Rules { module: "m", container: "c", json: "J", rows, ignored: &[], options };
    Translator::new(context, Box::leak(Box::new(rules))).unwrap_err().to_string()
}

#[test]
fn what_does_not_fit_is_refused_at_start() {
    let text = "module m { yang-version 1.1; namespace urn:m; prefix m; container c {
        leaf a { type string; } leaf b { type string; }
        anydata any; leaf bits { type bits { bit one; } } } }";
    let context = Context::builder().text(text, &[]).build().unwrap();
    let rows = &[("x", Rule::JsonText), ("b", Rule::Named("a")), ("a", Rule::Default("z"))];
    let message = uncovered(&context, rows);
    for part in [
        "x: no node for the row JsonText",
        "/c/any: a node of the kind AnyData has no form in JSON",
        "/c/bits: a value of the type Bits has no form in JSON",
        "/c: two nodes have the place \"a\" in JSON",
        "/c/a: only a list key can be filled in",
    ] {
        assert!(message.contains(part), "{part} is not in {message}");
    }
    let none = Context::builder().build().unwrap();
    assert!(uncovered(&none, &[]).contains("does not implement"));
}
