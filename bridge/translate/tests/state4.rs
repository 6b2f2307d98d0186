//! Leases of DHCPv4 servers become nodes.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use ruru_sysrepo::{Builder, Format, PrintOptions, Tree, Validation};
use ruru_translate::state::add_lease4;
use support::{context, read};

fn add(lease: &str, now: Option<u64>) -> Result<Tree, String> {
    let context = context();
    let mut tree = Tree::new(&context);
    let mut top = tree.build();
    let mut state = top.container("kea-dhcp4-server:state").unwrap();
    let mut leases: Builder<'_> = state.container("leases").unwrap();
    add_lease4(&mut leases, &read(lease), now).map_err(|fault| fault.to_string())?;
    let operational = Validation { operational: true, ..Validation::default() };
    tree.validate(operational).unwrap();
    Ok(tree)
}

fn lease(tree: &Tree) -> String {
    let lease = tree.select("/kea-dhcp4-server:state/leases/lease").unwrap()[0];
    lease.print(Format::Json, PrintOptions { siblings: false, ..PrintOptions::COMPACT }).unwrap()
}

const LEASE: &str = r#"{ "client-id": "42:42", "cltt": 1700000000, "fqdn-fwd": false,
    "fqdn-rev": true, "hostname": "myhost.example.com.", "hw-address": "08:08:08:08:08:08",
    "ip-address": "192.0.2.1", "state": 0, "subnet-id": 44, "valid-lft": 3600, "pool-id": 5,
    "user-context": { "a": 1 } }"#;

#[test]
fn a_lease_becomes_an_entry() {
    assert_eq!(
        lease(&add(LEASE, None).unwrap()),
        concat!(
            r#"{"kea-dhcp4-server:lease":[{"ip-address":"192.0.2.1","hw-address":"CAgICAgI","#,
            r#""client-id":"QkI=","valid-lifetime":3600,"cltt":1700000000,"subnet-id":44,"#,
            r#""fqdn-fwd":false,"fqdn-rev":true,"hostname":"myhost.example.com.","#,
            r#""state":"default","user-context":"{\"a\":1}"}]}"#
        )
    );
}

#[test]
fn the_end_of_a_lease_is_told() {
    let text = lease(&add(LEASE, Some(1_700_000_600)).unwrap());
    assert!(
        text.contains(r#""ruru-dhcp4-state:expires":"2023-11-14T23:13:20-00:00""#)
            || text.contains(r#""ruru-dhcp4-state:expires":"2023-11-14T23:13:20Z""#),
        "{text}"
    );
    assert!(text.contains(r#""ruru-dhcp4-state:remaining":3000"#), "{text}");
    assert!(text.contains(r#""ruru-dhcp4-state:pool-id":5"#), "{text}");
    let over = lease(&add(LEASE, Some(1_800_000_000)).unwrap());
    assert!(over.contains(r#""ruru-dhcp4-state:remaining":0"#), "{over}");
    let forever = LEASE.replace("3600", "4294967295");
    let text = lease(&add(&forever, Some(1_700_000_600)).unwrap());
    assert!(!text.contains("expires") && !text.contains("remaining"), "{text}");
}

#[test]
fn little_is_enough() {
    let text = r#"{ "ip-address": "192.0.2.1", "cltt": 1, "valid-lft": 1, "subnet-id": 1,
                    "client-id": "", "hostname": "", "state": 3 }"#;
    let text = lease(&add(text, None).unwrap());
    assert!(text.contains(r#""hw-address":"""#) && text.contains("expired-reclaimed"), "{text}");
    assert!(!text.contains("client-id") && !text.contains("hostname"), "{text}");
}

#[test]
fn faults_name_the_member() {
    for (from, to, message) in [
        ("\"ip-address\"", "\"x\"", "lease: \"ip-address\" is missing"),
        ("\"08:08:08:08:08:08\"", "\"zz\"", "lease/hw-address: must be bytes in hexadecimal"),
        ("3600", "-1", "lease/valid-lft: must be a number of 32 bits"),
        ("3600", "\"1\"", "lease/valid-lft: must be a number of 32 bits"),
        ("false", "0", "lease/fqdn-fwd: must be true or false"),
        ("\"state\": 0", "\"state\": 9", "lease/state: must be 0, 1, 2 or 3"),
        ("{ \"a\": 1 }", "1", "lease/user-context: must be a map"),
    ] {
        assert_eq!(add(&LEASE.replace(from, to), None).unwrap_err(), message);
    }
    assert!(add("[]", None).unwrap_err().contains("must be a map, not a list"));
    assert!(add(&LEASE.replace("192.0.2.1", "here"), None).unwrap_err().contains("here"));
}
