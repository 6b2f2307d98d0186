//! Every node of the DHCPv4 configuration has a key that the server's JSON knows.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use ruru_sysrepo::Context;
use ruru_translate::{OptionNames, Row, Rule, Rules, Translator};
use support::{DHCP4, coverage};

#[test]
fn every_configuration_node_has_a_place() {
    coverage::every_configuration_node_has_a_place(&DHCP4);
}

#[test]
fn every_place_is_a_key_that_the_server_knows() {
    coverage::every_place_is_a_key_that_the_server_knows(&DHCP4);
}

#[test]
fn every_key_has_a_node() {
    coverage::every_key_has_a_node(&DHCP4);
}

fn uncovered(context: &Context, rows: &'static [Row]) -> String {
    let rows = &*Box::leak(Box::new([rows]));
    let options = OptionNames { standard: &[], definitions: "", space: "" };
    let rules =
        Rules { module: "m", container: "c", json: "J", version: 4, rows, ignored: &[], options };
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
