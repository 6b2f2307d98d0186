//! Kea's example configurations of DHCPv6 go to YANG and come back equivalent.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use ruru_json::compact;
use support::{DHCP6, context, equivalence, read};

#[test]
fn every_example_comes_back_equivalent() {
    equivalence::every_example_comes_back_equivalent(&DHCP6);
}

#[test]
fn no_value_in_the_wrong_place_panics() {
    equivalence::no_value_in_the_wrong_place_panics(&DHCP6);
}

#[test]
fn codes_are_filled_in() {
    let context = context();
    let translator = DHCP6.translator(&context);
    let json = read(
        r#"{ "Dhcp6": {
            "option-def": [ { "name": "mine", "code": 60000, "space": "dhcp6", "type": "string" } ],
            "option-data": [ { "name": "dns-servers", "data": "2001:db8::1" }, { "name": "mine" },
                             { "name": "ntp-server-fqdn", "space": "v6-ntp-server-suboptions",
                               "data": "ntp.example." } ]
        } }"#,
    );
    let tree = translator.to_yang(&context, &json).unwrap();
    let nodes = tree.select("/kea-dhcp6-server:config/option-data/code").unwrap();
    let codes = nodes.iter().map(|node| node.value().unwrap()).collect::<Vec<_>>();
    assert_eq!(codes, ["3", "23", "60000"]);
}

#[test]
fn a_prefix_is_an_address_and_a_length() {
    let context = context();
    let translator = DHCP6.translator(&context);
    let pool = r#"{"prefix":"2001:db8::","prefix-len":40,"delegated-len":56,"#.to_owned()
        + r#""excluded-prefix":"2001:db8:0:ff00::","excluded-prefix-len":64}"#;
    let json = format!(r#"{{"Dhcp6":{{"subnet6":[{{"id":1,"pd-pools":[{pool}]}}]}}}}"#);
    let tree = translator.to_yang(&context, &read(&json)).unwrap();
    let path = "/kea-dhcp6-server:config/subnet6/pd-pool";
    let pools = tree.select(path).unwrap();
    assert_eq!(pools[0].leaf("prefix"), Some("2001:db8::/40"));
    assert_eq!(pools[0].leaf("excluded-prefix"), Some("2001:db8:0:ff00::/64"));
    let back = compact(&translator.to_json(tree.first().unwrap()).unwrap());
    assert!(back.contains(r#""prefix":"2001:db8::","prefix-len":40"#), "{back}");
    assert!(back.contains(r#""excluded-prefix-len":64"#), "{back}");
    for key in ["prefix", "prefix-len"] {
        let place = translator
            .locate(tree.first().unwrap(), &format!("Dhcp6/subnet6[0]/pd-pools[0]/{key}"));
        assert!(place.ends_with("/prefix"), "{place}");
    }
}

#[test]
fn a_reserved_prefix_of_which_nothing_is_excluded_keeps_its_place() {
    let context = context();
    let translator = DHCP6.translator(&context);
    let json = r#"{"Dhcp6":{"reservations":[{"duid":"01:02:03",
        "prefixes":["2001:db8:1::/64","2001:db8:2::/64"],
        "excluded-prefixes":["","2001:db8:2::/80"]}]}}"#;
    let tree = translator.to_yang(&context, &read(json)).unwrap();
    let nodes = tree.select("/kea-dhcp6-server:config/host/excluded-prefixes").unwrap();
    let values = nodes.iter().map(|node| node.value().unwrap()).collect::<Vec<_>>();
    assert_eq!(values, ["::/0", "2001:db8:2::/80"]);
    let back = compact(&translator.to_json(tree.first().unwrap()).unwrap());
    assert!(back.contains(r#""excluded-prefixes":["","2001:db8:2::/80"]"#), "{back}");
}
