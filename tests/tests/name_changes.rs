//! What the DHCPv6 server tells the DNS updater, from the first lease of a client to the last.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::net::{Ipv6Addr, SocketAddrV6};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ruru_commands::upkeep;
use ruru_config::v6::Config;
use ruru_engine::NameChanges;
use ruru_engine::v6::{Arrival, Engine, Outcome};
use ruru_json::Document;
use ruru_lease::{Time, V6};
use ruru_ncr::{Change, Directions, NameChangeRequest};
use ruru_observe::Quiet;
use ruru_observe::counters::{Dhcp6, Registry};
use ruru_store::{Memfile, MemfileOptions, Sync};
use ruru_wire::v6::options::{IaAddress, IaNa, IaPd, Iaid};
use ruru_wire::v6::{Duid, MessageType, Nested, OptionCode, Writer};

const SITE: &str = r#"{ "Dhcp6": {
    "dhcp-ddns": { "enable-updates": true }, "ddns-qualifying-suffix": "example.org",
    "expired-leases-processing": { "hold-reclaimed-time": 0 }, "valid-lifetime": 3600,
    "subnet6": [ { "id": 1, "subnet": "2001:db8:1::/64", "interface": "eth0",
        "pools": [ { "pool": "2001:db8:1::10 - 2001:db8:1::10" } ],
        "pd-pools": [ { "prefix": "2001:db8:8000::", "prefix-len": 48, "delegated-len": 56 } ] } ] } }"#;

const ADDRESS: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 0x10);
const CLIENT: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0xc);
const GROUP: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2);
/// S, and a partial name.
const HOST: &[u8] = b"\x01\x04host";
const OTHER: &[u8] = b"\x01\x05other";

struct Site {
    config: Config,
    registry: Registry<Dhcp6>,
    leases: Memfile<V6>,
    server_id: Duid,
    now: Time,
}

impl Site {
    fn new() -> Self {
        let registry = Registry::default();
        let document = Document::from_peer(SITE).unwrap();
        let config = Config::read(&document.root, &registry).unwrap();
        let options = MemfileOptions { path: None, sync: Sync::Never, max_row_errors: 0 };
        let (leases, _) = Memfile::open(&options).unwrap();
        upkeep::set_pools(&leases, None, &config);
        let server_id = Duid::new(&[0, 3, 0, 1, 9]).unwrap();
        Self { config, registry, leases, server_id, now: Time(1_700_000_000) }
    }

    fn engine<'a>(&'a self, name_changes: &'a NameChanges) -> Engine<'a> {
        Engine {
            config: &self.config,
            registry: &self.registry,
            log: &Quiet,
            now: self.now,
            random: 1,
            server_id: &self.server_id,
            name_changes,
        }
    }

    /// Serves a query, long after the one before; answers what the updater is told.
    fn tells(&mut self, client: u8, kind: MessageType, option: Option<&[u8]>) -> Vec<String> {
        let mut message = Vec::new();
        let mut writer = self.query(&mut message, client, kind);
        writer.typed_with(
            &IaNa { iaid: Iaid(1), t1: 0, t2: 0, options: Nested::default() },
            |writer| {
                let options = Nested::default();
                writer.typed(&IaAddress { address: ADDRESS, preferred: 0, valid: 0, options });
            },
        );
        if let Some(content) = option {
            writer.option(OptionCode::CLIENT_FQDN, content);
        }
        writer.finish().unwrap();
        self.now = self.now.plus(1800);
        self.serve(&message, CLIENT)
    }

    fn query<'m>(&self, message: &'m mut Vec<u8>, client: u8, kind: MessageType) -> Writer<'m> {
        let mut writer = Writer::new(message, kind, 7);
        writer.option(OptionCode::CLIENT_ID, &[client; 3]);
        writer.option(OptionCode::SERVER_ID, self.server_id.as_bytes());
        writer
    }

    fn serve(&self, message: &[u8], source: Ipv6Addr) -> Vec<String> {
        let name_changes = NameChanges::default();
        let arrival = Arrival {
            message,
            source: SocketAddrV6::new(source, 546, 0, 0),
            destination: GROUP,
            interface: "eth0",
        };
        let batch = self.leases.batch();
        let (engine, mut reply) = (self.engine(&name_changes), Vec::new());
        let mut context = Context::from_waker(Waker::noop());
        let outcome = pin!(engine.receive(&arrival, &batch, &mut reply)).poll(&mut context);
        assert!(matches!(outcome, Poll::Ready(Ok(Outcome::Answer { .. }))), "{outcome:?}");
        batch.commit().unwrap();
        name_changes.take().iter().map(summary).collect()
    }

    /// Lets all leases end.
    fn tells_of_the_end(&mut self) -> Vec<String> {
        self.now = self.now.plus(100_000);
        let name_changes = NameChanges::default();
        upkeep::reclaim::<V6>(&self.engine(&name_changes), &self.leases, 100, false).unwrap();
        name_changes.take().iter().map(summary).collect()
    }
}

