//! The process of a server that has neither sockets nor files.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ruru_commands::{Commanded, CompactionStart, Effects, InterfaceStatus, Process, Status};
use ruru_config::{Complaint, Config};
use ruru_json::Document;
use ruru_lease::Time;
use ruru_ncr::NameChangeRequest;
use ruru_store::Memfile;

/// It has leases.
pub(crate) struct Bench<F: Commanded>(pub(crate) Arc<Memfile<F>>);

impl<F: Commanded> Process<F> for Bench<F> {
    fn now(&self) -> Time {
        Time(1_700_000_000)
    }

    fn prepare(&mut self, _next: &Arc<Config<F>>) -> Result<Effects<F>, Complaint> {
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

    fn tell(&self, changes: Vec<NameChangeRequest>) {
        crate::request::are_told(changes);
    }

    fn shut_down(&mut self, _status: i32) {}
}
