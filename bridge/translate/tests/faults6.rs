//! What cannot be translated of DHCPv6 is refused with its place and with what to do.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use ruru_sysrepo::{Context, Format, ParseOptions, Tree};
use ruru_translate::Place;
use support::{DHCP6, context, read};

fn refused(json: &str) -> (String, (u32, u32)) {
    let context = context();
    let fault = DHCP6.translator(&context).to_yang(&context, &read(json)).unwrap_err();
    let Place::Json { at, .. } = fault.place else { panic!("{fault:?}") };
    (fault.to_string(), (at.line, at.column))
}

#[test]
fn json_that_does_not_fit_names_the_value_and_its_position() {
    let cases = [
        (
            r#"{ "Dhcp6": { "authoritative": true } }"#,
            "Dhcp6/authoritative: the module has no place for \"authoritative\": remove it",
            14,
        ),
        (
            r#"{ "Dhcp6": { "subnet6": [ { "id": 1, "pd-pools": [ {} ] } ] } }"#,
            "Dhcp6/subnet6[0]/pd-pools[0]: \"prefix\" is missing: add it",
            52,
        ),
        (
            r#"{ "Dhcp6": { "subnet6": [ { "id": 1, "pd-pools": [ { "prefix": "::" } ] } ] } }"#,
            "Dhcp6/subnet6[0]/pd-pools[0]/prefix: \"prefix-len\" is missing beside it: add it",
            64,
        ),
        (
            r#"{ "Dhcp6": { "subnet6": [ { "id": 1, "pd-pools": [
               { "prefix": "::", "prefix-len": 129 } ] } ] } }"#,
            "Dhcp6/subnet6[0]/pd-pools[0]/prefix-len: must be an integer from 0 to 128",
            48,
        ),
        (
            r#"{ "Dhcp6": { "subnet6": [ { "id": 1, "pd-pools": [
               { "prefix": "::", "prefix-len": 9, "excluded-prefix-len": 64 } ] } ] } }"#,
            "Dhcp6/subnet6[0]/pd-pools[0]/excluded-prefix-len: \
             \"excluded-prefix\" is missing beside it: add it",
            51,
        ),
        (
            r#"{ "Dhcp6": { "subnet6": [ { "id": 1, "pd-pools": [
               { "prefix": "::", "prefix-len": 9 }, { "prefix": "::", "prefix-len": 9 } ] } ] } }"#,
            "Dhcp6/subnet6[0]/pd-pools[1]: an entry before it has the same prefix: \
             change or remove one",
            53,
        ),
        (
            r#"{ "Dhcp6": { "subnet6": [ { "id": 1, "pools": [ { "pool": "all" } ] } ] } }"#,
            "Dhcp6/subnet6[0]/pools[0]/pool: must be \"FIRST - LAST\" or \"ADDRESS/LENGTH\"",
            59,
        ),
        (
            r#"{ "Dhcp6": { "reservations": [ { "hostname": "a" } ] } }"#,
            "Dhcp6/reservations[0]: has no identifier: add one of duid, flex-id, hw-address",
            32,
        ),
        (
            r#"{ "Dhcp6": { "option-data": [ { "name": "routers" } ] } }"#,
            "Dhcp6/option-data[0]/name: no option of the space \"dhcp6\" is called \"routers\": \
             give the code or define the option",
            41,
        ),
    ];
    for (json, message, column) in cases {
        let (found, (_, at)) = refused(json);
        assert_eq!((found, at), (message.to_owned(), column), "{json}");
    }
}

#[test]
fn what_libyang_refuses_is_said_in_its_words() {
    for (pool, place) in [
        (r#""prefix": "192.0.2.0", "prefix-len": 24"#, "pd-pools[0]"),
        (r#""prefix": "here", "prefix-len": 24"#, "pd-pools[0]"),
    ] {
        let json = format!(r#"{{ "subnet6": [ {{ "id": 1, "pd-pools": [ {{ {pool} }} ] }} ] }}"#);
        let (message, _) = refused(&json);
        assert!(message.starts_with(&format!("Dhcp6/subnet6[0]/{place}")), "{message}");
    }
    let pools = r#"{ "subnet6": [ { "id": 1, "pools": [ { "pool": "192.0.2.0/24" } ] } ] }"#;
    assert!(refused(pools).0.starts_with("Dhcp6/subnet6[0]/pools[0]"));
}

fn tree(context: &Context, json: &str) -> Tree {
    let text = format!(r#"{{ "kea-dhcp6-server:config": {json} }}"#);
    context.parse(&text, Format::Json, ParseOptions::default()).unwrap()
}

#[test]
fn what_the_server_has_no_key_for_is_refused() {
    let context = context();
    for data in [
        r#"{ "compatibility": { "ignore-rai-link-selection": true } }"#,
        r#"{ "subnet6": [ { "id": 1, "subnet": "2001:db8::/32",
             "pd-pool": [ { "prefix": "2001:db8::/40", "ddns-send-updates": true } ] } ] }"#,
    ] {
        let tree = tree(&context, data);
        let fault = DHCP6.translator(&context).to_json(tree.first().unwrap()).unwrap_err();
        let message = fault.to_string();
        assert!(message.ends_with("the server has no such parameter: delete it"), "{message}");
    }
}
