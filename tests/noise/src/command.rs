//! Control commands.

use ruru_command::{Request, ResultCode};
use ruru_commands::testing::Bench;
use ruru_commands::{Commanded, Server};
use ruru_json::{Document, kea};
use ruru_lease::{V4, V6};

use crate::configuration::stands;
use crate::request::are_told;

/// What commands act on.
struct Site {
    config: &'static str,
    /// Commands that add leases.
    leases: [&'static str; 2],
    /// The command that tells them.
    all: &'static str,
}

const SITE4: Site = Site {
    config: r#"{ "Dhcp4": {
    "option-data": [ { "name": "routers", "data": "192.0.2.1" } ],
    "shared-networks": [ { "name": "floor", "relay": { "ip-addresses": [ "10.0.0.1" ] },
            "subnet4": [ { "id": 7, "subnet": "192.0.2.0/25" }, { "id": 3, "subnet": "192.0.2.128/25" } ] } ],
    "subnet4": [ { "id": 1, "subnet": "198.51.100.0/24", "interface": "eth0",
            "pools": [ { "pool": "198.51.100.10 - 198.51.100.20" } ],
            "reservations": [ { "hw-address": "02:00:00:00:00:01", "ip-address": "198.51.100.15" } ] } ],
    "reservations": [ { "client-id": "01:02", "hostname": "everywhere" } ] } }"#,
    leases: [
        r#"{ "command": "lease4-add", "arguments": { "ip-address": "198.51.100.12",
            "hw-address": "02:00:00:00:00:02", "client-id": "01:02", "hostname": "a.example" } }"#,
        r#"{ "command": "lease4-add", "arguments": { "ip-address": "192.0.2.7",
            "hw-address": "02:00:00:00:00:03", "state": 1 } }"#,
    ],
    all: r#"{ "command": "lease4-get-all" }"#,
};

const SITE6: Site = Site {
    config: r#"{ "Dhcp6": {
    "option-data": [ { "name": "dns-servers", "data": "2001:db8::53" } ],
    "shared-networks": [ { "name": "floor", "relay": { "ip-addresses": [ "2001:db8:ff::1" ] },
        "subnet6": [ { "id": 7, "subnet": "2001:db8:7::/64" }, { "id": 3, "subnet": "2001:db8:3::/64" } ] } ],
    "subnet6": [ { "id": 1, "subnet": "2001:db8:1::/64", "interface": "eth0",
        "pools": [ { "pool": "2001:db8:1::10 - 2001:db8:1::20", "pool-id": 2 } ],
        "pd-pools": [ { "prefix": "2001:db8:8000::", "prefix-len": 48, "delegated-len": 56,
            "excluded-prefix": "2001:db8:8000::", "excluded-prefix-len": 64 } ],
        "reservations": [ { "duid": "01:02:03", "ip-addresses": [ "2001:db8:1::99" ],
            "prefixes": [ "2001:db8:9000::/56" ] } ] } ],
    "reservations": [ { "hw-address": "02:00:00:00:00:01", "hostname": "everywhere" } ] } }"#,
    leases: [
        r#"{ "command": "lease6-add", "arguments": { "ip-address": "2001:db8:1::12", "duid": "01:02:03",
            "iaid": 1, "subnet-id": 1, "hostname": "a.example" } }"#,
        r#"{ "command": "lease6-add", "arguments": { "ip-address": "2001:db8:8000:100::",
            "type": "IA_PD", "prefix-len": 56, "duid": "01:02:04", "iaid": 2, "subnet-id": 1 } }"#,
    ],
    all: r#"{ "command": "lease6-get-all" }"#,
};

/// A command of the DHCPv4 server.
pub fn command(bytes: &[u8]) -> bool {
    obeyed::<V4>(bytes, &SITE4)
}

/// A command of the DHCPv6 server.
pub fn command6(bytes: &[u8]) -> bool {
    obeyed::<V6>(bytes, &SITE6)
}

/// A command that can be read is the same after it was written and read again, and so is its
/// answer; it leaves a configuration that stands, and leases that can be told. Answers whether it
/// did something.
fn obeyed<F: Commanded>(bytes: &[u8], site: &Site) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Ok(request) = Request::parse(text) else { return false };
    let written = kea(&request.to_json());
    assert_eq!(Request::parse(&written).as_ref(), Ok(&request), "{written}");
    let mut server = server::<F>(site.config);
    for lease in site.leases {
        assert!(does(&mut server, lease), "{lease}");
    }
    let is_done = answers(&mut server, &request);
    stands(&server.config);
    does(&mut server, site.all);
    is_done
}

fn does<F: Commanded>(server: &mut Server<F>, text: &str) -> bool {
    answers(server, &Request::parse(text).expect("it is a command"))
}

/// Whether the command did what it says; what it says can be read.
fn answers<F: Commanded>(server: &mut Server<F>, request: &Request) -> bool {
    let answer = server.run(request);
    let told = answer.to_json();
    let written = kea(&told);
    let read = Document::from_peer(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
    assert_eq!(read.root, told);
    answer.result == ResultCode::SUCCESS
}

fn server<F: Commanded>(config: &str) -> Server<F> {
    let document = Document::from_peer(config).expect("the site is JSON");
    let bench = Bench { tell: are_told, ..Bench::default() };
    bench.server(&document.root).expect("the site is a configuration")
}
