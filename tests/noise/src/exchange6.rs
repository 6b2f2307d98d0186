//! What the DHCPv6 server does with a message.

use std::net::{Ipv6Addr, SocketAddrV6};
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use ruru_commands::upkeep;
use ruru_config::v6::Config;
use ruru_engine::NameChanges;
use ruru_engine::v6::{Arrival, Engine, Outcome};
use ruru_json::Document;
use ruru_lease::{Time, V6};
use ruru_observe::Quiet;
use ruru_observe::counters::{Dhcp6, Registry};
use ruru_store::{Memfile, MemfileOptions, Sync};
use ruru_wire::v6::{Duid, Query};

use crate::request::are_told;

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
    let Site { config, registry, leases } = site();
    let name_changes = NameChanges::default();
    let server_id = Duid::new(&[0, 2, 0, 0, 9, 0xbf, 1]).expect("it is long enough");
    let engine = Engine {
        config,
        registry,
        log: &Quiet,
        now: Time(1_700_000_000),
        random: 1,
        server_id: &server_id,
        name_changes: &name_changes,
    };
    let arrival = Arrival {
        message: bytes,
        source: SocketAddrV6::new(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0xc), 546, 0, 0),
        destination: Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2),
        interface: "eth0",
    };
    let batch = leases.batch();
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

struct Site {
    config: Config,
    registry: Registry<Dhcp6>,
    leases: Memfile<V6>,
}

fn site() -> &'static Site {
    static SITE_ONCE: OnceLock<Site> = OnceLock::new();
    SITE_ONCE.get_or_init(|| {
        let document = Document::from_peer(SITE).expect("the site is JSON");
        let registry = Registry::default();
        let config = Config::read(&document.root, &registry)
            .unwrap_or_else(|complaint| panic!("{complaint}"));
        let options = MemfileOptions { path: None, sync: Sync::Never, max_row_errors: 0 };
        let (leases, _) = Memfile::open(&options).expect("there is no file");
        upkeep::set_pools(&leases, None, &config);
        Site { config, registry, leases }
    })
}
