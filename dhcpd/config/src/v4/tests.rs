use std::net::Ipv4Addr;

use ruru_host::{Identifier, IdentifierKind};
use ruru_json::{Document, Value};
use ruru_lease::SubnetId;
use ruru_observe::Layout;
use ruru_observe::counters::Registry;

use super::*;
use crate::Protocol;
use crate::params::Scope;
use crate::settings::Settings;

fn read(text: &str) -> Result<Config, String> {
    let document = Document::from_peer(text).unwrap();
    Config::read(&document.root, &Registry::default()).map_err(|complaint| complaint.to_string())
}

fn dhcp4(members: &str) -> Result<Config, String> {
    read(&format!("{{ \"Dhcp4\": {{ {members} }} }}"))
}

fn subnet(text: &str) -> Value {
    Document::from_peer(text).unwrap().root
}

const SITE: &str = r#""valid-lifetime": 600, "option-data": [ { "name": "routers", "data": "192.0.2.1" } ],
    "shared-networks": [ { "name": "floor", "renew-timer": 60, "relay": { "ip-addresses": [ "10.0.0.1" ] },
        "subnet4": [ { "id": 7, "subnet": "192.0.2.0/25" }, { "id": 3, "subnet": "192.0.2.128/25" } ] } ],
    "subnet4": [ { "id": 1, "subnet": "198.51.100.0/24", "interface": "eth0", "valid-lifetime": 60,
        "pools": [ { "pool": "198.51.100.10 - 198.51.100.20" }, { "pool": "198.51.100.64/26" } ],
        "reservations": [ { "hw-address": "02:00:00:00:00:01", "ip-address": "198.51.100.15" } ] } ]"#;

#[test]
fn subnets_inherit_from_network_and_globals() {
    let config = dhcp4(SITE).unwrap();
    let in_network = config.subnet(SubnetId(7)).unwrap();
    assert_eq!(in_network.effective.lifetime.usual, 600);
    assert_eq!(in_network.effective.tee_times.renew, Some(60));
    let alone = config.subnet(SubnetId(1)).unwrap();
    assert_eq!(alone.effective.lifetime.usual, 60);
    assert_eq!(alone.total(ruru_lease::Resource::Address), 11 + 64);
}

#[test]
fn subnets_are_found_by_address_relay_and_interface() {
    let config = dhcp4(SITE).unwrap();
    let id = |subnet: Option<&std::sync::Arc<Subnet>>| subnet.map(|s| s.id.0);
    let nobody = |_: &str| false;
    assert_eq!(id(config.subnet_containing(Ipv4Addr::new(192, 0, 2, 200), nobody)), Some(3));
    assert_eq!(id(config.subnet_containing(Ipv4Addr::new(203, 0, 113, 1), nobody)), None);
    assert_eq!(id(config.subnet_of_relay(Ipv4Addr::new(10, 0, 0, 1), nobody)), Some(3));
    assert_eq!(id(config.subnet_of_interface("eth0", nobody)), Some(1));
    let link: Vec<u32> = config.link(config.subnet(SubnetId(3)).unwrap()).map(|s| s.id.0).collect();
    assert_eq!(link, [3, 7]);
}

