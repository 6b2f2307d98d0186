//! The thread that waits for the disk: answers that rest on changes of leases leave once these are
//! stored, while workers go on with the next packets.
//!
//! All batches that were sealed while one write was under way are written by the next one.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};

use ruru_ncr::NameChangeRequest;
use ruru_store::{Memfile, Sealed};

use crate::family::{Answering, Served};
use crate::sockets::{Exit, Sockets};
use crate::worker::Shared;

/// Batches that wait for the disk before workers wait for it, too.
pub(crate) const QUEUE: usize = 256;

/// A batch whose changes are still to be written, with the answers that wait for it.
pub(crate) struct Pending<F: Served> {
    pub(crate) leases: Arc<Memfile<F>>,
    pub(crate) sealed: Sealed,
    pub(crate) sockets: Arc<Sockets<F>>,
    pub(crate) answers: F::Answers,
    /// What the DNS updater is told then.
    pub(crate) name_changes: Vec<NameChangeRequest>,
    /// Takes the buffers back.
    pub(crate) spare: SyncSender<F::Answers>,
}

/// Serves until all workers have ended.
pub(crate) fn run<F: Served>(shared: &Shared<F>, queue: &Receiver<Pending<F>>) {
    while let Ok(mut pending) = queue.recv() {
        pending.finish(shared);
        // A worker that has enough buffers, or has ended, does not want them.
        let _ = pending.spare.try_send(pending.answers);
    }
}

impl<F: Served> Pending<F> {
    /// Writes the changes unless that was done; sends the answers, or drops them if there is
    /// nothing they could rest on.
    pub(crate) fn finish(&mut self, shared: &Shared<F>) {
        if self.leases.settle(&self.sealed).is_err() {
            // The store remembers why; `Housekeeper` tells it.
            let counters = &shared.registry.server;
            for _ in 0..self.answers.len() {
                counters.count(F::COUNTED.failed);
                counters.count(F::COUNTED.dropped);
            }
            self.answers.clear();
            return;
        }
        let snapshot = shared.snapshot.load();
        let name_changes = std::mem::take(&mut self.name_changes);
        shared.updates.push(name_changes, snapshot.config.globals().updater.as_ref());
        let failed = &mut |exit: Exit<'_>, reason: &io::Error| shared.tell_unsent(exit, reason);
        self.answers.send(&self.sockets, shared.ports, failed);
    }
}
