//! Statistics of subnets and pools that go and come back.

use ruru_command::Request;
use ruru_json::{Document, Value};
use ruru_lease::{SubnetId, V4, V6};
use ruru_observe::counters::{Pool4, Pool6, PoolKind, Server4, Subnet4};

use crate::testing::Bench;
use crate::{Commanded, Server};

const SUBNET: &str = r#"{ "id": 2, "subnet": "192.0.2.0/24", "pools": [
    { "pool": "192.0.2.10 - 192.0.2.240", "pool-id": 0 } ] }"#;

fn server() -> Server<V4> {
    let root = Document::from_peer(&format!(r#"{{ "Dhcp4": {{ "subnet4": [ {SUBNET} ] }} }}"#));
    Bench::default().server(&root.unwrap().root).unwrap()
}

/// Sends a command that must succeed.
fn run<F: Commanded>(server: &mut Server<F>, name: &str, arguments: &str) -> Value {
    let arguments = Some(Document::from_peer(arguments).unwrap().root);
    let answer = server.run(&Request { arguments, ..Request::new(name) }).to_json();
    assert_eq!(answer.get("result").and_then(Value::as_int), Some(0), "{answer:?}");
    answer
}

/// The newest value of a statistic, if there is any.
fn shown<F: Commanded>(server: &mut Server<F>, name: &str) -> Option<i128> {
    let answer = run(server, "statistic-get", &format!(r#"{{ "name": "{name}" }}"#));
    let samples = answer.get("arguments")?.get(name)?.as_list()?;
    samples.first()?.as_list()?.first()?.as_int()
}

fn named<F: Commanded>(server: &mut Server<F>, command: &str, name: &str) {
    run(server, command, &format!(r#"{{ "name": "{name}" }}"#));
}

fn delete_and_add(server: &mut Server<V4>) {
    run(server, "subnet4-del", r#"{ "id": 2 }"#);
    run(server, "subnet4-add", &format!(r#"{{ "subnet4": [ {SUBNET} ] }}"#));
}

fn give(server: &Server<V4>, leases: u64) {
    let subnet = server.config.subnet(SubnetId(2)).unwrap();
    subnet.counters.add(Subnet4::CumulativeAssigned, leases);
    subnet.pools[0].counters.add(Pool4::CumulativeAssigned, leases);
}

#[test]
fn a_subnet_that_comes_back_counts_from_zero_whatever_was_reset_before() {
    let mut server = server();
    for name in [
        "subnet[2].cumulative-assigned-addresses",
        "subnet[2].pool[0].cumulative-assigned-addresses",
    ] {
        give(&server, 5);
        named(&mut server, "statistic-reset", name);
        delete_and_add(&mut server);
        give(&server, 3);
        assert_eq!(shown(&mut server, name), Some(3), "{name}");
        delete_and_add(&mut server);
    }
}

#[test]
fn what_was_removed_of_a_subnet_comes_back_with_it() {
    let mut server = server();
    let name = "subnet[2].total-addresses";
    named(&mut server, "statistic-remove", name);
    assert_eq!(shown(&mut server, name), None);
    delete_and_add(&mut server);
    assert_eq!(shown(&mut server, name), Some(231));
}

#[test]
fn what_was_removed_comes_back_with_a_whole_configuration_and_not_with_a_change() {
    let mut server = server();
    let name = "subnet[2].total-addresses";
    named(&mut server, "statistic-remove", name);
    named(&mut server, "statistic-remove", "pkt4-received");
    server.registry.server.count(Server4::Received);
    let another = r#"{ "subnet4": [ { "id": 20, "subnet": "192.0.20.0/24" } ] }"#;
    run(&mut server, "subnet4-add", another);
    assert_eq!(shown(&mut server, name), None);
    run(&mut server, "config-set", &format!(r#"{{ "Dhcp4": {{ "subnet4": [ {SUBNET} ] }} }}"#));
    assert_eq!(shown(&mut server, name), Some(231));
    assert_eq!(shown(&mut server, "pkt4-received"), Some(1));
}

#[test]
fn statistics_of_what_stays_are_not_touched_by_what_goes() {
    let mut server = server();
    let more = r#"{ "subnet4": [ { "id": 20, "subnet": "192.0.20.0/24" } ] }"#;
    run(&mut server, "subnet4-add", more);
    let name = "subnet[2].cumulative-assigned-addresses";
    give(&server, 5);
    named(&mut server, "statistic-reset", name);
    run(&mut server, "subnet4-del", r#"{ "id": 20 }"#);
    give(&server, 3);
    assert_eq!(shown(&mut server, name), Some(3));
}

#[test]
fn a_pool_that_comes_back_counts_from_zero() {
    let mut server = server();
    let old = "subnet[2].pool[0].cumulative-assigned-addresses";
    let subnet = "subnet[2].cumulative-assigned-addresses";
    let renumber = |server: &mut Server<V4>, id: u32| {
        let subnet = SUBNET.replace(r#""pool-id": 0"#, &format!(r#""pool-id": {id}"#));
        run(server, "subnet4-update", &format!(r#"{{ "subnet4": [ {subnet} ] }}"#));
    };
    give(&server, 5);
    assert_eq!(shown(&mut server, old), Some(5));
    renumber(&mut server, 7);
    renumber(&mut server, 0);
    assert_eq!((shown(&mut server, old), shown(&mut server, subnet)), (Some(0), Some(5)));
    give(&server, 4);
    named(&mut server, "statistic-reset", old);
    renumber(&mut server, 7);
    renumber(&mut server, 0);
    give(&server, 2);
    assert_eq!(shown(&mut server, old), Some(2));
}

#[test]
fn pools_of_addresses_and_of_prefixes_go_each_for_itself() {
    let site = |addresses: u32, prefixes: u32| {
        format!(
            r#"{{ "Dhcp6": {{ "subnet6": [ {{ "id": 1, "subnet": "2001:db8::/32",
                "pools": [ {{ "pool": "2001:db8:1::/64", "pool-id": {addresses} }} ],
                "pd-pools": [ {{ "prefix": "2001:db8:8000::", "prefix-len": 48,
                    "delegated-len": 64, "pool-id": {prefixes} }} ] }} ] }} }}"#
        )
    };
    let first = Document::from_peer(&site(0, 0)).unwrap().root;
    let mut server: Server<V6> = Bench::default().server(&first).unwrap();
    let counted = |server: &Server<V6>| {
        server.registry.pool(1, PoolKind::Addresses, 0).count(Pool6::CumulativeAssignedNas);
        server.registry.pool(1, PoolKind::Prefixes, 0).count(Pool6::CumulativeAssignedPds);
    };
    counted(&server);
    let names = [
        "subnet[1].pool[0].cumulative-assigned-nas",
        "subnet[1].pd-pool[0].cumulative-assigned-pds",
    ];
    named(&mut server, "statistic-reset", names[0]);
    run(&mut server, "config-set", &site(0, 7));
    run(&mut server, "config-set", &site(0, 0));
    counted(&server);
    counted(&server);
    // Three less the one before the reset; two since the prefixes are back.
    assert_eq!(names.map(|name| shown(&mut server, name)), [Some(2), Some(2)]);
    let addresses = server.registry.pool(1, PoolKind::Addresses, 0);
    assert_eq!(addresses.get(Pool6::CumulativeAssignedNas), 3);
}
