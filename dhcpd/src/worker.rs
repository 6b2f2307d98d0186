//! The packet loop: receive a batch, decide, send what promises nothing; the rest waits for the
//! disk in the committer.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SendError, SyncSender, sync_channel};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use arc_swap::ArcSwap;
use ruru_commands::ServiceState;
use ruru_config::v4::Config;
use ruru_engine::v4::{Arrival, Engine, NameChanges, Outcome};
use ruru_lease::{Time, V4};
use ruru_observe::Sink;
use ruru_observe::counters::{Dhcp4, Registry, Server4};
use ruru_process::{Log, clock};
use ruru_store::{Batch, Memfile};
use ruru_wire::v4::MessageType;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::answers::Answers;
use crate::committer::{Pending, QUEUE};
use crate::events::WorkerEvent;
use crate::sockets::{Inbox, Origin, Packet, Place, Ports, Sockets};
use crate::updates::Updates;

/// How long the loop waits before it looks whether anything else has changed.
const PATIENCE: Duration = Duration::from_millis(100);

/// What the worker works with; swapped as a whole.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) config: Arc<Config>,
    pub(crate) leases: Arc<Memfile<V4>>,
    pub(crate) sockets: Arc<Sockets>,
}

/// What the worker shares with the rest of the process.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) snapshot: ArcSwap<Snapshot>,
    pub(crate) registry: Arc<Registry<Dhcp4>>,
    pub(crate) service: Arc<ServiceState>,
    pub(crate) log: Arc<Log>,
    pub(crate) ports: Ports,
    pub(crate) updates: Updates,
    pub(crate) answer_to_source: bool,
    /// Threads that serve packets.
    pub(crate) workers: usize,
    pub(crate) stop: AtomicBool,
}

/// A thread that serves packets.
pub(crate) struct Worker<'a> {
    shared: &'a Shared,
    number: usize,
    inbox: Inbox,
    /// Where the sockets of what is in the inbox are.
    arrived: Arc<Sockets>,
    /// Which of those are this worker's.
    own: Vec<usize>,
    reply: Vec<u8>,
    name_changes: NameChanges,
    /// Answers that promise nothing, and leave at once.
    answers: Answers,
    committer: SyncSender<Pending>,
    /// Buffers for answers that wait.
    spare: Receiver<Answers>,
    spare_back: SyncSender<Answers>,
}

impl<'a> Worker<'a> {
    pub(crate) fn new(shared: &'a Shared, number: usize, committer: SyncSender<Pending>) -> Self {
        let (spare_back, spare) = sync_channel(QUEUE);
        Self {
            shared,
            number,
            inbox: Inbox::new(),
            arrived: Arc::default(),
            own: Vec::new(),
            reply: Vec::new(),
            name_changes: NameChanges::default(),
            answers: Answers::default(),
            committer,
            spare,
            spare_back,
        }
    }

    /// Serves until it is told to stop.
    pub(crate) fn run(mut self) {
        while !self.shared.stop.load(Ordering::Relaxed) {
            self.receive();
            if !self.inbox.packets().is_empty() {
                // A change that was made while it waited holds for what has come since.
                self.work(&self.shared.snapshot.load_full());
            }
        }
    }

    /// Waits for packets and takes up to a batch of them, in turn from each socket.
    fn receive(&mut self) {
        self.inbox.clear();
        let sockets = Arc::clone(&self.shared.snapshot.load().sockets);
        if !Arc::ptr_eq(&sockets, &self.arrived) {
            let is_own = |at: &usize| sockets.open[*at].worker == self.number;
            self.own = (0..sockets.open.len()).filter(is_own).collect();
            self.arrived = Arc::clone(&sockets);
        }
        // Another one is first each time: one that always has enough for a batch leaves room to all.
        let turn = usize::from(!self.own.is_empty());
        self.own.rotate_left(turn);
        let socket = |at: &usize| &*sockets.open[*at].socket;
        let mut descriptors: Vec<PollFd<'_>> =
            self.own.iter().map(|at| PollFd::new(socket(at), PollFlags::IN)).collect();
        let patience = Timespec::try_from(PATIENCE).ok();
        // An interrupted wait is a wait that ends early.
        let _ = poll(&mut descriptors, patience.as_ref());
        for (at, descriptor) in self.own.iter().zip(&descriptors) {
            if descriptor.revents().is_empty() || self.inbox.is_full() {
                continue;
            }
            if let Err(error) = sockets.receive(*at, &mut self.inbox) {
                let interface = &socket(at).place().interface;
                self.shared.log.emit(&WorkerEvent::ReceiveFailed { interface, reason: &error });
            }
        }
    }

