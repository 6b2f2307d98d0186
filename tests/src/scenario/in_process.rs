//! The server in this process, with a clock that the test moves.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll, Waker};

use anyhow::{Context, anyhow};
use ruru_command::{Answer, Request};
use ruru_commands::Server;
use ruru_commands::testing::{Bench, START};
use ruru_commands::upkeep::{self, Upkeep};
use ruru_config::Configured;
use ruru_engine::NameChanges;
use ruru_json::Value;
use ruru_lease::{StoreError, Time};
use ruru_ncr::NameChangeRequest;
use ruru_observe::counters::Statistics;
use ruru_observe::{Event, Level, Sink};
use ruru_store::Batch;

use super::{Interface, Protocol, Reply, Scenario, Sent, Subject};

/// A protocol whose engine the test calls.
pub(crate) trait Called: Protocol + Upkeep {
    /// What packets count as before the engine sees them: received; while the service is disabled;
    /// dropped.
    const COUNTED: [OfServer<Self>; 3];

    /// What the engine answers to a packet.
    async fn receive(
        queried: &Queried<'_, Self>,
        batch: &Batch<'_, Self>,
    ) -> Result<Option<Reply<Self>>, StoreError>;
}

/// A counter of the server.
pub(crate) type OfServer<F> = <<F as Configured>::Statistics as Statistics>::Server;

/// A packet, and all that the engine takes beside it.
pub(crate) struct Queried<'q, P: Called> {
    pub(crate) server: &'q Server<P>,
    pub(crate) name_changes: &'q NameChanges,
    /// The number of the packet, which stands for a random one.
    pub(crate) number: u32,
    pub(crate) packet: &'q P::Packet,
    pub(crate) query: &'q [u8],
    pub(crate) interfaces: &'q [Interface<P>],
    /// The one that the packet comes to.
    pub(crate) interface: &'q Interface<P>,
    /// Whether answers go to where queries come from.
    pub(crate) answers_to_source: bool,
}

/// The engine, the memfile and the commands, without sockets and threads.
pub(crate) struct InProcess<P: Called> {
    server: Server<P>,
    clock: Rc<Cell<Time>>,
    log: Arc<Recorder>,
    interfaces: Vec<Interface<P>>,
    answers_to_source: bool,
    packets: u32,
    name_changes: NameChanges,
    /// What has come up beside packets.
    updates: Vec<NameChangeRequest>,
}

impl<P: Called> InProcess<P> {
    pub(crate) fn start(scenario: &Scenario<P>) -> anyhow::Result<Self> {
        let mut config = scenario.config.clone();
        config.as_map_mut().into_iter().for_each(<P as Protocol>::complete);
        let root = Value::object([(P::ROOT, config)]);
        let clock = Rc::new(Cell::new(START));
        let log = Arc::new(Recorder::default());
        let bench = Bench {
            clock: Rc::clone(&clock),
            log: Arc::clone(&log) as Arc<dyn Sink + Send + Sync>,
            ..Bench::default()
        };
        let server = bench.server(&root).map_err(|complaint| anyhow!("{complaint}"))?;
        Ok(Self {
            server,
            clock,
            log,
            interfaces: scenario.interfaces.clone(),
            answers_to_source: scenario.answers_to_source,
            packets: 0,
            name_changes: NameChanges::default(),
            updates: Vec::new(),
        })
    }
}

impl<P: Called> Subject<P> for InProcess<P> {
    fn send(&mut self, packet: &P::Packet) -> anyhow::Result<Sent<P>> {
        self.packets += 1;
        let [received, disabled, dropped] = P::COUNTED;
        let counters = &self.server.registry.server;
        counters.count(received);
        if !self.server.service.is_enabled() {
            counters.count(disabled);
            counters.count(dropped);
            return Ok(Sent { query: Vec::new(), reply: None, is_counted: true });
        }
        let mut interfaces = self.interfaces.iter();
        let interface = interfaces.find(|interface| interface.name == P::interface(packet));
        let interface = interface.context("the packet comes to an interface that is not there")?;
        let query = P::encode(packet, self.packets)?;
        let queried = Queried {
            server: &self.server,
            name_changes: &self.name_changes,
            number: self.packets,
            packet,
            query: &query,
            interfaces: &self.interfaces,
            interface,
            answers_to_source: self.answers_to_source,
        };
        let batch = self.server.leases.batch();
        let reply = match pin!(P::receive(&queried, &batch))
            .poll(&mut TaskContext::from_waker(Waker::noop()))
        {
            Poll::Ready(reply) => reply?,
            Poll::Pending => return Err(anyhow!("the memfile is not ready")),
        };
        batch.commit()?;
        Ok(Sent { query, reply, is_counted: true })
    }

    fn command(&mut self, request: &Request) -> anyhow::Result<Answer> {
        Ok(self.server.run(request))
    }

    fn advance(&mut self, seconds: u32) -> anyhow::Result<bool> {
        self.clock.set(self.clock.get().plus(seconds));
        if self.server.config.globals().expired_leases.reclaim.is_some()
            && self.server.service.is_enabled()
        {
            let reclaim = |engine: &P::Engine<'_>| {
                upkeep::reclaim::<P>(engine, &self.server.leases, usize::MAX, false)
            };
            loop {
                let (reclaimed, updates) = P::with_engine(&self.server, reclaim);
                self.updates.extend(updates);
                if reclaimed? == 0 {
                    break;
                }
            }
        }
        upkeep::forget(&self.server.config, &self.server.leases, self.clock.get())?;
        Ok(true)
    }

    fn log(&mut self) -> anyhow::Result<Vec<String>> {
        Ok(std::mem::take(&mut *self.log.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    fn updates(&mut self, _: Option<usize>) -> anyhow::Result<Vec<NameChangeRequest>> {
        let of_packets = self.name_changes.take();
        Ok(std::mem::take(&mut self.updates).into_iter().chain(of_packets).collect())
    }
}

/// Keeps the ids of all events.
#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<String>>);

impl Sink for Recorder {
    fn wants(&self, _logger: &'static str, _level: Level) -> bool {
        true
    }

    fn emit(&self, event: &dyn Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event.id().to_owned());
    }
}
