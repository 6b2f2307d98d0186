//! What happens by the clock: leases that end, leases that are forgotten, compaction.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ruru_commands::upkeep;
use ruru_engine::v4::Engine;
use ruru_lease::{StoreError, Time};
use ruru_observe::{Event, Sink};
use ruru_process::clock;

use crate::events::StoreEvent;
use crate::worker::{Shared, Snapshot, chain};

/// Keeps house once a second.
pub(crate) struct Housekeeper {
    shared: Arc<Shared>,
    compacted: Instant,
}

impl Housekeeper {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, compacted: Instant::now() }
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self) {
        self.shared.service.tick();
        let snapshot = self.shared.snapshot.load_full();
        if let Err(error) = self.reclaim(&snapshot).and_then(|()| {
            upkeep::forget(&snapshot.config, &snapshot.leases, Time(clock::seconds()))
        }) {
            let reason = chain(&error);
            self.emit(&StoreEvent::WriteFailed { reason: &reason });
        }
        let interval = snapshot.config.globals().lease_database.lfc_interval;
        if interval > 0 && self.compacted.elapsed() >= Duration::from_secs(interval.into()) {
            self.compacted = Instant::now();
            self.compact(&snapshot);
        }
    }

    /// Reclaims all leases that have ended, a batch at a time.
    fn reclaim(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        if !snapshot.config.globals().expired_leases.reclaim || !self.shared.service.is_enabled() {
            return Ok(());
        }
        loop {
            let engine = Engine {
                config: &snapshot.config,
                registry: &self.shared.registry,
                log: &*self.shared.log,
                now: Time(clock::seconds()),
                random: 0,
                own_addresses: &[],
                answer_to_source: false,
            };
            if !upkeep::reclaim(&engine, &snapshot.leases, false)? {
                return Ok(());
            }
        }
    }

    fn compact(&self, snapshot: &Snapshot) {
        let shared = Arc::clone(&self.shared);
        match snapshot.leases.begin_compaction() {
            Ok(None) => {}
            Ok(Some(compaction)) => {
                self.emit(&StoreEvent::CompactionStarted { marker: std::marker::PhantomData });
                std::thread::spawn(move || {
                    if let Err(error) = compaction.run() {
                        let reason = chain(&error);
                        shared.log.emit(&StoreEvent::CompactionFailed { reason: &reason });
                    }
                });
            }
            Err(error) => {
                let reason = chain(&error);
                self.emit(&StoreEvent::CompactionFailed { reason: &reason });
            }
        }
    }

    fn emit<E: Event>(&self, event: &E) {
        self.shared.log.emit(event);
    }
}
