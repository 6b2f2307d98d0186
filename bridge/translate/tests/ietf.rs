//! Configurations of the DHCPv6 server in the model of RFC 9243: to YANG and back, and what is refused.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use ruru_json::compact;
use ruru_sysrepo::{Context, Tree, Validation};
use ruru_translate::Fault;
use ruru_translate::ietf::Ietf;
use support::{DHCP6, context_ietf, equivalence, read};

const ROOT: &str = "/ietf-dhcpv6-server:dhcpv6-server";
const RANGE: &str = "/ietf-dhcpv6-server:dhcpv6-server/allocation-ranges/allocation-range[id='1']";

fn tree(context: &Context, values: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::new(context);
    for (path, value) in values {
        tree.set(&format!("{ROOT}/{path}"), Some(value)).unwrap();
    }
    tree
}

/// The JSON of nodes, given by their paths.
fn to_json(values: &[(&str, &str)]) -> Result<String, Fault> {
    let context = context_ietf();
    let ietf = Ietf::new(&context).unwrap();
    let tree = tree(&context, values);
    ietf.to_json(tree.find(ROOT).unwrap()).map(|json| compact(&json))
}

#[test]
fn every_example_comes_back_equivalent() {
    let context = context_ietf();
    let ietf = Ietf::new(&context).unwrap();
    for (name, example) in equivalence::examples(&DHCP6) {
        let mut tree = ietf.to_yang(&context, &example).unwrap_or_else(|e| panic!("{name}: {e}"));
        tree.validate(Validation {
            present_only: true,
            config_only: true,
            ..Validation::default()
        })
        .unwrap_or_else(|e| panic!("{name}: {e}"));
        let back = ietf.to_json(tree.find(ROOT).unwrap()).unwrap();
        equivalence::assert_equivalent(
            &DHCP6,
            &name,
            &equivalence::sorted(&example),
            &equivalence::sorted(&back),
        );
        // Once in YANG, nothing changes any more.
        let again = ietf.to_yang(&context, &back).unwrap();
        assert_eq!(format!("{again:?}"), format!("{tree:?}"), "{name}");
    }
}

#[test]
fn the_nodes_of_the_rfc_are_told() {
    let range = "allocation-ranges/allocation-range[id='1']";
    let pool = "address-pools/address-pool[pool-id='7']";
    let of = |rest: &str| format!("{range}/{rest}");
    let values = [
        ("server-duid".to_owned(), "000300010200000000aa"),
        ("option-sets/option-set[option-set-id='a']/preference-option/pref-value".into(), "9"),
        ("allocation-ranges/rapid-commit".into(), "true"),
        ("allocation-ranges/valid-lifetime".into(), "600"),
        (of("description"), "office"),
        (of("network-prefix"), "2001:db8:1::/64"),
        (of("renew-time"), "100"),
        (of("option-set-id[.='a']"), ""),
        (of(&format!("{pool}/pool-prefix")), "2001:db8:1::/112"),
        (of(&format!("{pool}/start-address")), "2001:db8:1::1"),
        (of(&format!("{pool}/end-address")), "2001:db8:1::ff"),
        (of(&format!("{pool}/max-address-utilization")), "80"),
        (
            of(&format!(
                "{pool}/host-reservations/host-reservation[reserved-addr='2001:db8:1::7']\
                 /client-duid"
            )),
            "0a01020304",
        ),
        (of("prefix-pools/prefix-pool[pool-id='8']/pool-prefix"), "2001:db8:8000::/40"),
        (of("prefix-pools/prefix-pool[pool-id='8']/client-prefix-length"), "56"),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(path, value)| (&**path, *value)).collect();
    let json = read(&to_json(&values).unwrap());
    let expected = r#"{ "Dhcp6": {
        "server-id": { "type": "LL", "htype": 1, "identifier": "0200000000aa" },
        "valid-lifetime": 600,
        "subnet6": [ { "id": 1, "subnet": "2001:db8:1::/64", "renew-timer": 100,
            "rapid-commit": true, "user-context": { "comment": "office" },
            "option-data": [ { "name": "preference", "code": 7, "space": "dhcp6", "data": "9" } ],
            "reservations": [ { "duid": "0a:01:02:03:04", "ip-addresses": [ "2001:db8:1::7" ] } ],
            "pools": [ { "pool-id": 7, "pool": "2001:db8:1::1 - 2001:db8:1::ff" } ],
            "pd-pools": [ { "pool-id": 8, "prefix": "2001:db8:8000::", "prefix-len": 40,
                "delegated-len": 56 } ] } ] } }"#;
    assert_eq!(compact(&json), compact(&read(expected)));
}

