//! What the DHCPv6 server does with a message.

use std::net::{Ipv6Addr, SocketAddrV6};
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use ruru_engine::NameChanges;
use ruru_engine::v6::{Arrival, Outcome};
use ruru_lease::V6;
use ruru_wire::v6::Query;

use crate::request::are_told;
use crate::site::Site;

/// A site that has something of everything.
const SITE: &str = r#"{ "Dhcp6": {
    "mac-sources": [ "any" ], "store-extended-info": true, "cache-threshold": 0.5,
    "relay-supplied-options": [ "65", "110" ],
    "dhcp-ddns": { "enable-updates": true }, "ddns-replace-client-name": "when-present",
    "ddns-qualifying-suffix": "example.org", "hostname-char-set": "[^A-Za-z0-9.-]",
    "client-classes": [
        { "name": "odd", "test": "substring(option[1].hex, 0, 1) == 0x01", "valid-lifetime": 100 },
        { "name": "room", "template-test": "substring(option[39].hex, 1, 20)" },
        { "name": "far", "test": "relay6[0].option[18].exists or vendor[4491].exists" } ],
    "option-data": [ { "name": "dns-servers", "data": "2001:db8::53", "always-send": true },
        { "name": "vendor-opts", "data": "4491" },
        { "name": "tftp-servers", "space": "vendor-4491", "data": "2001:db8::69" },
        { "name": "ntp-server-fqdn", "space": "v6-ntp-server-suboptions", "data": "a.example" },
        { "name": "ntp-server" } ],
    "shared-networks": [ { "name": "floor", "interface": "eth0", "rapid-commit": true, "subnet6": [
        { "id": 1, "subnet": "2001:db8:1::/64",
          "pools": [ { "pool": "2001:db8:1::10 - 2001:db8:1::1f", "client-classes": [ "odd" ] } ],
          "pd-pools": [ { "prefix": "2001:db8:8000::", "prefix-len": 52, "delegated-len": 56,
              "excluded-prefix": "2001:db8:8000::", "excluded-prefix-len": 64 } ],
          "reservations": [ { "duid": "01:02:03", "ip-addresses": [ "2001:db8:1::99" ],
              "prefixes": [ "2001:db8:9000::/56" ], "hostname": "printer" } ] },
        { "id": 2, "subnet": "2001:db8:2::/64",
          "pools": [ { "pool": "2001:db8:2::/120" } ],
          "pd-pools": [ { "prefix": "2001:db8:a000::", "prefix-len": 48, "delegated-len": 60 } ] } ] } ],
    "subnet6": [ { "id": 3, "subnet": "2001:db8:3::/64", "interface-id": "eth7",
        "pools": [ { "pool": "2001:db8:3::/122" } ] } ] } }"#;

/// The server says something that can be read, or nothing.
pub fn exchange6(bytes: &[u8]) -> bool {
    static BUILT: OnceLock<Site<V6>> = OnceLock::new();
    let site = BUILT.get_or_init(|| Site::new(SITE));
    let name_changes = NameChanges::default();
    let engine = site.engine(&name_changes);
    let arrival = Arrival {
        message: bytes,
        source: SocketAddrV6::new(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0xc), 546, 0, 0),
        destination: Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2),
        interface: "eth0",
    };
    let batch = site.leases.batch();
    let mut reply = Vec::new();
    let outcome = pin!(engine.receive(&arrival, &batch, &mut reply))
        .poll(&mut Context::from_waker(Waker::noop()));
    batch.commit().expect("nothing is written");
    let Poll::Ready(Ok(outcome)) = outcome else { panic!("{outcome:?}") };
    are_told(name_changes.take());
    if !matches!(outcome, Outcome::Answer { .. }) {
        return false;
    }
    let query = Query::decode(bytes).expect("what is answered can be read");
    let answer = Query::decode(&reply).expect("what was written can be read");
    assert_eq!(answer.transaction_id, query.transaction_id);
    assert_eq!(answer.relays.len(), query.relays.len());
    true
}
