//! The packet loop: receive a batch, decide, send what promises nothing; the rest waits for the
//! disk in the committer.

use std::io;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SendError, SyncSender, sync_channel};
use std::time::Duration;

use arc_swap::ArcSwap;
use ruru_commands::{Incidents, ServiceState};
use ruru_config::Config;
use ruru_engine::NameChanges;
use ruru_lease::Time;
use ruru_observe::Event;
use ruru_observe::counters::Registry;
use ruru_process::{Log, clock};
use ruru_store::Memfile;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::committer::{Pending, QUEUE};
use crate::events::WorkerEvent;
use crate::family::{Answering, Decision, Served, Work};
use crate::sockets::{BATCH, Exit, Inbox, Packet, Place, Ports, Sockets, Via};
use crate::updates::Updates;

/// How long the loop waits before it looks whether anything else has changed.
const PATIENCE: Duration = Duration::from_millis(100);

/// Where the channel to the server of the other protocol is.
const LOOPBACK: &str = "lo";

/// What the worker works with; swapped as a whole.
#[derive(Debug)]
pub(crate) struct Snapshot<F: Served> {
    pub(crate) config: Arc<Config<F>>,
    pub(crate) leases: Arc<Memfile<F>>,
    pub(crate) sockets: Arc<Sockets<F>>,
    pub(crate) identity: Arc<F::Identity>,
}

impl<F: Served> Clone for Snapshot<F> {
    fn clone(&self) -> Self {
        let Self { config, leases, sockets, identity } = self;
        let (config, leases) = (Arc::clone(config), Arc::clone(leases));
        Self { config, leases, sockets: Arc::clone(sockets), identity: Arc::clone(identity) }
    }
}

/// What the worker shares with the rest of the process.
#[derive(Debug)]
pub(crate) struct Shared<F: Served> {
    pub(crate) snapshot: ArcSwap<Snapshot<F>>,
    pub(crate) registry: Arc<Registry<F::Statistics>>,
    pub(crate) service: Arc<ServiceState>,
    pub(crate) incidents: Arc<Incidents>,
    pub(crate) log: Arc<Log>,
    pub(crate) ports: Ports,
    pub(crate) updates: Updates,
    pub(crate) answer_to_source: bool,
    /// Threads that serve packets.
    pub(crate) workers: usize,
    pub(crate) stop: AtomicBool,
}

/// A thread that serves packets.
pub(crate) struct Worker<'a, F: Served> {
    shared: &'a Shared<F>,
    number: usize,
    /// Where the sockets of what is in the inbox are.
    arrived: Arc<Sockets<F>>,
    /// Which of those are this worker's.
    own: Vec<Via>,
    reply: Vec<u8>,
    name_changes: NameChanges,
    /// Answers that promise nothing, and leave at once.
    answers: F::Answers,
    committer: SyncSender<Pending<F>>,
    /// Buffers for answers that wait.
    spare: Receiver<F::Answers>,
    /// Those that the last batch left here.
    unused: Option<F::Answers>,
    spare_back: SyncSender<F::Answers>,
}

impl<F: Served> Shared<F> {
    /// Tells the operator.
    pub(crate) fn emit(&self, event: &dyn Event) {
        F::emit(&self.log, event);
    }

    /// Tells the operator of an answer that could not leave.
    pub(crate) fn tell_unsent(&self, exit: Exit<'_>, reason: &io::Error) {
        match exit {
            Exit::Interface(interface) => {
                self.emit(&WorkerEvent::SendFailed { interface, reason });
            }
            Exit::Channel => self.emit(&WorkerEvent::PassFailed { reason, marker: PhantomData }),
        }
    }
}

impl<'a, F: Served> Worker<'a, F> {
    pub(crate) fn new(
        shared: &'a Shared<F>,
        number: usize,
        committer: SyncSender<Pending<F>>,
    ) -> Self {
        let (spare_back, spare) = sync_channel(QUEUE);
        Self {
            shared,
            number,
            arrived: Arc::default(),
            own: Vec::new(),
            reply: Vec::new(),
            name_changes: NameChanges::default(),
            answers: F::Answers::default(),
            committer,
            spare,
            unused: None,
            spare_back,
        }
    }

    /// Serves until it is told to stop.
    pub(crate) fn run(mut self) {
        let mut inbox = Inbox::new();
        while !self.shared.stop.load(Ordering::Relaxed) {
            self.receive(&mut inbox);
            let mut packets = inbox.packets().peekable();
            while packets.peek().is_some() {
                // A change that was made while they waited holds for what has come since.
                let snapshot = self.shared.snapshot.load_full();
                self.work(&snapshot, packets.by_ref().take(BATCH));
            }
        }
    }

