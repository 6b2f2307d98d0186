//! What the DHCPv4 and the DHCPv6 server do with messages that claim to be each other's.

use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use ruru_engine::NameChanges;
use ruru_lease::{V4, V6};
use ruru_wire::v4::Query;
use ruru_wire::v6::{MessageType, Passed, dhcpv4_message};

use crate::site::{LOCAL, Site};

const SITE: &str = r#"{ "Dhcp4": { "dhcp4o6-port": 786, "store-extended-info": true,
    "client-classes": [ { "name": "far", "test": "pkt.src == 0x20010db8000000000000000000000001" } ],
    "subnet4": [
        { "id": 1, "subnet": "192.0.2.0/24", "4o6-interface": "eth0", "4o6-interface-id": "port",
          "pools": [ { "pool": "192.0.2.10 - 192.0.2.99" } ] },
        { "id": 2, "subnet": "198.18.2.0/24", "4o6-subnet": "2001:db8::/32",
          "pools": [ { "pool": "198.18.2.0/25" } ] } ] } }"#;

/// A response says what the query said of the client and its relay agents, and there is a DHCPv4
/// message in it; what leaves for a client can be read. Answers whether it was a query that was
/// answered, or a response.
pub fn passed(bytes: &[u8]) -> bool {
    passed_on(bytes) | passed_back(bytes)
}

/// What the DHCPv4 server does.
fn passed_on(bytes: &[u8]) -> bool {
    static BUILT: OnceLock<Site<V4>> = OnceLock::new();
    let site = BUILT.get_or_init(|| Site::new(SITE));
    let name_changes = NameChanges::default();
    let engine = site.engine(&name_changes);
    let Some(passed) = engine.passed(bytes) else { return false };
    let batch = site.leases.batch();
    let mut response = Vec::new();
    let outcome = pin!(engine.receive_passed(&passed, LOCAL, &batch, &mut response))
        .poll(&mut Context::from_waker(Waker::noop()));
    batch.commit().expect("nothing is written");
    let Poll::Ready(Ok(outcome)) = outcome else { panic!("{outcome:?}") };
    let is_answered = matches!(outcome, ruru_engine::v4::Outcome::Answer { .. });
    if is_answered && !response.is_empty() {
        let answer = Passed::decode(&response).expect("the DHCPv6 server can read it");
        assert_eq!(answer.peer, passed.peer);
        assert_eq!(answer.message.message_type, MessageType::DHCPV4_RESPONSE);
        assert_eq!(answer.message.transaction_id, passed.message.transaction_id);
        assert_eq!(answer.message.relays.len(), passed.message.relays.len());
        let reply = dhcpv4_message(&answer.message.options).expect("there is one");
        Query::decode(reply).expect("the client can read it");
        assert!(passed_back(&response), "the DHCPv6 server takes it");
    }
    is_answered
}

/// What the DHCPv6 server does.
fn passed_back(bytes: &[u8]) -> bool {
    static BUILT: OnceLock<Site<V6>> = OnceLock::new();
    let site = BUILT.get_or_init(|| Site::new(r#"{ "Dhcp6": {} }"#));
    let name_changes = NameChanges::default();
    let engine = site.engine(&name_changes);
    let mut response = Vec::new();
    let Some(told) = engine.respond(bytes, &mut response) else { return false };
    let passed = Passed::decode(bytes).expect("what was taken can be read");
    assert_eq!((told.interface, *told.to.ip()), (passed.peer.interface, passed.peer.address));
    let left = ruru_wire::v6::Query::decode(&response).expect("what leaves can be read");
    assert_eq!(left.message_type, MessageType::DHCPV4_RESPONSE);
    assert_eq!(left.relays, passed.message.relays);
    assert!(Passed::decode(&response).is_err(), "clients do not learn of the channel");
    true
}
