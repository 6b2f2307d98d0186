//! The server in this process, with a clock that the test moves.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::Duration;

use anyhow::{Context, anyhow};
use ruru_command::{Answer, Request};
use ruru_commands::upkeep::{self, Upkeep};
use ruru_commands::{
    CompactionStart, Effects, InterfaceStatus, Process, Server, ServiceState, Status,
};
use ruru_config::{Complaint, Config, Configured};
use ruru_engine::NameChanges;
use ruru_json::{Document, Value};
use ruru_lease::{StoreError, Time};
use ruru_ncr::NameChangeRequest;
use ruru_observe::counters::{Registry, Statistics};
use ruru_observe::{Event, Level, Sink};
use ruru_store::{Batch, Memfile, MemfileOptions, Sync};

use super::{Interface, Protocol, Reply, Scenario, Sent, Subject};

/// When scenarios begin.
const START: Time = Time(1_700_000_000);

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
}

/// The engine, the memfile and the commands, without sockets and threads.
pub(crate) struct InProcess<P: Called> {
    server: Server<P>,
    clock: Rc<Cell<Time>>,
    log: Arc<Recorder>,
    interfaces: Vec<Interface<P>>,
    packets: u32,
    name_changes: NameChanges,
}

impl<P: Called> InProcess<P> {
    pub(crate) fn start(scenario: &Scenario<P>) -> anyhow::Result<Self> {
        let registry = Arc::new(Registry::default());
        let mut config = scenario.config.clone();
        config.as_map_mut().into_iter().for_each(<P as Protocol>::complete);
        let root = Value::object([(P::ROOT, config)]);
        let config = Config::read(&root, &registry).map_err(|complaint| anyhow!("{complaint}"))?;
        let options = MemfileOptions { path: None, sync: Sync::Never, max_row_errors: 0 };
        let (leases, _) = Memfile::open(&options)?;
        let leases = Arc::new(leases);
        let config = Arc::new(config);
        upkeep::set_pools(&leases, None, &config);
        let clock = Rc::new(Cell::new(START));
        let log = Arc::new(Recorder::default());
        let bench = Bench {
            clock: Rc::clone(&clock),
            leases: Arc::clone(&leases),
            current: Rc::new(RefCell::new(Arc::clone(&config))),
        };
        let server = Server::new(
            config,
            leases,
            registry,
            Arc::new(ServiceState::default()),
            Arc::clone(&log) as Arc<dyn Sink + Send + std::marker::Sync>,
            Box::new(bench),
        );
        Ok(Self {
            server,
            clock,
            log,
            interfaces: scenario.interfaces.clone(),
            packets: 0,
            name_changes: NameChanges::default(),
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
            while P::with_engine(&self.server, reclaim).0? > 0 {}
        }
        upkeep::forget(&self.server.config, &self.server.leases, self.clock.get())?;
        Ok(true)
    }

    fn log(&mut self) -> anyhow::Result<Vec<String>> {
        Ok(std::mem::take(&mut *self.log.0.lock().unwrap_or_else(PoisonError::into_inner)))
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

/// The process around the commands: a clock, and no files.
struct Bench<P: Called> {
    clock: Rc<Cell<Time>>,
    leases: Arc<Memfile<P>>,
    /// The configuration whose pools the leases know.
    current: Rc<RefCell<Arc<Config<P>>>>,
}

impl<P: Called> Process<P> for Bench<P> {
    fn now(&self) -> Time {
        self.clock.get()
    }

    fn prepare(&mut self, next: &Arc<Config<P>>) -> Result<Effects<P>, Complaint> {
        let (leases, next) = (Arc::clone(&self.leases), Arc::clone(next));
        let (store, current) = (Arc::clone(&self.leases), Rc::clone(&self.current));
        let apply = move || {
            let earlier = current.replace(next);
            upkeep::set_pools(&store, Some(&earlier), &current.borrow());
        };
        Ok(Effects { leases, apply: Box::new(apply) })
    }

    fn read_configuration(&self) -> Result<Document, String> {
        Err("a scenario's configuration is in no file of its own".into())
    }

    fn configuration_file(&self) -> PathBuf {
        PathBuf::new()
    }

    fn write_configuration(&self, _name: Option<&str>, _text: &str) -> Result<PathBuf, String> {
        Err("a scenario writes no files".into())
    }

    fn lease_file(&self, _name: &str) -> Result<PathBuf, String> {
        Err("a scenario writes no files".into())
    }

    fn status(&self) -> Status {
        let passed = Duration::from_secs(self.clock.get().since(START).into());
        Status { uptime: passed, reload: passed, socket_errors: Vec::new(), workers: 1, duid: None }
    }

    fn compact(&self) -> CompactionStart {
        CompactionStart::NoFile
    }

    fn interfaces(&self) -> Vec<InterfaceStatus> {
        Vec::new()
    }

    fn reopen_sockets(&mut self, _more: &[String]) -> Result<Vec<String>, String> {
        Err("there are no sockets in a test".into())
    }

    fn tell(&self, _changes: Vec<NameChangeRequest>) {}

    fn shut_down(&mut self, _status: i32) {}
}
