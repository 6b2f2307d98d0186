//! Commands of DHCPv6 beside what ISC Kea answered to the same, in order: `v6/*.txt`.
//!
//! To record more, send the lines behind `>` to a `kea-dhcp6` that has the configuration of
//! `site.json` and the libraries `lease_cmds`, `subnet_cmds`, `host_cmds` and `stat_cmds`. What it
//! says of the time of day is written `TIME` here, and when leases begin is always 1700000000.

mod bench;

use ruru_command::Request;
use ruru_json::{Data, Document, Value, kea};

use bench::server;

/// Every answer of a record that is not the same.
fn differences(record: &str) -> Vec<String> {
    let mut server = server();
    let lines: Vec<&str> = record.lines().filter(|line| !line.starts_with('#')).collect();
    let mut differences = Vec::new();
    for pair in lines.chunks(2) {
        let (name, arguments) = command(pair[0]);
        let answer = server.run(&Request { arguments, ..Request::new(name) }).to_json();
        let answer = without_times(&answer);
        let expected = Document::from_peer(pair[1]).unwrap().root;
        if answer != expected {
            differences.push(format!("{}\n  Kea:  {}\n  Ruru: {}", pair[0], pair[1], kea(&answer)));
        }
    }
    differences
}

fn command(line: &str) -> (&str, Option<Value>) {
    let command = line.strip_prefix("> ").unwrap();
    match command.split_once(' ') {
        None => (command, None),
        Some((name, arguments)) => (name, Some(Document::from_peer(arguments).unwrap().root)),
    }
}

/// The answer with all times of day made the same.
fn without_times(value: &Value) -> Value {
    Value::new(match &value.data {
        Data::Text(text) if is_time(text) => Data::Text("TIME".into()),
        Data::List(list) => Data::List(list.iter().map(without_times).collect()),
        Data::Map(map) => {
            Data::Map(map.iter().map(|(key, value)| (key, without_times(value))).collect())
        }
        other => other.clone(),
    })
}

/// Whether a text is like `2026-11-21 11:38:05.330134`.
fn is_time(text: &str) -> bool {
    text.len() == 26 && text.chars().all(|c| c.is_ascii_digit() || "-: .".contains(c))
}

macro_rules! records {
    ($($name:ident)*) => { $(
        #[test]
        fn $name() {
            let record = include_str!(concat!("v6/", stringify!($name), ".txt"));
            let differences = differences(record);
            assert!(differences.is_empty(), "{}", differences.join("\n"));
        }
    )* };
}

records! { bulk leases reservations service statistics subnets }

/// The answer to a command, as compact JSON.
fn answer(server: &mut crate::Server<ruru_lease::V6>, line: &str) -> String {
    let (name, arguments) = command(line);
    let answer = server.run(&Request { arguments, ..Request::new(name) });
    ruru_json::compact(&answer.to_json())
}

#[test]
fn leases_of_a_subnet_are_found_wherever_they_are() {
    let mut server = server();
    let stored = answer(
        &mut server,
        r#"> lease6-bulk-apply { "leases": [
            { "ip-address": "2001:db8:1::1", "duid": "01:02:03", "iaid": 1 },
            { "ip-address": "2001:db8:9::1", "duid": "01:02:03", "iaid": 2 },
            { "ip-address": "2001:db8:8000::", "duid": "01:02:03", "iaid": 3, "type": "IA_PD",
              "prefix-len": 56, "subnet-id": 1 } ] }"#,
    );
    assert!(stored.contains("Bulk apply of 3"), "{stored}");
    let addresses = |server: &mut _| {
        let found = answer(server, r#"> lease6-get-all { "subnets": [ 1 ] }"#);
        let found = Document::from_peer(&found).unwrap().root;
        let leases = found.get("arguments").and_then(|a| a.get("leases")).unwrap();
        let address =
            |lease: &Value| lease.get("ip-address").unwrap().as_text().unwrap().to_owned();
        leases.as_list().unwrap().iter().map(address).collect::<Vec<_>>()
    };
    assert_eq!(addresses(&mut server), ["2001:db8:1::1", "2001:db8:8000::"]);
    // A prefix that is reserved need not be in a pool.
    answer(
        &mut server,
        r#"> lease6-add { "ip-address": "2001:db8:f000::", "duid": "01:02:03", "iaid": 4,
            "type": "IA_PD", "prefix-len": 48, "subnet-id": 1 }"#,
    );
    let all = ["2001:db8:1::1", "2001:db8:8000::", "2001:db8:f000::"];
    assert_eq!(addresses(&mut server), all);
    // As do leases of a subnet that is gone.
    answer(&mut server, r#"> subnet6-del { "id": 1 }"#);
    assert_eq!(addresses(&mut server), all);
}

