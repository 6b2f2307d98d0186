//! What happens by the clock: leases that end, leases that are forgotten, compaction, and a look at
//! the disk.

use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::park_timeout;
use std::time::{Duration, Instant};

use ruru_commands::upkeep;
use ruru_config::LeaseSync;
use ruru_engine::NameChanges;
use ruru_lease::{StoreError, Time};
use ruru_observe::Event;
use ruru_process::clock;
use ruru_store::{Condition, Memfile, Repair};

use crate::compaction;
use crate::congestion::Drops;
use crate::events::{ServerEvent, StoreEvent};
use crate::family::Served;
use crate::sockets::Sockets;
use crate::worker::{Shared, Snapshot, chain};

/// How often the house is kept.
const TICK: Duration = Duration::from_secs(1);

/// Forces to the disk what was written, as often as the configuration says.
pub(crate) fn sync_by_the_clock<F: Served>(shared: &Shared<F>) {
    let mut synced = Instant::now();
    while !shared.stop.load(Ordering::Relaxed) {
        // Nothing is kept while this waits: a file that is no longer used is to be closed.
        let sync = shared.snapshot.load().config.globals().lease_database.sync;
        let LeaseSync::Interval(interval) = sync else {
            park_timeout(TICK);
            synced = Instant::now();
            continue;
        };
        let left = interval.saturating_sub(synced.elapsed());
        if !left.is_zero() {
            // Another configuration may have a shorter interval.
            park_timeout(left.min(TICK));
            continue;
        }
        synced = Instant::now();
        let leases = Arc::clone(&shared.snapshot.load().leases);
        // The store remembers a failure, and `Housekeeper` mends it.
        let _ = leases.sync();
    }
}

/// Keeps house once a second.
pub(crate) struct Housekeeper<'a, F: Served> {
    shared: &'a Shared<F>,
    /// The interval at which the lease file is compacted, and since when it counts.
    compacted: (u32, Instant),
    reclaimed: Instant,
    /// How often in a row reclaiming left leases over.
    incomplete: u32,
    /// What the kernel had dropped when it was looked at last.
    congestion: Drops,
    /// What the operator was told last of the disk.
    told: Condition,
}

impl<'a, F: Served> Housekeeper<'a, F> {
    pub(crate) fn new(shared: &'a Shared<F>) -> Self {
        let now = Instant::now();
        Self {
            shared,
            compacted: (0, now),
            reclaimed: now,
            incomplete: 0,
            congestion: Drops::default(),
            told: Condition::Ok,
        }
    }

    /// Keeps house until it is told to stop.
    pub(crate) fn run(mut self) {
        while !self.shared.stop.load(Ordering::Relaxed) {
            self.tick();
            park_timeout(TICK);
        }
    }

    fn tick(&mut self) {
        self.shared.service.tick();
        let snapshot = self.shared.snapshot.load_full();
        self.look_at_disk(&snapshot.leases);
        self.count_dropped(&snapshot.sockets);
        // What fails is taken back and tried again; the store remembers why.
        let _ = self.reclaim(&snapshot).and_then(|()| {
            upkeep::forget(&snapshot.config, &snapshot.leases, Time(clock::seconds()))
        });
        let interval = snapshot.config.globals().lease_database.lfc_interval;
        let (before, since) = self.compacted;
        let is_due = interval > 0 && since.elapsed() >= Duration::from_secs(interval.into());
        if is_due && interval == before {
            compaction::start(&snapshot.leases, &self.shared.log);
        }
        if is_due || interval != before {
            self.compacted = (interval, Instant::now());
        }
    }

    /// Counts what the kernel has dropped since the last look.
    fn count_dropped(&mut self, sockets: &Sockets<F>) {
        let more = self.congestion.since(Drops::of(sockets));
        let counters = &self.shared.registry.server;
        counters.add(F::COUNTED.queue_full, more);
        counters.add(F::COUNTED.dropped, more);
        if more > 0 {
            self.emit(&ServerEvent::QueueFull { dropped: more, marker: PhantomData });
        }
    }

    /// Tells the operator when the disk begins to fail or to be slow, and when it is well again.
    fn look_at_disk(&mut self, leases: &Memfile<F>) {
        let marker = PhantomData;
        match leases.repair() {
            Ok(Repair::Unneeded) => {}
            Ok(Repair::Rewritten) => self.emit(&StoreEvent::Rewritten { marker }),
            Err(error) => {
                let reason = chain(&error);
                self.emit(&StoreEvent::RewriteFailed { reason: &reason });
            }
        }
        let health = leases.health();
        let condition = health.condition();
        if condition == self.told {
            return;
        }
        self.told = condition;
        match condition {
            Condition::Ok => self.emit(&StoreEvent::WritesAgain { marker }),
            Condition::Slow => {
                self.emit(&StoreEvent::WriteSlow { seconds: health.latency.as_secs_f32(), marker });
            }
            Condition::Failing => {
                let reason = health.failure.unwrap_or_default();
                self.emit(&StoreEvent::WriteFailed { reason: &reason });
            }
        }
    }

    /// Reclaims leases that have ended, a batch at a time, until there are no more or it is enough
    /// for this time.
    fn reclaim(&mut self, snapshot: &Snapshot<F>) -> Result<(), StoreError> {
        let limits = snapshot.config.globals().expired_leases;
        let due = limits.reclaim.is_some_and(|wait| self.reclaimed.elapsed() + TICK / 2 >= wait);
        if !due || !self.shared.service.is_enabled() {
            return Ok(());
        }
        let begin = Instant::now();
        let most = limits.most_leases.map_or(usize::MAX, NonZeroUsize::get);
        let mut left = most;
        let name_changes = NameChanges::default();
        let is_complete = loop {
            let now = Time(clock::seconds());
            let engine = F::engine(self.shared, snapshot, now, &name_changes);
            let count = upkeep::reclaim::<F>(&engine, &snapshot.leases, left, false)?;
            let updater = snapshot.config.globals().updater.as_ref();
            self.shared.updates.push(name_changes.take(), updater);
            match count {
                0 => break true,
                count => left -= count,
            }
            if left == 0 || limits.most_time.is_some_and(|most| begin.elapsed() >= most) {
                break snapshot.leases.expired(now, 1).is_empty();
            }
        };
        self.reclaimed = Instant::now();
        if left < most {
            let (count, seconds) = (most - left, begin.elapsed().as_secs_f32());
            self.emit(&StoreEvent::Reclaimed { count, seconds, marker: PhantomData });
        }
        self.incomplete = if is_complete { 0 } else { self.incomplete + 1 };
        if limits.unwarned > 0 && self.incomplete >= limits.unwarned {
            self.emit(&StoreEvent::StillExpired { times: self.incomplete, marker: PhantomData });
            self.incomplete = 0;
        }
        Ok(())
    }

    fn emit<E: Event>(&self, event: &E) {
        self.shared.emit(event);
    }
}
