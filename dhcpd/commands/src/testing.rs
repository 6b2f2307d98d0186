//! A server on a bench: without sockets and files, and with a clock that is moved by hand.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use ruru_config::{Complaint, Config};
use ruru_json::{Document, Value};
use ruru_lease::Time;
use ruru_ncr::NameChangeRequest;
use ruru_observe::counters::Registry;
use ruru_observe::{Quiet, Sink};
use ruru_store::{Memfile, MemfileOptions, Sync};

use crate::{
    Commanded, CompactionStart, Effects, InterfaceStatus, Process, Server, ServiceState, Status,
    upkeep,
};

/// When servers on a bench have begun, unless their clock says otherwise.
pub const START: Time = Time(1_700_000_000);

/// What a server on a bench has around it.
pub struct Bench {
    /// Its clock.
    pub clock: Rc<Cell<Time>>,
    /// Where it logs.
    pub log: Arc<dyn Sink + Send + std::marker::Sync>,
    /// Who gets the name changes that commands cause.
    pub tell: fn(Vec<NameChangeRequest>),
}

impl Default for Bench {
    fn default() -> Self {
        Self { clock: Rc::new(Cell::new(START)), log: Arc::new(Quiet), tell: drop }
    }
}

impl fmt::Debug for Bench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bench").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl Bench {
    /// A server with a configuration, of which `root` is the whole document, and without leases.
    ///
    /// # Errors
    /// The configuration is wrong.
    pub fn server<F: Commanded>(self, root: &Value) -> Result<Server<F>, Complaint> {
        let registry = Arc::new(Registry::default());
        let config = Arc::new(Config::read(root, &registry)?);
        let options = MemfileOptions { path: None, sync: Sync::Never, max_row_errors: 0 };
        let (leases, _) = Memfile::open(&options)
            .map_err(|error| Complaint::new(format!("leases without a file: {error}")))?;
        let leases = Arc::new(leases);
        upkeep::set_pools(&leases, None, &config);
        let process = OnBench {
            clock: self.clock,
            tell: self.tell,
            leases: Arc::clone(&leases),
            current: Rc::new(RefCell::new(Arc::clone(&config))),
        };
        let service = Arc::new(ServiceState::default());
        Ok(Server::new(config, leases, registry, service, self.log, Box::new(process)))
    }
}

struct OnBench<F: Commanded> {
    clock: Rc<Cell<Time>>,
    tell: fn(Vec<NameChangeRequest>),
    leases: Arc<Memfile<F>>,
    /// The configuration whose pools the leases know.
    current: Rc<RefCell<Arc<Config<F>>>>,
}

impl<F: Commanded> Process<F> for OnBench<F> {
    fn now(&self) -> Time {
        self.clock.get()
    }

    fn prepare(&mut self, next: &Arc<Config<F>>) -> Result<Effects<F>, Complaint> {
        let (leases, next) = (Arc::clone(&self.leases), Arc::clone(next));
        let (store, current) = (Arc::clone(&self.leases), Rc::clone(&self.current));
        let apply = move || {
            let earlier = current.replace(next);
            upkeep::set_pools(&store, Some(&earlier), &current.borrow());
        };
        Ok(Effects { leases, apply: Box::new(apply) })
    }

    fn read_configuration(&self) -> Result<Document, String> {
        Err("there is no file".into())
    }

    fn configuration_file(&self) -> PathBuf {
        PathBuf::new()
    }

    fn write_configuration(&self, _name: Option<&str>, _text: &str) -> Result<PathBuf, String> {
        Err("there is no file".into())
    }

    fn lease_file(&self, _name: &str) -> Result<PathBuf, String> {
        Err("there is no file".into())
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
        Err("there are no sockets".into())
    }

    fn tell(&self, changes: Vec<NameChangeRequest>) {
        (self.tell)(changes);
    }

    fn shut_down(&mut self, _status: i32) {}
}