    /// Waits for packets and takes as many as there is room for, in turn from each socket.
    fn receive(&mut self, inbox: &mut Inbox<F>) {
        inbox.clear();
        let sockets = Arc::clone(&self.shared.snapshot.load().sockets);
        if !Arc::ptr_eq(&sockets, &self.arrived) {
            self.own = sockets.of_worker(self.number);
            self.arrived = Arc::clone(&sockets);
        }
        // Another one is first each time: one that always has enough for a batch leaves room to all.
        let turn = usize::from(!self.own.is_empty());
        self.own.rotate_left(turn);
        let polled =
            |via: &Via| Some(PollFd::from_borrowed_fd(sockets.descriptor(*via)?, PollFlags::IN));
        let mut descriptors: Vec<PollFd<'_>> = self.own.iter().filter_map(polled).collect();
        let patience = Timespec::try_from(PATIENCE).ok();
        // An interrupted wait is a wait that ends early.
        let _ = poll(&mut descriptors, patience.as_ref());
        for (via, descriptor) in self.own.iter().zip(&descriptors) {
            if descriptor.revents().is_empty() || inbox.is_full() {
                continue;
            }
            if let Err(error) = sockets.receive(*via, inbox) {
                self.tell_unreceived(&sockets, *via, &error);
            }
        }
    }

    fn tell_unreceived(&self, sockets: &Sockets<F>, via: Via, reason: &io::Error) {
        match sockets.place(via) {
            Some(Place { interface, .. }) => {
                self.shared.emit(&WorkerEvent::ReceiveFailed { interface, reason });
            }
            // It is about what was passed last.
            None => self.shared.tell_unsent(Exit::Channel, reason),
        }
    }

    /// Decides on all packets of the batch, sends what promises nothing, and leaves the rest to
    /// the committer.
    fn work<'p>(
        &mut self,
        snapshot: &Arc<Snapshot<F>>,
        packets: impl Iterator<Item = Packet<'p, F>>,
    ) {
        let shared = self.shared;
        let now = clock::now();
        let batch = snapshot.leases.batch();
        let work = Work {
            shared,
            snapshot,
            batch: &batch,
            name_changes: &self.name_changes,
            now: Time(u32::try_from(now.as_secs()).unwrap_or(u32::MAX)),
            // Good enough to spread addresses; nothing secret hangs on it.
            random: u128::from(now.subsec_nanos())
                .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
            worker: self.number,
        };
        let counters = &shared.registry.server;
        let kept = self.unused.take().or_else(|| self.spare.try_recv().ok());
        let mut waiting = kept.unwrap_or_default();
        for packet in packets {
            let place = self.arrived.place(packet.via);
            let interface = place.map_or(LOOPBACK, |place| &place.interface);
            let is_query = place.is_some() || F::TAKES_QUERIES;
            counters.add(F::COUNTED.received, is_query.into());
            if !shared.service.is_enabled() {
                counters.add(F::COUNTED.disabled, is_query.into());
                counters.add(F::COUNTED.dropped, is_query.into());
                let source = &packet.origin.source.to_string();
                shared.emit(&WorkerEvent::Disabled { source, interface });
                continue;
            }
            let decision = match place {
                Some(place) => F::decide(&work, packet, place, &mut self.reply),
                None => F::decide_passed(&work, packet.message, &mut self.reply),
            };
            match decision {
                Decision::Answer { way, promises } => {
                    let answers = if promises { &mut waiting } else { &mut self.answers };
                    answers.push(way, &mut self.reply);
                }
                Decision::NoWay(reason) => {
                    shared.emit(&WorkerEvent::SendFailed { interface, reason: &reason });
                }
                Decision::Failed => {
                    counters.count(F::COUNTED.failed);
                    counters.count(F::COUNTED.dropped);
                }
                Decision::Nothing => {}
            }
        }
        let changed = batch.changes() > 0;
        let sealed = batch.seal();
        let failed = &mut |exit: Exit<'_>, reason: &io::Error| shared.tell_unsent(exit, reason);
        self.answers.send(&snapshot.sockets, shared.ports, failed);
        if changed || waiting.len() > 0 {
            self.hand_over(Pending {
                leases: Arc::clone(&snapshot.leases),
                sealed,
                sockets: Arc::clone(&snapshot.sockets),
                answers: waiting,
                name_changes: self.name_changes.take(),
                spare: self.spare_back.clone(),
            });
        } else {
            self.unused = Some(waiting);
        }
    }

    fn hand_over(&mut self, pending: Pending<F>) {
        let mut pending = match pending.leases.is_settled(&pending.sealed) {
            true => pending,
            false => match self.committer.send(pending) {
                Ok(()) => return,
                // The committer ends after the workers; without it they do its work.
                Err(SendError(pending)) => pending,
            },
        };
        pending.finish(self.shared);
        self.unused = Some(pending.answers);
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
