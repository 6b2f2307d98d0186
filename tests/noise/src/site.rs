//! What engines answer by, made once for all inputs.

use std::net::Ipv4Addr;

use ruru_commands::testing::START;
use ruru_commands::{Commanded, upkeep};
use ruru_config::{Config, Configured};
use ruru_engine::{NameChanges, v4, v6};
use ruru_json::Document;
use ruru_lease::{V4, V6};
use ruru_observe::Quiet;
use ruru_observe::counters::Registry;
use ruru_store::{Memfile, MemfileOptions, Sync};
use ruru_wire::v6::Duid;

/// The address of the DHCPv4 server.
pub(crate) const LOCAL: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
/// The identifier of the DHCPv6 server.
const SERVER_ID: [u8; 7] = [0, 2, 0, 0, 9, 0xbf, 1];

/// A configuration with its counters, and leases in no file.
pub(crate) struct Site<F: Commanded> {
    config: Config<F>,
    registry: Registry<<F as Configured>::Statistics>,
    server_id: Duid,
    pub(crate) leases: Memfile<F>,
}

impl<F: Commanded> Site<F> {
    pub(crate) fn new(config: &str) -> Self {
        let document = Document::from_peer(config).expect("the site is JSON");
        let registry = Registry::default();
        let config = Config::read(&document.root, &registry)
            .unwrap_or_else(|complaint| panic!("{complaint}"));
        let options = MemfileOptions { path: None, sync: Sync::Never, max_row_errors: 0 };
        let (leases, _) = Memfile::open(&options).expect("there is no file");
        upkeep::set_pools(&leases, None, &config);
        let server_id = Duid::new(&SERVER_ID).expect("it is long enough");
        Self { config, registry, server_id, leases }
    }
}

impl Site<V4> {
    pub(crate) fn engine<'a>(&'a self, name_changes: &'a NameChanges) -> v4::Engine<'a> {
        v4::Engine {
            config: &self.config,
            registry: &self.registry,
            log: &Quiet,
            now: START,
            random: 1,
            own_addresses: &[LOCAL],
            name_changes,
            answer_to_source: false,
        }
    }
}

impl Site<V6> {
    pub(crate) fn engine<'a>(&'a self, name_changes: &'a NameChanges) -> v6::Engine<'a> {
        v6::Engine {
            config: &self.config,
            registry: &self.registry,
            log: &Quiet,
            now: START,
            random: 1,
            server_id: &self.server_id,
            name_changes,
        }
    }
}
