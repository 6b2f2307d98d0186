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
use ruru_commands::{
    CompactionStart, Effects, InterfaceStatus, Process, Server, ServiceState, Status, upkeep,
};
use ruru_config::Complaint;
use ruru_config::v4::Config;
use ruru_engine::NameChanges;
use ruru_engine::v4::{Arrival, Destination, Engine, Outcome};
use ruru_json::{Document, Value};
use ruru_lease::{Time, V4};
use ruru_ncr::NameChangeRequest;
use ruru_observe::counters::{Registry, Server4};
use ruru_observe::{Event, Level, Sink};
use ruru_store::{Memfile, MemfileOptions, Sync};

use super::{Packet, Target};
use crate::scenario::{Interface, Reply, Scenario, Sent, Subject};

/// When scenarios begin.
const START: Time = Time(1_700_000_000);

/// The engine, the memfile and the commands, without sockets and threads.
pub(crate) struct InProcess {
    server: Server<V4>,
    clock: Rc<Cell<Time>>,
    log: Arc<Recorder>,
    interfaces: Vec<Interface<V4>>,
    packets: u32,
    name_changes: NameChanges,
}

impl InProcess {
    pub(crate) fn start(scenario: &Scenario<V4>) -> anyhow::Result<Self> {
        let registry = Arc::new(Registry::default());
        let root = Value::object([("Dhcp4", scenario.config.clone())]);
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

    fn engine<'a>(&'a self, own_addresses: &'a [std::net::Ipv4Addr]) -> Engine<'a> {
        Engine {
            config: &self.server.config,
            registry: &self.server.registry,
            log: &*self.log,
            now: self.clock.get(),
            random: self.packets.into(),
            own_addresses,
            name_changes: &self.name_changes,
            answer_to_source: false,
        }
    }
}

impl Subject<V4> for InProcess {
    fn send(&mut self, packet: &Packet) -> anyhow::Result<Sent<V4>> {
        self.packets += 1;
        self.server.registry.server.count(Server4::Received);
        if !self.server.service.is_enabled() {
            self.server.registry.server.count(Server4::ServiceDisabled);
            self.server.registry.server.count(Server4::ReceiveDrop);
            return Ok(Sent { query: Vec::new(), reply: None, is_counted: true });
        }
        let interface = self.interfaces.iter().find(|i| i.name == packet.interface);
        let interface = interface.context("the packet comes to an interface that is not there")?;
        let own: Vec<_> = self.interfaces.iter().map(Interface::address).collect();
        let query = packet.encode(self.packets)?;
        let arrival = Arrival {
            message: &query,
            source: packet.source(),
            destination: packet.destination(interface),
            local: interface.address(),
            interface: &interface.name,
        };
        let engine = self.engine(&own);
        let batch = self.server.leases.batch();
        let mut message = Vec::new();
        let outcome = match pin!(engine.receive(&arrival, &batch, &mut message))
            .poll(&mut TaskContext::from_waker(Waker::noop()))
        {
            Poll::Ready(outcome) => outcome?,
            Poll::Pending => return Err(anyhow!("the memfile is not ready")),
        };
        batch.commit()?;
        let reply = match outcome {
            Outcome::Answer { to, from, .. } => Some(Reply { message, from, to: target(to) }),
            Outcome::Silence | Outcome::Drop(_) => None,
        };
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
            let engine = self.engine(&[]);
            while upkeep::reclaim(&engine, &self.server.leases, usize::MAX, false)? > 0 {}
        }
        upkeep::forget(&self.server.config, &self.server.leases, self.clock.get())?;
        Ok(true)
    }

    fn log(&mut self) -> anyhow::Result<Vec<String>> {
        Ok(std::mem::take(&mut *self.log.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn target(to: Destination) -> Target {
    match to {
        Destination::Address(address) => Target::Address(address),
        Destination::Link { address, hwaddr } => Target::Link { address, hwaddr },
        Destination::Broadcast => Target::Broadcast,
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
struct Bench {
    clock: Rc<Cell<Time>>,
    leases: Arc<Memfile<V4>>,
    /// The configuration whose pools the leases know.
    current: Rc<RefCell<Arc<Config>>>,
}

impl Process<V4> for Bench {
    fn now(&self) -> Time {
        self.clock.get()
    }

    fn prepare(&mut self, next: &Arc<Config>) -> Result<Effects<V4>, Complaint> {
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
        Status { uptime: passed, reload: passed, socket_errors: Vec::new(), workers: 1 }
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
