//! Leases of DHCPv6 servers become nodes.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use ruru_sysrepo::{Builder, Format, PrintOptions, Tree, Validation};
use ruru_translate::state::add_lease6;
use support::{context, read};

fn add(lease: &str, now: Option<u64>) -> Result<Tree, String> {
    let context = context();
    let mut tree = Tree::new(&context);
    let mut top = tree.build();
    let mut state = top.container("kea-dhcp6-server:state").unwrap();
    let mut leases: Builder<'_> = state.container("leases").unwrap();
    add_lease6(&mut leases, &read(lease), now).map_err(|fault| fault.to_string())?;
    let operational = Validation { operational: true, ..Validation::default() };
    tree.validate(operational).unwrap();
    Ok(tree)
}

fn lease(tree: &Tree) -> String {
    let lease = tree.select("/kea-dhcp6-server:state/leases/lease").unwrap()[0];
    lease.print(Format::Json, PrintOptions { siblings: false, ..PrintOptions::COMPACT }).unwrap()
}

const ADDRESS: &str = r#"{ "cltt": 1700000000, "duid": "42:42:42:42", "fqdn-fwd": false,
    "fqdn-rev": true, "hostname": "myhost.example.com.", "hw-address": "08:08:08:08:08:08",
    "iaid": 7, "ip-address": "2001:db8::1", "preferred-lft": 500, "state": 0, "subnet-id": 66,
    "type": "IA_NA", "valid-lft": 3600, "pool-id": 5, "user-context": { "a": 1 } }"#;

const PREFIX: &str = r#"{ "cltt": 1, "duid": "010203", "iaid": 4294967295,
    "ip-address": "2001:db8:1::", "preferred-lft": 5, "prefix-len": 48, "subnet-id": 1,
    "type": "IA_PD", "valid-lft": 4294967295, "state": 3 }"#;

#[test]
fn an_address_becomes_an_entry() {
    assert_eq!(
        lease(&add(ADDRESS, None).unwrap()),
        concat!(
            r#"{"kea-dhcp6-server:lease":[{"ip-address":"2001:db8::1","duid":"QkJCQg==","#,
            r#""valid-lifetime":3600,"cltt":1700000000,"subnet-id":66,"preferred-lifetime":500,"#,
            r#""lease-type":"IA_NA","iaid":7,"fqdn-fwd":false,"fqdn-rev":true,"#,
            r#""hostname":"myhost.example.com.","state":"default","user-context":"{\"a\":1}","#,
            r#""hw-address":"08:08:08:08:08:08"}]}"#
        )
    );
}

#[test]
fn a_prefix_has_a_length() {
    let text = lease(&add(PREFIX, Some(1_700_000_000)).unwrap());
    assert!(
        text.contains(r#""lease-type":"IA_PD","iaid":4294967295,"prefix-length":48"#),
        "{text}"
    );
    assert!(text.contains(r#""state":"expired-reclaimed""#), "{text}");
    assert!(text.contains(r#""ruru-dhcp6-state:registered":false"#), "{text}");
    assert!(!text.contains("expires") && !text.contains("remaining"), "{text}");
}

#[test]
fn a_registered_address_is_told() {
    let registered = ADDRESS.replace("\"state\": 0", "\"state\": 4");
    let text = lease(&add(&registered, Some(1_700_000_600)).unwrap());
    assert!(text.contains(r#""ruru-dhcp6-state:registered":true"#), "{text}");
    assert!(text.contains(r#""ruru-dhcp6-state:remaining":3000"#), "{text}");
    assert!(text.contains(r#""ruru-dhcp6-state:pool-id":5"#), "{text}");
}

#[test]
fn faults_name_the_member() {
    for (from, to, message) in [
        ("\"ip-address\"", "\"x\"", "lease: \"ip-address\" is missing"),
        ("\"42:42:42:42\"", "\"zz\"", "lease/duid: must be bytes in hexadecimal"),
        ("500", "-1", "lease/preferred-lft: must be a number of 32 bits"),
        ("\"iaid\"", "\"x\"", "lease: \"iaid\" is missing"),
        ("\"state\": 0", "\"state\": 9", "lease/state: must be 0, 1, 2, 3 or 4"),
    ] {
        assert_eq!(add(&ADDRESS.replace(from, to), None).unwrap_err(), message);
    }
    assert!(add(&PREFIX.replace("48", "129"), None).unwrap_err().contains("lease/prefix-len"));
    assert!(add(&ADDRESS.replace("IA_NA", "IA_TA"), None).unwrap_err().contains("IA_TA"));
}