#[test]
fn leases_are_found_by_their_state_and_their_hardware_address() {
    let mut server = server();
    for line in [
        r#"> lease6-add { "ip-address": "2001:db8:1::1", "duid": "01:02:03", "iaid": 1, "state": 4 }"#,
        r#"> lease6-add { "ip-address": "2001:db8:1::2", "duid": "01:02:03", "iaid": 2,
            "hw-address": "02:00:00:00:00:01" }"#,
    ] {
        assert!(answer(&mut server, line).contains(r#""result":0"#));
    }
    let found = answer(&mut server, r#"> lease6-get-by-state { "state": "registered" }"#);
    assert!(found.contains("2001:db8:1::1") && found.contains("1 IPv6 lease(s)"), "{found}");
    let line = r#"> lease6-get-by-state { "state": 0, "subnet-id": 9 }"#;
    assert!(answer(&mut server, line).contains(r#""result":3"#));
    let line = r#"> lease6-get-by-hw-address { "hw-address": "02:00:00:00:00:01" }"#;
    let found = answer(&mut server, line);
    assert!(found.contains("2001:db8:1::2") && found.contains("1 IPv6 lease(s)"), "{found}");
}

#[test]
fn a_lease_that_cannot_be_is_refused() {
    let mut server = server();
    for (more, reason) in [
        (r#""duid": "01:02", "iaid": 1"#, "is not a DUID"),
        (r#""duid": "00:00:00", "iaid": 1"#, "only declined leases"),
        (r#""duid": "01:02:03", "iaid": 1, "type": "IA_XY""#, "Incorrect lease type"),
        (r#""duid": "01:02:03", "iaid": 1, "type": "IA_PD", "subnet-id": 1"#, "'prefix-len'"),
        (
            r#""duid": "01:02:03", "iaid": 1, "type": "IA_PD", "subnet-id": 1, "prefix-len": 48"#,
            "There is no prefix",
        ),
        (r#""duid": "01:02:03", "iaid": 1, "state": 5"#, "'state' must be 0 to 4"),
        (r#""duid": "01:02:03", "iaid": 1, "valid-lft": -2"#, "'valid-lft' must be -1 or 0 to"),
        (r#""duid": "01:02:03", "iaid": 1, "client-id": "01""#, "client-id"),
        (r#""duid": "01:02:03""#, "missing field `iaid` (<wire>:1:1)"),
    ] {
        let line = format!(r#"> lease6-add {{ "ip-address": "2001:db8:1::1", {more} }}"#);
        let refused = answer(&mut server, &line);
        assert!(refused.contains(r#""result":1"#) && refused.contains(reason), "{refused}");
    }
    assert!(answer(&mut server, "> lease6-get-all").contains(r#""result":3"#));
}

#[test]
fn a_lease_takes_its_lifetimes_and_its_pool_from_its_subnet() {
    let mut server = server();
    let line =
        r#"> lease6-add { "ip-address": "2001:db8:1:1::11", "duid": "01:02:03", "iaid": 1 }"#;
    answer(&mut server, line);
    let found = answer(&mut server, r#"> lease6-get { "ip-address": "2001:db8:1:1::11" }"#);
    for part in [r#""pool-id":7"#, r#""valid-lft":7200"#, r#""preferred-lft":4500"#] {
        assert!(found.contains(part), "{found}");
    }
}

#[test]
fn a_configuration_is_set_prepared_and_written_under_its_own_root() {
    let mut server = server();
    let config = answer(&mut server, "> config-get");
    assert!(config.contains(r#""Dhcp6":{"#) && config.contains(r#""delegated-len":56"#));
    let line = r#"> config-prepare { "commands": [
        { "command": "subnet6-add", "arguments": { "subnet6": [ { "id": 4, "subnet": "2001:db8:4::/48" } ] } } ] }"#;
    assert!(answer(&mut server, line).contains(r#""token":1"#));
    answer(&mut server, r#"> config-commit { "token": 1 }"#);
    assert!(answer(&mut server, "> subnet6-list").contains("5 IPv6 subnets found"));
    assert!(answer(&mut server, r#"> config-set { "Dhcp6": {} }"#).contains(r#""result":0"#));
    assert!(answer(&mut server, "> subnet6-list").contains("0 IPv6 subnets found"));
    assert!(answer(&mut server, "> status-get").contains(r#""extended-info-tables":false"#));
}
