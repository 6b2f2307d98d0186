//! What the DHCPv4 and the DHCPv6 server do with messages that claim to be each other's.

use std::net::Ipv4Addr;
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use ruru_commands::upkeep;
use ruru_config::{Configured, v4, v6};
use ruru_engine::NameChanges;
use ruru_json::Document;
use ruru_lease::{Time, V4};
use ruru_observe::Quiet;
use ruru_observe::counters::{Dhcp4, Dhcp6, Registry};
use ruru_store::{Memfile, MemfileOptions, Sync};
use ruru_wire::v4::Query;
use ruru_wire::v6::{Duid, MessageType, Passed, dhcpv4_message};

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
    let Site { config, registry, leases } = site();
    let name_changes = NameChanges::default();
    let engine = ruru_engine::v4::Engine {
        config,
        registry,
        log: &Quiet,
        now: Time(1_700_000_000),
        random: 1,
        own_addresses: &[Ipv4Addr::new(192, 0, 2, 1)],
        name_changes: &name_changes,
        answer_to_source: false,
    };
    let Some(passed) = engine.passed(bytes) else { return false };
    let batch = leases.batch();
    let mut response = Vec::new();
    let local = Ipv4Addr::new(192, 0, 2, 1);
    let outcome = pin!(engine.receive_passed(&passed, local, &batch, &mut response))
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
    static SITE6: OnceLock<(v6::Config, Registry<Dhcp6>)> = OnceLock::new();
    let (config, registry) = SITE6.get_or_init(|| configured(r#"{ "Dhcp6": {} }"#));
    let server_id = Duid::new(&[0, 2, 0, 0, 9, 0xbf, 1]).expect("it is long enough");
    let engine = ruru_engine::v6::Engine {
        config,
        registry,
        log: &Quiet,
        now: Time(1_700_000_000),
        random: 1,
        server_id: &server_id,
        name_changes: &NameChanges::default(),
    };
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

struct Site {
    config: v4::Config,
    registry: Registry<Dhcp4>,
    leases: Memfile<V4>,
}

fn site() -> &'static Site {
    static SITE4: OnceLock<Site> = OnceLock::new();
    SITE4.get_or_init(|| {
        let (config, registry) = configured(SITE);
        let options = MemfileOptions { path: None, sync: Sync::Never, max_row_errors: 0 };
        let (leases, _) = Memfile::open(&options).expect("there is no file");
        upkeep::set_pools(&leases, None, &config);
        Site { config, registry, leases }
    })
}

fn configured<F: Configured>(text: &str) -> (ruru_config::Config<F>, Registry<F::Statistics>) {
    let document = Document::from_peer(text).expect("the site is JSON");
    let registry = Registry::default();
    let config = ruru_config::Config::read(&document.root, &registry)
        .unwrap_or_else(|complaint| panic!("{complaint}"));
    (config, registry)
}