#[test]
fn subnets_are_found_for_clients_whose_messages_a_dhcpv6_server_passes_on() {
    let config = dhcp4(
        r#""dhcp4o6-port": 786, "subnet4": [
        { "id": 7, "subnet": "192.0.2.0/24", "4o6-interface": "lan" },
        { "id": 3, "subnet": "198.18.3.0/24", "4o6-interface-id": "port-7", "4o6-subnet": "" },
        { "id": 5, "subnet": "198.18.5.0/24", "4o6-subnet": "2001:db8::1/48" },
        { "id": 4, "subnet": "198.18.4.0/24", "4o6-subnet": "2001:db8:0:1::/64",
          "client-classes": [ "guests" ] },
        { "id": 1, "subnet": "198.18.1.0/24", "interface": "lan" } ]"#,
    )
    .unwrap();
    assert_eq!(config.globals().over6_port.map(std::num::NonZeroU16::get), Some(786));
    let find = |config: &Config, source: &str, id: Option<&[u8]>, interface, class| {
        let is_member = |name: &str| name == class;
        let found = config.subnet_over6(source.parse().ok(), id, interface, is_member);
        found.map(|subnet| subnet.id.0)
    };
    assert_eq!(find(&config, "fe80::1", None, "lan", ""), Some(7));
    assert_eq!(find(&config, "fe80::1", None, "uplink", ""), None);
    assert_eq!(find(&config, "2001:db8:0:1::1", None, "uplink", ""), Some(5));
    assert_eq!(find(&config, "2001:db8:0:1::1", None, "uplink", "guests"), Some(4));
    // Whatever fits, the lowest number counts.
    assert_eq!(find(&config, "2001:db8::9", Some(b"port-7"), "lan", ""), Some(3));
    assert_eq!(find(&config, "2001:db8::9", Some(b"port-8"), "lan", ""), Some(5));
    let registry = Registry::default();
    let (config, _) = config.without_subnet(SubnetId(5)).unwrap();
    assert_eq!(find(&config, "2001:db8::9", Some(b"port-8"), "lan", ""), Some(7));
    let again = subnet(r#"{ "id": 9, "subnet": "198.18.9.0/24", "4o6-subnet": "2001:db8::/48" }"#);
    let (config, _) = config.with_subnet(&again, &registry).unwrap();
    assert_eq!(find(&config, "2001:db8::9", None, "uplink", ""), Some(9));
}

#[test]
fn what_contradicts_is_refused_with_its_place() {
    for (members, message) in [
        (
            r#""subnet4": [ { "id": 1, "subnet": "10.0.0.0/8" }, { "id": 1, "subnet": "11.0.0.0/8" } ]"#,
            "subnet id 1 is in use by subnet 10.0.0.0/8 (Dhcp4.subnet4[1].id)",
        ),
        (
            r#""subnet4": [ { "id": 1, "subnet": "10.0.0.0/8" }, { "id": 2, "subnet": "10.1.0.0/8" } ]"#,
            "subnet 10.0.0.0/8 exists already, with id 1 (Dhcp4.subnet4[1].subnet)",
        ),
        (
            r#""subnet4": [ { "id": 1, "subnet": "10.0.0.0/8", "pools": [ { "pool": "11.0.0.1 - 11.0.0.5" } ] } ]"#,
            "pool 11.0.0.1 - 11.0.0.5 is not inside subnet 10.0.0.0/8 (Dhcp4.subnet4[0].pools[0].pool)",
        ),
        (
            r#""subnet4": [ { "id": 1, "subnet": "10.0.0.0/8", "pools": [ { "pool": "10.0.0.1-10.0.0.5" }, { "pool": "10.0.0.5/32" } ] } ]"#,
            "pool 10.0.0.5 - 10.0.0.5 overlaps pool 10.0.0.1 - 10.0.0.5 (Dhcp4.subnet4[0].pools[1].pool)",
        ),
        (
            r#""subnet4": [ { "id": 1, "subnet": "10.0.0.0/8", "reservations": [ { "duid": "01:02", "ip-address": "11.0.0.1" } ] } ]"#,
            "reserved address 11.0.0.1 is not inside subnet 10.0.0.0/8 (Dhcp4.subnet4[0].reservations[0].ip-address)",
        ),
        (
            r#""shared-networks": [ { "name": "a" }, { "name": "a" } ]"#,
            "there is a shared network 'a' already (Dhcp4.shared-networks[1].name)",
        ),
        (
            r#""shared-networks": [ { "name": "a", "subnet4": [ { "id": 1, "subnet": "10.0.0.0/8", "authoritative": true } ] } ]"#,
            "'authoritative' must be the same in all subnets of shared network 'a' (Dhcp4.shared-networks[0].subnet4[0].authoritative)",
        ),
        (
            r#""reservations": [ { "ip-address": "10.0.0.1" } ]"#,
            "a reservation needs one of hw-address, duid, circuit-id, client-id (Dhcp4.reservations[0])",
        ),
    ] {
        assert_eq!(dhcp4(members).unwrap_err(), message);
    }
    assert_eq!(
        read("{ \"Dhcp6\": {} }").unwrap_err(),
        "unknown member 'Dhcp6' beside 'Dhcp4' (Dhcp6)"
    );
}

