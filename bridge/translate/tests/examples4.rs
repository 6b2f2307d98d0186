//! Kea's example configurations of DHCPv4 go to YANG and come back equivalent.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use ruru_json::compact;
use support::{DHCP4, context, equivalence, read, translator};

#[test]
fn every_example_comes_back_equivalent() {
    equivalence::every_example_comes_back_equivalent(&DHCP4);
}

#[test]
fn no_value_in_the_wrong_place_panics() {
    equivalence::no_value_in_the_wrong_place_panics(&DHCP4);
}

#[test]
fn codes_are_filled_in() {
    let context = context();
    let translator = translator(&context);
    let json = read(
        r#"{ "Dhcp4": {
            "option-def": [ { "name": "mine", "code": 222, "space": "dhcp4", "type": "string" } ],
            "client-classes": [ {
                "name": "c",
                "option-def": [ { "name": "vendor-encapsulated-options", "code": 43,
                                  "type": "empty", "encapsulate": "x" },
                                { "name": "theirs", "code": 224, "type": "string" } ],
                "option-data": [ { "name": "theirs", "data": "1" }, { "name": "mine" } ]
            } ],
            "option-data": [ { "name": "routers", "data": "192.0.2.1" },
                             { "name": "remote-id", "space": "dhcp-agent-options-space",
                               "data": "ff", "csv-format": false } ]
        } }"#,
    );
    let tree = translator.to_yang(&context, &json).unwrap();
    let codes = |path: &str| {
        let nodes = tree.select(path).unwrap();
        nodes.iter().map(|node| node.value().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(codes("/kea-dhcp4-server:config/option-data/code"), ["2", "3"]);
    assert_eq!(codes("/kea-dhcp4-server:config/client-class/option-data/code"), ["222", "224"]);
    let back = translator.to_json(tree.first().unwrap()).unwrap();
    let text = compact(&back);
    assert!(text.contains(r#""code":224,"space":"dhcp4","data":"1","name":"theirs""#), "{text}");
    assert!(text.contains(r#""code":222,"space":"dhcp4","data":"","name":"mine""#), "{text}");
}
