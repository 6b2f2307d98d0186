//! Sockets that could not be opened are tried again: an interface may come late.

use std::sync::Arc;
use std::time::Duration;

use ruru_config::{Config, InterfaceChoice, Interfaces};

use crate::events::ServerEvent;
use crate::family::Served;
use crate::sockets::Sockets;
use crate::worker::{Shared, Snapshot};

/// How often it was tried, for the configuration that it was tried for.
pub(crate) struct Reopening<F: Served> {
    config: Option<Arc<Config<F>>>,
    times: u32,
}

impl<F: Served> Default for Reopening<F> {
    fn default() -> Self {
        Self { config: None, times: 0 }
    }
}

impl<F: Served> Reopening<F> {
    /// How long to wait before the next attempt; `None` if there is nothing to try.
    pub(crate) fn delay(&mut self, shared: &Shared<F>) -> Option<Duration> {
        let snapshot = shared.snapshot.load();
        if self.config.as_ref().is_none_or(|config| !Arc::ptr_eq(config, &snapshot.config)) {
            *self = Self { config: Some(Arc::clone(&snapshot.config)), times: 0 };
        }
        let wanted = &snapshot.config.globals().interfaces;
        let is_due = !snapshot.sockets.errors.is_empty() && self.times < wanted.retries;
        is_due.then_some(wanted.retry_wait)
    }

    /// Tries once more; answers false if that was the last attempt and all sockets are needed.
    pub(crate) fn attempt(&mut self, shared: &Shared<F>) -> bool {
        self.times += 1;
        let current = shared.snapshot.load_full();
        let wanted = &current.config.globals().interfaces;
        let sockets = sockets(shared, &current, &[], wanted.detect);
        let is_last = self.times >= wanted.retries;
        let (failed, marker) = (sockets.errors.len(), std::marker::PhantomData);
        if failed < current.sockets.errors.len() {
            shared.emit(&ServerEvent::SocketsReopened { failed, marker });
            let sockets = Arc::new(sockets);
            shared.snapshot.store(Arc::new(Snapshot { sockets, ..Snapshot::clone(&current) }));
        }
        if failed > 0 && is_last {
            let times = self.times;
            shared.emit(&ServerEvent::SocketsGivenUp { failed, times, marker });
        }
        failed == 0 || !is_last || !wanted.require_all
    }
}

/// The sockets of a configuration, of the interfaces that an operator has added, and of `more`; those
/// that are open are kept. With `detect` the machine's interfaces are looked for anew.
pub(crate) fn sockets<F: Served>(
    shared: &Shared<F>,
    current: &Snapshot<F>,
    more: &[String],
    detect: bool,
) -> Sockets<F> {
    let globals = current.config.globals();
    let added: Vec<String> = current.sockets.added.iter().chain(more).cloned().collect();
    let named = |name: &String| InterfaceChoice::Named { name: (**name).into(), address: None };
    let mut wanted = Interfaces { detect, ..globals.interfaces.clone() };
    wanted.choices = wanted.choices.iter().cloned().chain(added.iter().map(named)).collect();
    let mut sockets = Sockets::open(&wanted, shared.ports, shared.workers, &current.sockets);
    sockets.added = added;
    let mut errors = Vec::new();
    sockets.set_queue(globals.packet_queue, |reason| {
        errors.push(format!("failed to set the size of packet queues: {reason}"));
    });
    sockets.errors.extend(errors);
    sockets
}
