//! What the packet path allocates: nothing, once its buffers have grown.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::net::{Ipv4Addr, SocketAddrV4};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use allocation_counter::AllocationInfo;
use ruru_commands::upkeep;
use ruru_config::v4::Config;
use ruru_engine::NameChanges;
use ruru_engine::v4::{Arrival, Engine, Outcome};
use ruru_json::{Document, kea};
use ruru_lease::{Time, V4};
use ruru_observe::Quiet;
use ruru_observe::counters::{Dhcp4, Registry};
use ruru_store::{Memfile, MemfileOptions, Sync};
use ruru_wire::v4::options::{RequestedAddress, ServerIdentifier};
use ruru_wire::v4::{
    BootpOp, HardwareAddress, HardwareType, Header, MessageType, OptionCode, Query, Writer,
};

const SITE: &str = r#"{ "Dhcp4": {
    "match-client-id": true,
    "option-data": [ { "name": "domain-name-servers", "data": "192.0.2.53, 192.0.2.54" } ],
    "subnet4": [ { "id": 1, "subnet": "10.0.0.0/8", "pools": [ { "pool": "10.1.0.0/16" } ],
        "option-data": [ { "name": "routers", "data": "10.0.0.1" } ],
        "reservations": [ { "hw-address": "02:00:00:00:00:01", "ip-address": "10.2.0.1" } ] } ] } }"#;

const RELAY: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const SERVER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
/// Clients, and how many there are in a batch.
const CLIENTS: u32 = 2048;
const BATCH: usize = 64;

struct Site {
    config: Config,
    registry: Registry<Dhcp4>,
    leases: Memfile<V4>,
    now: Time,
    name_changes: NameChanges,
}

impl Site {
    fn new(directory: &tempfile::TempDir) -> Self {
        let registry = Registry::default();
        let document = Document::from_peer(SITE).unwrap();
        let config = Config::read(&document.root, &registry)
            .unwrap_or_else(|complaint| panic!("{complaint} in {}", kea(&document.root)));
        let path = Some(directory.path().join("kea-leases4.csv"));
        let options = MemfileOptions { path, sync: Sync::Never, max_row_errors: 0 };
        let (leases, _) = Memfile::open(&options).unwrap();
        upkeep::set_pools(&leases, None, &config);
        Self {
            config,
            registry,
            leases,
            now: Time(1_700_000_000),
            name_changes: NameChanges::default(),
        }
    }

    /// Serves all queries, a batch at a time, and hands each answer over.
    fn serve(&self, queries: &[Vec<u8>], reply: &mut Vec<u8>, mut taken: impl FnMut(&[u8])) {
        let engine = Engine {
            config: &self.config,
            registry: &self.registry,
            log: &Quiet,
            now: self.now,
            random: 1,
            own_addresses: &[SERVER],
            name_changes: &self.name_changes,
            answer_to_source: false,
        };
        for queries in queries.chunks(BATCH) {
            let batch = self.leases.batch();
            for message in queries {
                let arrival = Arrival {
                    message,
                    source: SocketAddrV4::new(RELAY, 67),
                    destination: SERVER,
                    local: SERVER,
                    interface: "eth0",
                    over6: None,
                };
                let mut context = Context::from_waker(Waker::noop());
                let outcome = pin!(engine.receive(&arrival, &batch, reply)).poll(&mut context);
                assert!(matches!(outcome, Poll::Ready(Ok(Outcome::Answer { .. }))), "{outcome:?}");
                taken(reply);
            }
            batch.commit().unwrap();
        }
    }

    /// What serving allocates when only answers have to be counted.
    fn cost(&self, queries: &[Vec<u8>], reply: &mut Vec<u8>) -> AllocationInfo {
        let mut answers = 0;
        let cost = allocation_counter::measure(|| self.serve(queries, reply, |_| answers += 1));
        assert_eq!(answers, queries.len());
        cost
    }
}

/// A client's query; with an address it asks for that.
fn query(client: u32, kind: MessageType, address: Option<Ipv4Addr>) -> Vec<u8> {
    let [_, b, c, d] = client.to_be_bytes();
    let chaddr = [2, 0, 0, b, c, d];
    let header = Header {
        op: BootpOp::REQUEST,
        htype: HardwareType::ETHERNET,
        hops: 1,
        xid: client,
        secs: 0,
        flags: 0,
        ciaddr: Ipv4Addr::UNSPECIFIED,
        yiaddr: Ipv4Addr::UNSPECIFIED,
        siaddr: Ipv4Addr::UNSPECIFIED,
        giaddr: RELAY,
        chaddr: HardwareAddress::new(&chaddr).unwrap(),
    };
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message, &header, &[], &[]);
    writer.option(OptionCode::MESSAGE_TYPE, &[kind.0]);
    writer.option(OptionCode::CLIENT_IDENTIFIER, &[&[1][..], &chaddr].concat());
    if let Some(address) = address {
        writer.typed(&RequestedAddress(address));
        writer.typed(&ServerIdentifier(SERVER));
    }
    writer.option(OptionCode::PARAMETER_REQUEST_LIST, &[1, 3, 6, 15, 51, 54, 58, 59]);
    writer.finish();
    message
}

#[test]
fn serving_packets_allocates_nothing_but_what_new_leases_need() {
    let directory = tempfile::tempdir().unwrap();
    let mut site = Site::new(&directory);
    let mut reply = Vec::new();
    let discovers: Vec<_> = (0..CLIENTS).map(|n| query(n, MessageType::DISCOVER, None)).collect();
    // What is measured later grows its buffers here.
    site.serve(&discovers[..BATCH], &mut reply, |_| {});
    let mut offered = Vec::new();
    let yiaddr = |message: &[u8]| Query::decode(message).unwrap().header.yiaddr;
    site.serve(&discovers, &mut reply, |message| offered.push(yiaddr(message)));
    let requests: Vec<_> = (0..CLIENTS)
        .zip(&offered)
        .map(|(client, address)| query(client, MessageType::REQUEST, Some(*address)))
        .collect();

    assert_eq!(site.cost(&discovers, &mut reply).count_total, 0, "offers to new clients");
    // The first half grows the buffers of the journal.
    let (earlier, later) = requests.split_at(requests.len() / 2);
    site.serve(earlier, &mut reply, |_| {});
    // Indexes are trees, whose nodes come one for several leases, and tables.
    let new = site.cost(later, &mut reply);
    assert!(new.count_total <= later.len() as u64 * 3 / 4, "new leases: {new:?}");
    let size = new.bytes_current / i64::try_from(later.len()).unwrap();
    assert!(size < 500, "{size} bytes a lease, room to grow included");
    assert_eq!(site.cost(&discovers, &mut reply).count_total, 0, "offers to known clients");
    // The ends of leases are a tree: its nodes come and go as leases move to later ends.
    site.now = site.now.plus(3000);
    let renewals = site.cost(&requests, &mut reply);
    assert!(renewals.count_total <= requests.len() as u64 / 4, "renewals: {renewals:?}");
}
