//! A DHCPv6 server without sockets and files.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ruru_config::Complaint;
use ruru_config::v6::Config;
use ruru_json::Document;
use ruru_lease::{Time, V6};
use ruru_ncr::NameChangeRequest;
use ruru_observe::Quiet;
use ruru_observe::counters::Registry;
use ruru_store::{Memfile, MemfileOptions, Sync};

use crate::{CompactionStart, Effects, InterfaceStatus, Process, Server, ServiceState, Status};

/// A server with the configuration of the records.
pub(super) fn server() -> Server<V6> {
    let registry = Arc::new(Registry::default());
    let site = Document::from_peer(include_str!("v6/site.json")).unwrap();
    let config = Arc::new(Config::read(&site.root, &registry).unwrap());
    let options = MemfileOptions { path: None, sync: Sync::Never, max_row_errors: 0 };
    let leases = Arc::new(Memfile::open(&options).unwrap().0);
    let bench = Box::new(Bench(Arc::clone(&leases)));
    Server::new(config, leases, registry, Arc::new(ServiceState::default()), Arc::new(Quiet), bench)
}

struct Bench(Arc<Memfile<V6>>);

impl Process<V6> for Bench {
    fn now(&self) -> Time {
        Time(1_700_000_000)
    }

    fn prepare(&mut self, _next: &Arc<Config>) -> Result<Effects<V6>, Complaint> {
        Ok(Effects { leases: Arc::clone(&self.0), apply: Box::new(|| {}) })
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
        let passed = Duration::ZERO;
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

    fn tell(&self, _changes: Vec<NameChangeRequest>) {}

    fn shut_down(&mut self, _status: i32) {}
}