#[test]
fn what_config_get_says_makes_the_same_configuration() {
    let config = dhcp4(SITE).unwrap();
    let json = config.to_json();
    let again = Config::read(&json, &Registry::default()).unwrap();
    assert_eq!(again.to_json(), json);
    let reservations = json.get("Dhcp4").unwrap().get("subnet4").unwrap().as_list().unwrap()[0]
        .get("reservations")
        .unwrap();
    assert_eq!(
        reservations.to_string(),
        r#"[{"hw-address":"02:00:00:00:00:01","ip-address":"198.51.100.15"}]"#
    );
}

#[test]
fn what_is_spelled_in_its_own_way_is_given_back_so() {
    let given = r#"{"id":1,"subnet":" 10.0.0.5/24","pools":[{"pool":"10.0.0.8/29"},{"pool":"10.0.0.1 - 10.0.0.2","pool-id":0},{"pool":"10.0.0.3-10.0.0.4"}],"reservations":[{"hw-address":"2:0:0:0:0:0a","hostname":""},{"hw-address":"02:00:00:00:00:0b","hostname":"b","next-server":"192.0.2.1"},{"client-id":"'port 1'","ip-address":"10.0.0.9"}]}"#;
    let config = dhcp4(&format!("\"subnet4\": [ {given} ]")).unwrap();
    let found = config.subnet(SubnetId(1)).unwrap().to_json();
    assert_eq!(found, Document::from_peer(given).unwrap().root);
}