    /// Decides on all packets of the batch, sends what promises nothing, and leaves the rest to
    /// the committer.
    fn work(&mut self, snapshot: &Arc<Snapshot>) {
        let shared = self.shared;
        let now = clock::now();
        let engine = Engine {
            config: &snapshot.config,
            registry: &shared.registry,
            log: &*shared.log,
            now: Time(u32::try_from(now.as_secs()).unwrap_or(u32::MAX)),
            // Good enough to spread addresses; nothing secret hangs on it.
            random: u64::from(now.subsec_nanos()).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            own_addresses: &snapshot.sockets.addresses,
            name_changes: &self.name_changes,
            answer_to_source: shared.answer_to_source,
        };
        let mut waiting = self.spare.try_recv().unwrap_or_default();
        let batch = snapshot.leases.batch();
        for packet in self.inbox.packets() {
            shared.registry.server.count(Server4::Received);
            let Some(open) = self.arrived.open.get(packet.socket) else { continue };
            let place = open.socket.place();
            let changes = batch.changes();
            let Some(outcome) = decide(shared, &engine, &batch, packet, place, &mut self.reply)
            else {
                continue;
            };
            let Outcome::Answer { kind, to, from } = outcome else { continue };
            let Some(socket) = snapshot.sockets.route(self.number, place, &to, from) else {
                let reason = io::Error::other(format!("no socket for answers from {from}"));
                let interface = place.interface.as_str();
                shared.log.emit(&WorkerEvent::SendFailed { interface, reason: &reason });
                continue;
            };
            let promises = kind == MessageType::ACK || batch.changes() != changes;
            let answers = if promises { &mut waiting } else { &mut self.answers };
            answers.push(socket, to, from, &mut self.reply);
        }
        let changed = batch.changes() > 0;
        let sealed = batch.seal();
        self.answers.send(&snapshot.sockets, shared.ports, |interface, reason| {
            shared.log.emit(&WorkerEvent::SendFailed { interface, reason });
        });
        if changed || !waiting.is_empty() {
            self.hand_over(Pending {
                leases: Arc::clone(&snapshot.leases),
                sealed,
                sockets: Arc::clone(&snapshot.sockets),
                answers: waiting,
                name_changes: self.name_changes.take(),
                spare: self.spare_back.clone(),
            });
        }
    }

    fn hand_over(&self, mut pending: Pending) {
        if pending.leases.is_settled(&pending.sealed) {
            pending.finish(self.shared);
        } else if let Err(SendError(mut pending)) = self.committer.send(pending) {
            // The committer ends after the workers; without it they do its work.
            pending.finish(self.shared);
        }
    }
}

/// What becomes of one packet; the reply, if it gets one, is in `reply`.
fn decide(
    shared: &Shared,
    engine: &Engine<'_>,
    batch: &Batch<'_, V4>,
    packet: &Packet,
    place: &Place,
    reply: &mut Vec<u8>,
) -> Option<Outcome> {
    let counters = &shared.registry.server;
    let Origin { source, destination } = packet.origin;
    let interface = place.interface.as_str();
    if !shared.service.is_enabled() {
        counters.count(Server4::ServiceDisabled);
        counters.count(Server4::ReceiveDrop);
        shared.log.emit(&WorkerEvent::Disabled { source, interface });
        return None;
    }
    let message = packet.message();
    let arrival = Arrival { message, source, destination, local: place.address, interface };
    let future = pin!(engine.receive(&arrival, batch, reply));
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(outcome)) => Some(outcome),
        // The memfile is always ready; a store that waits has a worker of its own kind.
        Poll::Ready(Err(_)) | Poll::Pending => {
            counters.count(Server4::ProcessingFailed);
            counters.count(Server4::ReceiveDrop);
            None
        }
    }
}

/// An error and its causes on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
