//! DHCPv4: a relay's clients.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ruru_engine::NameChanges;
use ruru_engine::v4::{Arrival, Engine, Outcome};
use ruru_lease::V4;
use ruru_observe::Quiet;
use ruru_store::Batch;
use ruru_wire::v4::options::{RequestedAddress, ServerIdentifier};
use ruru_wire::v4::{BootpOp, HardwareAddress, Header, MessageType, OptionCode, Query, Writer};

use super::{Queries, Shown, Site, allocation, threads};

const RELAY: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const SERVER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);

const LARGE: &str = r#"{ "Dhcp4": {
        "match-client-id": true,
        "option-data": [ { "name": "domain-name-servers", "data": "192.0.2.53, 192.0.2.54" } ],
        "subnet4": [ { "id": 1, "subnet": "10.0.0.0/8", "pools": [ { "pool": "10.1.0.0/16" } ],
            "option-data": [ { "name": "routers", "data": "10.0.0.1" } ],
            "reservations": [ { "hw-address": "02:00:00:00:00:01", "ip-address": "10.2.0.1" } ] } ] } }"#;

const SMALL: &str = r#"{ "Dhcp4": {
    "subnet4": [ { "id": 1, "subnet": "10.0.0.0/8", "pools": [ { "pool": "10.1.0.0/29" } ] } ] } }"#;

impl Shown for V4 {
    fn receive(
        site: &Site<Self>,
        query: &[u8],
        batch: &Batch<'_, Self>,
        reply: &mut Vec<u8>,
    ) -> bool {
        let engine = Engine {
            config: &site.config,
            registry: &site.registry,
            log: &Quiet,
            now: site.now,
            random: 1,
            own_addresses: &[SERVER],
            name_changes: &NameChanges::default(),
            answer_to_source: false,
        };
        let arrival = Arrival {
            message: query,
            source: SocketAddrV4::new(RELAY, 67),
            destination: SERVER,
            local: SERVER,
            interface: "eth0",
            over6: None,
        };
        let mut context = Context::from_waker(Waker::noop());
        let outcome = pin!(engine.receive(&arrival, batch, reply)).poll(&mut context);
        matches!(outcome, Poll::Ready(Ok(Outcome::Answer { .. })))
    }
}

/// A client's query; with an address it asks for that.
fn query(client: u32, kind: MessageType, address: Option<Ipv4Addr>) -> Vec<u8> {
    let [_, b, c, d] = client.to_be_bytes();
    let chaddr = [2, 0, 0, b, c, d];
    let header = Header {
        hops: 1,
        xid: client,
        giaddr: RELAY,
        chaddr: HardwareAddress::new(&chaddr).unwrap(),
        ..Header::blank(BootpOp::REQUEST)
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

fn with(run: impl FnOnce(&Queries<'_>)) {
    let offered = |answer: &[u8]| Query::decode(answer).unwrap().header.yiaddr;
    let request =
        |client, answer: &[u8]| query(client, MessageType::REQUEST, Some(offered(answer)));
    run(&Queries {
        first: &|client| query(client, MessageType::DISCOVER, None),
        second: &request,
        renewal: &request,
        release: &|client, answer| {
            let mut message = query(client, MessageType::RELEASE, Some(offered(answer)));
            message[12..16].copy_from_slice(&offered(answer).octets());
            message
        },
        granted: |answer| {
            let answer = Query::decode(answer).unwrap();
            let is_granted = answer.message_type() == Some(MessageType::ACK);
            is_granted.then(|| answer.header.yiaddr.to_string()).into_iter().collect()
        },
        leases: 1,
    });
}

#[test]
fn serving_allocates_nothing_but_what_new_leases_need() {
    with(|queries| {
        allocation::serving_allocates_nothing_but_what_new_leases_need::<V4>(LARGE, queries);
    });
}

#[test]
fn no_two_clients_of_different_threads_ever_have_one_address() {
    with(|queries| threads::no_two_clients_ever_have_one_lease::<V4>(SMALL, queries));
}