fn summary(request: &NameChangeRequest) -> String {
    assert_eq!(request.address, ADDRESS);
    let change = match request.change {
        Change::Add => '+',
        Change::Remove => '-',
    };
    let directions = match request.directions {
        Directions::Both => "both",
        Directions::Forward => "forward",
        Directions::Reverse => "reverse",
    };
    format!("{change}{} {directions} {}", request.name, request.lease_length)
}

#[test]
fn a_name_is_told_when_it_is_new_and_when_it_changes() {
    let mut site = Site::new();
    let host = "host.example.org. both 1200";
    let other = "other.example.org. both 1200";
    let (request, renew) = (MessageType::REQUEST, MessageType::RENEW);
    assert_eq!(site.tells(1, request, Some(HOST)), [format!("+{host}")]);
    assert_eq!(site.tells(1, renew, Some(HOST)), [""; 0]);
    assert_eq!(site.tells(1, renew, Some(OTHER)), [format!("-{host}"), format!("+{other}")]);
    let reverse = "other.example.org. reverse 1200";
    let both = [format!("-{other}"), format!("+{reverse}")];
    assert_eq!(site.tells(1, renew, Some(b"\x00\x05other")), both);
    assert_eq!(site.tells(1, renew, None), [format!("-{reverse}")]);
}

#[test]
fn a_name_is_taken_back_when_its_lease_is_over() {
    let host = "host.example.org. both 1200";
    let request = MessageType::REQUEST;
    let mut site = Site::new();
    assert_eq!(site.tells(1, request, Some(HOST)), [format!("+{host}")]);
    assert_eq!(site.tells(1, MessageType::RELEASE, None), [format!("-{host}")]);
    assert_eq!(site.tells(1, request, Some(HOST)), [format!("+{host}")]);
    assert_eq!(site.tells_of_the_end(), [format!("-{host}")]);
    assert_eq!(site.tells(1, request, Some(HOST)), [format!("+{host}")]);
    assert_eq!(site.tells(1, MessageType::DECLINE, None), [format!("-{host}")]);
    assert_eq!(site.tells_of_the_end(), [""; 0]);
}

#[test]
fn the_name_of_an_ended_lease_is_taken_back_for_the_next_client() {
    let mut site = Site::new();
    let request = MessageType::REQUEST;
    let made_up = "myhost-2001-db8-1--10.example.org. both 1200";
    assert_eq!(site.tells(1, request, Some(b"\x01")), [format!("+{made_up}")]);
    site.now = site.now.plus(3600);
    // The same name, but of somebody else.
    let both = [format!("-{made_up}"), format!("+{made_up}")];
    assert_eq!(site.tells(2, request, Some(b"\x01")), both);
}

#[test]
fn prefixes_have_names_that_nobody_is_told() {
    let site = Site::new();
    let mut message = Vec::new();
    let mut writer = site.query(&mut message, 1, MessageType::REQUEST);
    writer.typed(&IaPd { iaid: Iaid(1), t1: 0, t2: 0, options: Nested::default() });
    writer.option(OptionCode::CLIENT_FQDN, HOST);
    writer.finish().unwrap();
    assert_eq!(site.serve(&message, CLIENT), [""; 0]);
}

#[test]
fn names_of_registered_addresses_are_told_as_well() {
    let mut site = Site::new();
    let registers = |site: &Site, client: u8, option: &[u8]| {
        let mut message = Vec::new();
        let mut writer = Writer::new(&mut message, MessageType::ADDR_REG_INFORM, 7);
        writer.option(OptionCode::CLIENT_ID, &[client; 3]);
        let options = Nested::default();
        writer.typed(&IaAddress { address: ADDRESS, preferred: 3600, valid: 3600, options });
        writer.option(OptionCode::CLIENT_FQDN, option);
        writer.finish().unwrap();
        site.serve(&message, ADDRESS)
    };
    let host = "host.example.org. both 1200";
    let other = "other.example.org. both 1200";
    assert_eq!(registers(&site, 1, HOST), [format!("+{host}")]);
    assert_eq!(registers(&site, 1, HOST), [""; 0]);
    assert_eq!(registers(&site, 2, HOST), [format!("-{host}"), format!("+{host}")]);
    assert_eq!(registers(&site, 2, OTHER), [format!("-{host}"), format!("+{other}")]);
    assert_eq!(site.tells_of_the_end(), [format!("-{other}")]);
}