#[test]
fn a_change_leaves_the_configuration_as_it_was_and_shares_the_rest() {
    let registry = Registry::default();
    let before = dhcp4(SITE).unwrap();
    let (after, _) = before
        .with_subnet(&subnet(r#"{ "id": 9, "subnet": "203.0.113.0/24" }"#), &registry)
        .unwrap();
    assert!(before.subnet(SubnetId(9)).is_none());
    assert!(after.subnet(SubnetId(9)).is_some());
    let shared = |config: &Config| std::sync::Arc::as_ptr(config.subnet(SubnetId(1)).unwrap());
    assert_eq!(shared(&before), shared(&after));
    let (gone, _) = after.without_subnet(SubnetId(9)).unwrap();
    assert_eq!(gone.to_json(), before.to_json());
    assert!(gone.without_subnet(SubnetId(9)).is_err());
}

#[test]
fn a_replaced_subnet_stays_in_its_network() {
    let registry = Registry::default();
    let config = dhcp4(SITE).unwrap();
    let new = subnet(r#"{ "id": 7, "subnet": "192.0.2.0/26" }"#);
    let (next, subnet) = config.with_subnet_replaced(&new, &registry).unwrap();
    assert_eq!(&*subnet.network.as_ref().unwrap().name, "floor");
    let link: Vec<u32> = next.link(next.subnet(SubnetId(7)).unwrap()).map(|s| s.id.0).collect();
    assert_eq!(link, [7, 3]);
}

#[test]
fn networks_come_and_go_with_or_without_their_subnets() {
    let registry = Registry::default();
    let config = dhcp4(SITE).unwrap();
    let kept = config.without_network("floor", SubnetsOfNetwork::Keep, &registry).unwrap().unwrap();
    assert!(kept.subnet(SubnetId(7)).unwrap().network.is_none());
    assert_eq!(kept.subnet(SubnetId(7)).unwrap().effective.tee_times.renew, None);
    let gone =
        config.without_network("floor", SubnetsOfNetwork::Delete, &registry).unwrap().unwrap();
    assert_eq!(gone.subnet_count(), 1);
    assert!(config.without_network("roof", SubnetsOfNetwork::Keep, &registry).unwrap().is_none());
    let moved = config.with_subnet_moved(SubnetId(1), Some("floor"), &registry);
    assert_eq!(moved.unwrap().link(config.subnet(SubnetId(3)).unwrap()).count(), 3);
}

#[test]
fn reservations_come_and_go() {
    let config = dhcp4(SITE).unwrap();
    let host = |text: &str| {
        Settings::read(Protocol::V4, Scope::Host, &Document::from_peer(text).unwrap().root).unwrap()
    };
    let subnet = Some(SubnetId(1));
    let next = config
        .with_reservation(subnet, host(r#"{ "client-id": "'a'", "ip-address": "198.51.100.16" }"#))
        .unwrap();
    assert_eq!(next.subnet(SubnetId(1)).unwrap().hosts.len(), 2);
    let conflict = next
        .with_reservation(subnet, host(r#"{ "client-id": "'b'", "ip-address": "198.51.100.16" }"#))
        .unwrap_err();
    assert_eq!(
        conflict.to_string(),
        "the address 198.51.100.16 is reserved for client-id=61 already (ip-address)"
    );
    let identifier = Identifier::parse(IdentifierKind::ClientId, "61").unwrap();
    let back = next.without_reservation(subnet, &identifier).unwrap();
    assert_eq!(back.to_json(), config.to_json());
    assert!(back.without_reservation(subnet, &identifier).is_err());
}

#[test]
fn the_digest_tells_configurations_apart_and_nothing_else() {
    let registry = Registry::default();
    let config = dhcp4(SITE).unwrap();
    assert_eq!(config.digest(), dhcp4(SITE).unwrap().digest());
    let added = r#"{ "id": 9, "subnet": "203.0.113.0/24" }"#;
    let (more, _) = config.with_subnet(&subnet(added), &registry).unwrap();
    assert_ne!(more.digest(), config.digest());
    let (less, _) = more.without_subnet(SubnetId(9)).unwrap();
    assert_eq!(less.digest(), config.digest());
    let moved = config.with_subnet_moved(SubnetId(7), None, &registry).unwrap();
    assert_ne!(moved.digest(), config.digest());
    // A copy of a subnet is changed here: it must not keep the digest of what it was.
    let identifier = Identifier::parse(IdentifierKind::HwAddress, "02:00:00:00:00:01").unwrap();
    let unreserved = config.without_reservation(Some(SubnetId(1)), &identifier).unwrap();
    assert_ne!(unreserved.digest(), config.digest());
}

#[test]
fn the_pattern_of_a_log_is_read_with_the_configuration() {
    let with = |pattern: &str| {
        dhcp4(&format!(
            r#""loggers": [ {{ "name": "kea-dhcp4",
                "output-options": [ {{ "output": "stdout", "pattern": "{pattern}" }} ] }} ]"#
        ))
    };
    let layout = |pattern: &str| {
        with(pattern).map(|config| config.globals().loggers[0].outputs[0].pattern.clone())
    };
    assert_eq!(layout(""), Ok(Layout::Usual));
    assert_eq!(layout("json"), Ok(Layout::Json));
    assert!(matches!(layout("%-5p %m\\n"), Ok(Layout::Pattern(_))));
    let complaint = layout("%m %Y").unwrap_err();
    assert!(complaint.starts_with("'%Y' is not known; use %D,"), "{complaint}");
    assert!(complaint.ends_with("(Dhcp4.loggers[0].output-options[0].pattern)"), "{complaint}");
}

#[test]
fn libraries_that_are_not_there_are_named_once_the_server_is_to_use_them() {
    let config =
        dhcp4(r#""hooks-libraries": [ { "library": "libdhcp_ha.so", "parameters": { } } ]"#);
    let complaint = config.unwrap().globals().check_hook_libraries().unwrap_err();
    assert_eq!(complaint.path(), "hooks-libraries[0].library");
    assert!(complaint.message.contains("'libdhcp_ha.so' is not supported yet"), "{complaint}");
}
