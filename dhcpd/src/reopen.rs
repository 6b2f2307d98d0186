//! Sockets that could not be opened are tried again: an interface may come late.

use std::sync::Arc;
use std::time::Duration;

use ruru_config::Config;

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
        let sockets = Sockets::open(wanted, shared.ports, shared.workers, &current.sockets);
        let is_last = self.times >= wanted.retries;
        let (failed, marker) = (sockets.errors.len(), std::marker::PhantomData);
        if failed < current.sockets.errors.len() {
            let (config, leases) = (Arc::clone(&current.config), Arc::clone(&current.leases));
            shared.emit(&ServerEvent::SocketsReopened { failed, marker });
            let sockets = Arc::new(sockets);
            let identity = Arc::clone(&current.identity);
            shared.snapshot.store(Arc::new(Snapshot { config, leases, sockets, identity }));
        }
        if failed > 0 && is_last {
            let times = self.times;
            shared.emit(&ServerEvent::SocketsGivenUp { failed, times, marker });
        }
        failed == 0 || !is_last || !wanted.require_all
    }
}