#[test]
fn a_server_that_is_not_enabled_listens_nowhere() {
    let interfaces =
        "vendor-config/ruru-ietf-dhcpv6:settings/interfaces-config/interfaces[.='eth0']";
    let json = to_json(&[("enabled", "true"), (interfaces, "")]).unwrap();
    assert_eq!(json, r#"{"Dhcp6":{"interfaces-config":{"interfaces":["eth0"]}}}"#);
    let json = to_json(&[("enabled", "false"), (interfaces, "")]).unwrap();
    assert_eq!(json, r#"{"Dhcp6":{"interfaces-config":{"interfaces":[]}}}"#);
}

#[test]
fn what_the_server_cannot_do_is_refused_with_its_place() {
    let range = "allocation-ranges/allocation-range[id='1']";
    let pool = format!("{range}/address-pools/address-pool[pool-id='7']");
    let reservations = format!("{pool}/host-reservations/host-reservation[reserved-addr='::7']");
    let set = "option-sets/option-set[option-set-id='a']";
    let refused: [(String, &str, &str); 9] = [
        ("server-duid".into(), "00049f03b182705747e38a1e422910078642", "types 1, 2 and 3"),
        ("allocation-ranges/statistics/discontinuity-time".into(), "2026-01-01T00:00:00Z", "tell"),
        (format!("{pool}/valid-lifetime"), "1", "whole allocation ranges"),
        (format!("{pool}/rapid-commit"), "true", "whole allocation ranges"),
        (format!("{reservations}/renew-time"), "1", "whole allocation ranges"),
        (reservations.clone(), "", "add client-duid"),
        (format!("{set}/auth-option/algorithm"), "1", "authenticate"),
        (format!("{set}/rapid-commit-option"), "", "set that leaf"),
        (format!("{set}/reconfigure-message-option/msg-type"), "5", "Reconfigure"),
    ];
    for (path, value, message) in &refused {
        let values = [(path.as_str(), *value), ("allocation-ranges/option-set-id[.='a']", "")];
        let values = if path.starts_with("option-sets") { &values[..] } else { &values[..1] };
        let fault = to_json(values).unwrap_err();
        assert!(fault.message.contains(message), "{path}: {fault}");
        let place = fault.place.to_string();
        assert!(format!("{ROOT}/{path}").starts_with(&place), "{path}: {fault}");
        assert!(place.len() > ROOT.len(), "{path}: {fault}");
    }
}

#[test]
fn names_that_no_path_can_have_are_refused() {
    let context = context_ietf();
    let ietf = Ietf::new(&context).unwrap();
    let names = |set: &str, range: &str, pool: &str| {
        let mut tree = Tree::new(&context);
        {
            let mut top = tree.build();
            let mut server = top.container("ietf-dhcpv6-server:dhcpv6-server").unwrap();
            server.container("option-sets").unwrap().list("option-set", &[set]).unwrap();
            let mut ranges = server.container("allocation-ranges").unwrap();
            let mut range = ranges.list("allocation-range", &[range]).unwrap();
            let mut pools = range.container("prefix-pools").unwrap();
            let mut pool = pools.list("prefix-pool", &[pool]).unwrap();
            pool.leaf("pool-prefix", "2001:db8::/48").unwrap();
        }
        ietf.to_json(tree.find(ROOT).unwrap()).map_err(|fault| fault.to_string())
    };
    assert!(names("it's", "the \"one\"", "it's").is_ok());
    let both = "it's \"x\"";
    for (set, range, pool, list) in [
        (both, "1", "1", "/option-set: option-set-id must not"),
        ("1", both, "1", "/allocation-range: id must not"),
        ("1", "1", both, "/prefix-pool: pool-id must not"),
    ] {
        let refused = names(set, range, pool).unwrap_err();
        assert!(refused.contains(list) && refused.contains(both), "{refused}");
    }
}

#[test]
fn the_same_option_of_several_sets_is_told_once() {
    let suboption = |set: &str, code: u8| {
        format!(
            "option-sets/option-set[option-set-id='{set}']/vendor-specific-information-options\
             /vendor-specific-information-option[enterprise-number='9']\
             /vendor-option-data[sub-option-code='{code}']/sub-option-data"
        )
    };
    let json = to_json(&[
        (&suboption("a", 1), "YQ=="),
        (&suboption("b", 2), "Yg=="),
        ("allocation-ranges/option-set-id[.='a']", ""),
        ("allocation-ranges/option-set-id[.='b']", ""),
    ]);
    let json = json.unwrap();
    assert_eq!(json.matches("vendor-opts").count(), 1, "{json}");
    assert_eq!(json.matches("vendor-9").count(), 2, "{json}");
}

#[test]
fn a_place_in_the_json_is_found_in_the_tree() {
    let context = context_ietf();
    let ietf = Ietf::new(&context).unwrap();
    let json = r#"{ "Dhcp6": { "interfaces-config": { "interfaces": [ "eth0" ] },
        "valid-lifetime": 600, "option-data": [ { "name": "dns-servers", "data": "::1" } ],
        "client-classes": [ { "name": "a", "test": "b" } ],
        "shared-networks": [ { "name": "n", "subnet6": [ { "id": 1, "subnet": "2001:db8:1::/64",
            "interface": "eth0", "relay": { "ip-addresses": [ "::1" ] },
            "pools": [ { "pool": "2001:db8:1::/112", "pool-id": 3, "client-class": "a" } ],
            "reservations": [ { "duid": "0a0102", "ip-addresses": [ "2001:db8:1::1" ] },
                              { "hw-address": "00:01:02:03:04:05", "hostname": "x" } ]
        } ] } ] } }"#;
    let tree = ietf.to_yang(&context, &read(json)).unwrap();
    let subnet = "Dhcp6/shared-networks[0]/subnet6[0]";
    let settings = format!("{RANGE}/ruru-ietf-dhcpv6:settings");
    let pool = format!("{RANGE}/address-pools/address-pool[pool-id='3']");
    let own = format!("{ROOT}/vendor-config/ruru-ietf-dhcpv6:settings");
    let places = [
        ("Dhcp6".to_owned(), ROOT.to_owned()),
        ("Dhcp6/valid-lifetime".into(), format!("{ROOT}/allocation-ranges/valid-lifetime")),
        (
            "Dhcp6/interfaces-config/interfaces[0]".into(),
            format!("{own}/interfaces-config/interfaces[.='eth0']"),
        ),
        ("Dhcp6/shared-networks[0]/name".into(), format!("{own}/shared-network[name='n']/name")),
        (
            "Dhcp6/client-classes[0]/test".into(),
            format!("{ROOT}/class-selector/ruru-ietf-dhcpv6:client-class[name='a']/test"),
        ),
        (
            "Dhcp6/option-data[0]/data".into(),
            format!(
                "{ROOT}/option-sets/option-set[option-set-id='global']\
                 /ruru-ietf-dhcpv6:option-data[code='23'][space='dhcp6'][data='::1']/data"
            ),
        ),
        (subnet.to_owned(), RANGE.to_owned()),
        (format!("{subnet}/subnet"), format!("{RANGE}/network-prefix")),
        (format!("{subnet}/interface"), format!("{settings}/interface")),
        (
            format!("{subnet}/relay/ip-addresses[0]"),
            format!("{settings}/relay/ip-addresses[.='::1']"),
        ),
        (format!("{subnet}/pools[0]/pool"), pool.clone()),
        (
            format!("{subnet}/pools[0]/client-class"),
            format!("{pool}/ruru-ietf-dhcpv6:settings/client-class"),
        ),
        (
            format!("{subnet}/reservations[0]/ip-addresses[0]"),
            format!("{pool}/host-reservations/host-reservation[reserved-addr='2001:db8:1::1']"),
        ),
        (
            format!("{subnet}/reservations[1]/hostname"),
            format!(
                "{settings}/host[identifier-type='hw-address'][identifier='00:01:02:03:04:05']\
                 /hostname"
            ),
        ),
    ];
    for (json, yang) in places {
        assert_eq!(ietf.locate(tree.find(ROOT).unwrap(), &json), yang, "{json}");
    }
}
