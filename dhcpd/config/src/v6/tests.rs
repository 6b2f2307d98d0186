//! What only DHCPv6 has.

use ruru_json::Document;
use ruru_lease::Resource;
use ruru_observe::counters::Registry;

use super::*;

fn config(members: &str) -> Result<Config, String> {
    let text = format!("{{ \"Dhcp6\": {{ {members} }} }}");
    let document = Document::from_peer(&text).unwrap();
    Config::read(&document.root, &Registry::default()).map_err(|complaint| complaint.to_string())
}

const SITE: &str = r#""subnet6": [ { "id": 1, "subnet": "2001:db8:1::/64", "interface-id": "ge-0",
    "pools": [ { "pool": "2001:db8:1::10 - 2001:db8:1::ff" }, { "pool": "2001:db8:1::1:0/112" } ],
    "pd-pools": [ { "prefix": "3000:db8::", "prefix-len": 40, "delegated-len": 56,
        "excluded-prefix": "3000:db8:0:0:20::", "excluded-prefix-len": 76 } ],
    "reservations": [ { "duid": "01:02:03", "ip-addresses": [ "2001:db8:1::7", "2001:db8:1::8" ],
        "prefixes": [ "3001:1::/48", "3002::/48" ], "excluded-prefixes": [ "3001:1:0:1::/64", "" ] } ] } ]"#;

#[test]
fn addresses_and_prefixes_have_pools_of_their_own() {
    let config = config(SITE).unwrap();
    let subnet = config.subnet(SubnetId(1)).unwrap();
    assert_eq!(subnet.total(Resource::Address), 240 + 65_536);
    assert_eq!(subnet.total(Resource::Prefix), 65_536);
    let pool = subnet.pools_of(Resource::Prefix).next().unwrap();
    assert_eq!(pool.own.excluded.unwrap().to_string(), "3000:db8:0:0:20::/76");
    assert_eq!(config.subnet_of_interface_id(b"ge-0", |_| true), Some(subnet));
    let host = subnet.hosts.iter().next().unwrap();
    assert_eq!(host.host.own.addresses.len(), 2);
    assert_eq!(host.host.own.prefixes[1].1, None);
}

#[test]
fn what_was_read_is_written_back() {
    let first = config(SITE).unwrap().to_json();
    let again = Config::read(&first, &Registry::default()).unwrap().to_json();
    assert_eq!(first.to_string(), again.to_string());
    assert!(first.to_string().contains(r#""delegated-len":56"#), "{first}");
}

#[test]
fn what_contradicts_is_refused_with_its_place() {
    let subnet =
        |more: &str| format!(r#""subnet6": [ {{ "id": 1, "subnet": "2001:db8::/64", {more} }} ]"#);
    for (members, message) in [
        (
            subnet(
                r#""pd-pools": [ { "prefix": "3000::", "prefix-len": 56, "delegated-len": 48 } ]"#,
            ),
            "'delegated-len' (48) must not be less than 'prefix-len' (56) (Dhcp6.subnet6[0].pd-pools[0].delegated-len)",
        ),
        (
            subnet(
                r#""pd-pools": [ { "prefix": "3000::1", "prefix-len": 48, "delegated-len": 56 } ]"#,
            ),
            "prefix 3000::1 has bits behind its length of 48 (Dhcp6.subnet6[0].pd-pools[0].prefix)",
        ),
        (
            subnet(r#""interface": "eth0", "interface-id": "x""#),
            "a subnet is on an 'interface' or behind an 'interface-id', not both (Dhcp6.subnet6[0].interface-id)",
        ),
        (
            subnet(
                r#""reservations": [ { "duid": "01:02:03", "ip-addresses": [ "2001:db9::1" ] } ]"#,
            ),
            "reserved address 2001:db9::1 is not inside subnet 2001:db8::/64 (Dhcp6.subnet6[0].reservations[0].ip-addresses[0])",
        ),
        (
            subnet(r#""match-client-id": true"#),
            "unknown parameter 'match-client-id' in a subnet (Dhcp6.subnet6[0].match-client-id)",
        ),
        (
            r#""preferred-lifetime": 10, "max-preferred-lifetime": 5"#.to_owned(),
            "'preferred-lifetime' (10) must not be more than 'max-preferred-lifetime' (5) (Dhcp6.preferred-lifetime)",
        ),
        (
            r#""mac-sources": [ "nose" ]"#.to_owned(),
            "'nose' is not a source of MAC addresses (Dhcp6.mac-sources[0])",
        ),
    ] {
        assert_eq!(config(&members).unwrap_err(), message);
    }
}
