//! What serving packets takes and what it keeps to: shown to the engines without sockets.

#![expect(clippy::unwrap_used, reason = "a test")]

mod allocation;
mod threads;
mod v4;
mod v6;

use ruru_commands::{Commanded, upkeep};
use ruru_config::{Config, Configured};
use ruru_json::{Document, kea};
use ruru_lease::Time;
use ruru_observe::counters::Registry;
use ruru_store::{Batch, Memfile, MemfileOptions, Sync};

/// A protocol whose packets are shown to its engine.
trait Shown: Commanded {
    /// Shows a query, and answers whether it was answered.
    fn receive(
        site: &Site<Self>,
        query: &[u8],
        batch: &Batch<'_, Self>,
        reply: &mut Vec<u8>,
    ) -> bool;
}

struct Site<F: Shown> {
    config: Config<F>,
    registry: Registry<<F as Configured>::Statistics>,
    leases: Memfile<F>,
    now: Time,
}

impl<F: Shown> Site<F> {
    fn new(config: &str, directory: &tempfile::TempDir) -> Self {
        let registry = Registry::default();
        let document = Document::from_peer(config).unwrap();
        let config = Config::read(&document.root, &registry)
            .unwrap_or_else(|complaint| panic!("{complaint} in {}", kea(&document.root)));
        let path = Some(directory.path().join("leases.csv"));
        let options = MemfileOptions { path, sync: Sync::Never, max_row_errors: 0 };
        let (leases, _) = Memfile::open(&options).unwrap();
        upkeep::set_pools(&leases, None, &config);
        Self { config, registry, leases, now: Time(1_700_000_000) }
    }

    /// What a client is answered.
    fn ask(&self, query: &[u8]) -> Option<Vec<u8>> {
        let (batch, mut reply) = (self.leases.batch(), Vec::new());
        let is_answered = F::receive(self, query, &batch, &mut reply);
        batch.commit().unwrap();
        is_answered.then_some(reply)
    }

    /// What a client gets that looks for leases, and the answer that says so.
    fn obtain(&self, queries: &Queries<'_>, client: u32) -> Option<(Vec<String>, Vec<u8>)> {
        let offer = self.ask(&(queries.first)(client))?;
        let answer = self.ask(&(queries.second)(client, &offer))?;
        Some(((queries.granted)(&answer), answer))
    }
}

/// Makes what a client sends, from its number.
type Opening<'q> = &'q (dyn Fn(u32) -> Vec<u8> + std::marker::Sync);
/// Makes it from what the client was answered, too.
type Sequel<'q> = &'q (dyn Fn(u32, &[u8]) -> Vec<u8> + std::marker::Sync);

/// What clients send.
struct Queries<'q> {
    /// Looks for leases.
    first: Opening<'q>,
    /// Takes what was offered.
    second: Sequel<'q>,
    /// Goes on using it.
    renewal: Sequel<'q>,
    /// Gives it back.
    release: Sequel<'q>,
    /// What an answer grants.
    granted: fn(&[u8]) -> Vec<String>,
    /// Leases that one client gets.
    leases: u32,
}
