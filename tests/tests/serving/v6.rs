//! DHCPv6: clients with an address and a prefix, behind a relay.

use std::net::{Ipv6Addr, SocketAddrV6};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ruru_engine::NameChanges;
use ruru_engine::v6::{Arrival, Engine, Outcome};
use ruru_lease::{State, Time, V6};
use ruru_observe::Quiet;
use ruru_store::Batch;
use ruru_wire::v6::options::{IaAddress, IaNa, IaPd, IaPrefix};
use ruru_wire::v6::{Duid, MessageType, OptionCode, Options, Query, Relay, Writer, option_bytes};

use super::{Queries, Shown, Site, allocation, threads};

const RELAY: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1);
const SERVER: [u8; 7] = [0, 2, 0, 0, 9, 0xbf, 1];

const LARGE: &str = r#"{ "Dhcp6": {
        "option-data": [ { "name": "dns-servers", "data": "2001:db8::53, 2001:db8::54" } ],
        "subnet6": [ { "id": 1, "subnet": "2001:db8:1::/64",
            "pools": [ { "pool": "2001:db8:1::/80" } ],
            "pd-pools": [ { "prefix": "3fff::", "prefix-len": 20, "delegated-len": 64 } ],
            "option-data": [ { "name": "domain-search", "data": "example.com" } ],
            "reservations": [ { "duid": "01:02:03", "ip-addresses": [ "2001:db8:1::99" ] } ] } ] } }"#;

const SMALL: &str = r#"{ "Dhcp6": {
    "subnet6": [ { "id": 1, "subnet": "2001:db8:1::/64",
        "pools": [ { "pool": "2001:db8:1::/125" } ],
        "pd-pools": [ { "prefix": "3fff::", "prefix-len": 61, "delegated-len": 64 } ] } ] } }"#;

impl Shown for V6 {
    fn receive(
        site: &Site<Self>,
        query: &[u8],
        batch: &Batch<'_, Self>,
        reply: &mut Vec<u8>,
    ) -> bool {
        let server_id = Duid::new(&SERVER).unwrap();
        let engine = Engine {
            config: &site.config,
            registry: &site.registry,
            log: &Quiet,
            now: site.now,
            random: 1,
            server_id: &server_id,
            name_changes: &NameChanges::default(),
        };
        let arrival = Arrival {
            message: query,
            source: SocketAddrV6::new(RELAY, 547, 0, 0),
            destination: RELAY,
            interface: "eth0",
        };
        let mut context = Context::from_waker(Waker::noop());
        let outcome = pin!(engine.receive(&arrival, batch, reply)).poll(&mut context);
        matches!(outcome, Poll::Ready(Ok(Outcome::Answer { .. })))
    }
}

/// A client's query, with its associations as an answer had them.
fn query(client: u32, kind: MessageType, answer: Option<&[u8]>) -> Vec<u8> {
    let mut area = Vec::new();
    option_bytes(&mut area, OptionCode::INTERFACE_ID, b"eth0/1");
    let relay = Relay {
        message_type: MessageType::RELAY_FORW,
        hop_count: 0,
        link_address: RELAY,
        peer_address: Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1),
        options: Options::new(&area).unwrap(),
    };
    let [_, b, c, d] = client.to_be_bytes();
    let mut message = Vec::new();
    let mut writer = Writer::relayed(&mut message, [&relay], kind, client);
    writer.option(OptionCode::CLIENT_ID, &[0, 3, 0, 1, 2, 0, 0, b, c, d]);
    writer.option(OptionCode::ORO, &[0, 23, 0, 24]);
    match answer {
        None => {
            writer.option(OptionCode::IA_NA, &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
            writer.option(OptionCode::IA_PD, &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        }
        Some(answer) => {
            let answer = Query::decode(answer).unwrap();
            for code in [OptionCode::SERVER_ID, OptionCode::IA_NA, OptionCode::IA_PD] {
                writer.option(code, answer.options.get(code).unwrap());
            }
        }
    }
    writer.finish().unwrap();
    message
}

/// The leases of an answer that may be used.
fn granted(answer: &[u8]) -> Vec<String> {
    let answer = Query::decode(answer).unwrap();
    let mut granted = Vec::new();
    if answer.message_type != MessageType::REPLY {
        return granted;
    }
    for own in answer.options.decode_each::<IaNa<'_>>().flatten() {
        let leases = own.options.decode_each::<IaAddress<'_>>().flatten();
        let valid = leases.filter(|lease| lease.valid > 0);
        granted.extend(valid.map(|lease| lease.address.to_string()));
    }
    for own in answer.options.decode_each::<IaPd<'_>>().flatten() {
        let leases = own.options.decode_each::<IaPrefix<'_>>().flatten();
        let valid = leases.filter(|lease| lease.valid > 0);
        granted.extend(valid.map(|lease| lease.prefix.to_string()));
    }
    granted
}

fn with(run: impl FnOnce(&Queries<'_>)) {
    run(&Queries {
        first: &|client| query(client, MessageType::SOLICIT, None),
        second: &|client, offer| query(client, MessageType::REQUEST, Some(offer)),
        renewal: &|client, answer| query(client, MessageType::RENEW, Some(answer)),
        release: &|client, answer| query(client, MessageType::RELEASE, Some(answer)),
        granted,
        leases: 2,
    });
}

#[test]
fn serving_allocates_nothing_but_what_new_leases_need() {
    with(|queries| {
        allocation::serving_allocates_nothing_but_what_new_leases_need::<V6>(LARGE, queries);
    });
}

#[test]
fn no_two_clients_of_different_threads_ever_have_one_lease() {
    with(|queries| threads::no_two_clients_ever_have_one_lease::<V6>(SMALL, queries));
}

#[test]
fn a_lease_knows_since_when_its_client_has_it_until_that_gives_it_back() {
    let directory = tempfile::tempdir().unwrap();
    let mut site = Site::<V6>::new(SMALL, &directory);
    with(|queries| {
        let begins = |site: &Site<V6>| -> Vec<Time> {
            let leases = site.leases.page(None, 10, |lease| lease.state == State::Assigned).0;
            leases.iter().map(|lease| lease.began).collect()
        };
        let (first, (_, answer)) = (site.now, site.obtain(queries, 1).unwrap());
        site.now = first.plus(3600);
        let answer = site.ask(&(queries.renewal)(1, &answer)).unwrap();
        assert_eq!(begins(&site), [first; 2]);
        site.ask(&(queries.release)(1, &answer));
        site.obtain(queries, 1).unwrap();
        assert_eq!(begins(&site), [site.now; 2]);
    });
}
