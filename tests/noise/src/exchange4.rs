//! What the DHCPv4 server does with a message.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use ruru_engine::NameChanges;
use ruru_engine::v4::{Arrival, Outcome};
use ruru_lease::V4;
use ruru_wire::v4::{MessageType, OptionCode, Query};

use crate::request::are_told;
use crate::site::{LOCAL, Site};

/// A site that has something of everything.
const SITE: &str = r#"{ "Dhcp4": {
    "store-extended-info": true, "stash-agent-options": true, "cache-threshold": 0.5,
    "dhcp-ddns": { "enable-updates": true }, "ddns-replace-client-name": "when-present",
    "ddns-qualifying-suffix": "example.org", "hostname-char-set": "[^A-Za-z0-9.-]",
    "option-def": [ { "name": "rooms", "code": 222, "type": "record",
        "record-types": "uint8, ipv4-address, string" } ],
    "client-classes": [
        { "name": "odd", "test": "substring(option[61].hex, 0, 1) == 0x01", "valid-lifetime": 100 },
        { "name": "room", "template-test": "substring(option[12].hex, 0, 20)" },
        { "name": "boots", "test": "option[93].exists", "next-server": "192.0.2.69",
          "boot-file-name": "/loader" },
        { "name": "far", "test": "relay4[1].exists or vendor[4491].exists" } ],
    "option-data": [ { "name": "routers", "data": "192.0.2.1", "always-send": true },
        { "name": "domain-name-servers", "data": "192.0.2.53" },
        { "name": "vivso-suboptions", "data": "4491" },
        { "name": "tftp-servers", "space": "vendor-4491", "data": "192.0.2.70" },
        { "name": "rooms", "data": "7, 192.0.2.7, hall" },
        { "name": "v6-only-preferred", "data": "1800" } ],
    "shared-networks": [ { "name": "floor", "interface": "eth0", "subnet4": [
        { "id": 1, "subnet": "192.0.2.0/24", "match-client-id": false,
          "pools": [ { "pool": "192.0.2.10 - 192.0.2.19", "client-classes": [ "odd" ] },
                     { "pool": "192.0.2.32/28" } ],
          "reservations": [
              { "hw-address": "02:00:00:00:00:01", "ip-address": "192.0.2.99",
                "hostname": "printer", "client-classes": [ "special" ] },
              { "circuit-id": "'port-7'", "ip-address": "192.0.2.98" } ] },
        { "id": 2, "subnet": "198.51.100.0/24", "pools": [ { "pool": "198.51.100.0/25" } ] } ] } ],
    "subnet4": [ { "id": 3, "subnet": "203.0.113.0/24", "authoritative": true,
        "relay": { "ip-addresses": [ "10.0.0.1" ] }, "reservations-out-of-pool": true,
        "pools": [ { "pool": "203.0.113.64/26" } ] } ] } }"#;

/// The server says something that can be read, or nothing.
pub fn exchange4(bytes: &[u8]) -> bool {
    static BUILT: OnceLock<Site<V4>> = OnceLock::new();
    let site = BUILT.get_or_init(|| Site::new(SITE));
    let name_changes = NameChanges::default();
    let engine = site.engine(&name_changes);
    let arrival = Arrival {
        message: bytes,
        source: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68),
        destination: Ipv4Addr::BROADCAST,
        local: LOCAL,
        interface: "eth0",
        over6: None,
    };
    let batch = site.leases.batch();
    let mut reply = Vec::new();
    let outcome = pin!(engine.receive(&arrival, &batch, &mut reply))
        .poll(&mut Context::from_waker(Waker::noop()));
    batch.commit().expect("nothing is written");
    let Poll::Ready(Ok(outcome)) = outcome else { panic!("{outcome:?}") };
    are_told(name_changes.take());
    let Outcome::Answer { kind, .. } = outcome else { return false };
    let query = Query::decode(bytes).expect("what is answered can be read");
    let answer = Query::decode(&reply).expect("what was written can be read");
    assert_eq!(answer.header.xid, query.header.xid);
    let informs = query.message_type() == Some(MessageType::INFORM);
    // An answer to DHCPINFORM may pass by the relay.
    let has_passed_by = informs && answer.header.giaddr.is_unspecified();
    assert!(has_passed_by || answer.header.giaddr == query.header.giaddr);
    let gives = !answer.header.yiaddr.is_unspecified();
    assert_eq!(gives, kind != MessageType::NAK && !informs);
    assert_eq!(answer.options.get(OptionCode::MESSAGE_TYPE), Some(&[kind.0][..]));
    true
}
