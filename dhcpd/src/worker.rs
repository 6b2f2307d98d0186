//! The packet loop: receive a batch, decide, commit, send.

use std::net::Ipv4Addr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use arc_swap::ArcSwap;
use ruru_commands::ServiceState;
use ruru_config::v4::Config;
use ruru_engine::v4::{Arrival, Destination, Engine, Outcome};
use ruru_lease::Time;
use ruru_observe::counters::{Registry, Server4};
use ruru_observe::{Event, Sink};
use ruru_process::{Log, clock};
use ruru_store::{Batch, Memfile};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::events::{StoreEvent, WorkerEvent};
use crate::sockets::{Origin, Ports, Socket, Sockets};

/// Packets of one batch; under load batches grow up to this.
const BATCH: usize = 64;
/// The longest message: what fits into a UDP datagram.
const MESSAGE: usize = 65_535;
/// How long the loop waits before it looks whether anything else has changed.
const PATIENCE: Duration = Duration::from_millis(100);

/// What the worker works with; swapped as a whole.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) config: Arc<Config>,
    pub(crate) leases: Arc<Memfile>,
    pub(crate) sockets: Arc<Sockets>,
}

/// What the worker shares with the rest of the process.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) snapshot: ArcSwap<Snapshot>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) service: Arc<ServiceState>,
    pub(crate) log: Arc<Log>,
    pub(crate) ports: Ports,
    pub(crate) answer_to_source: bool,
    pub(crate) stop: AtomicBool,
}

/// A packet of the batch.
struct Packet {
    socket: Arc<Socket>,
    origin: Origin,
    len: usize,
    message: Box<[u8]>,
}

/// An answer that waits for the commit.
struct Answer {
    packet: usize,
    to: Destination,
    from: Ipv4Addr,
    message: Vec<u8>,
}

/// Serves until it is told to stop.
pub(crate) fn run(shared: &Shared) {
    let mut worker = Worker { shared, packets: Vec::new(), len: 0, answers: Vec::new() };
    while !shared.stop.load(Ordering::Relaxed) {
        worker.receive(&shared.snapshot.load_full());
        if worker.len > 0 {
            // A change that was made while it waited holds for what has come since.
            worker.work(&shared.snapshot.load_full());
        }
    }
}

struct Worker<'a> {
    shared: &'a Shared,
    /// Buffers that are used again; the first `len` hold packets.
    packets: Vec<Packet>,
    len: usize,
    /// Buffers that are used again.
    answers: Vec<Answer>,
}

impl Worker<'_> {
    /// Waits for packets and takes up to a batch of them, in turn from each socket.
    fn receive(&mut self, snapshot: &Snapshot) {
        self.len = 0;
        let sockets = &snapshot.sockets.open;
        let mut descriptors: Vec<PollFd<'_>> =
            sockets.iter().map(|socket| PollFd::new(&**socket, PollFlags::IN)).collect();
        let patience = Timespec::try_from(PATIENCE).ok();
        // An interrupted wait is a wait that ends early.
        let _ = poll(&mut descriptors, patience.as_ref());
        for (socket, descriptor) in sockets.iter().zip(&descriptors) {
            if !descriptor.revents().is_empty() {
                self.drain(socket);
            }
        }
    }

    fn drain(&mut self, socket: &Arc<Socket>) {
        while self.len < BATCH {
            if self.len == self.packets.len() {
                let origin = Origin {
                    source: std::net::SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0),
                    destination: Ipv4Addr::UNSPECIFIED,
                };
                let message = vec![0; MESSAGE].into();
                self.packets.push(Packet { socket: Arc::clone(socket), origin, len: 0, message });
            }
            let packet = &mut self.packets[self.len];
            match socket.receive(&mut packet.message) {
                Ok(Some((len, origin))) => {
                    packet.socket = Arc::clone(socket);
                    (packet.len, packet.origin) = (len, origin);
                    self.len += 1;
                }
                Ok(None) => return,
                Err(error) => {
                    let interface = &socket.place().interface;
                    self.emit(&WorkerEvent::ReceiveFailed { interface, reason: &error });
                    return;
                }
            }
        }
    }

    /// Decides on all packets of the batch, commits, and sends.
    fn work(&mut self, snapshot: &Snapshot) {
        let Self { shared, packets, len, answers } = self;
        let counters = &shared.registry.server;
        let now = clock::now();
        let engine = Engine {
            config: &snapshot.config,
            registry: &shared.registry,
            log: &*shared.log,
            now: Time(u32::try_from(now.as_secs()).unwrap_or(u32::MAX)),
            // Good enough to spread addresses; nothing secret hangs on it.
            random: u64::from(now.subsec_nanos()).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            own_addresses: &snapshot.sockets.addresses,
            answer_to_source: shared.answer_to_source,
        };
        let batch = snapshot.leases.batch();
        let mut used = 0;
        for (index, packet) in packets.iter().take(*len).enumerate() {
            counters.count(Server4::Received);
            if used == answers.len() {
                let to = Destination::Broadcast;
                answers.push(Answer {
                    packet: 0,
                    to,
                    from: Ipv4Addr::UNSPECIFIED,
                    message: Vec::new(),
                });
            }
            let answer = &mut answers[used];
            if let Some((to, from)) = decide(shared, &engine, &batch, packet, &mut answer.message) {
                (answer.packet, answer.to, answer.from) = (index, to, from);
                used += 1;
            }
        }
        if let Err(error) = batch.commit() {
            let reason = chain(&error);
            emit(shared, &StoreEvent::WriteFailed { reason: &reason });
            for _ in 0..*len {
                counters.count(Server4::ProcessingFailed);
                counters.count(Server4::ReceiveDrop);
            }
            return;
        }
        for answer in answers.iter().take(used) {
            let socket = &packets[answer.packet].socket;
            let sent = snapshot.sockets.send(
                socket,
                &answer.to,
                answer.from,
                &answer.message,
                shared.ports,
            );
            if let Err(error) = sent {
                let interface = &socket.place().interface;
                emit(shared, &WorkerEvent::SendFailed { interface, reason: &error });
            }
        }
    }

    fn emit<E: Event>(&self, event: &E) {
        emit(self.shared, event);
    }
}

/// What becomes of one packet: where its answer goes, if it gets one.
fn decide(
    shared: &Shared,
    engine: &Engine<'_>,
    batch: &Batch<'_>,
    packet: &Packet,
    reply: &mut Vec<u8>,
) -> Option<(Destination, Ipv4Addr)> {
    let counters = &shared.registry.server;
    let Origin { source, destination } = packet.origin;
    let place = packet.socket.place();
    let interface = place.interface.as_str();
    if !shared.service.is_enabled() {
        counters.count(Server4::ServiceDisabled);
        counters.count(Server4::ReceiveDrop);
        emit(shared, &WorkerEvent::Disabled { source, interface });
        return None;
    }
    let message = packet.message.get(..packet.len).unwrap_or_default();
    let arrival = Arrival { message, source, destination, local: place.address, interface };
    let outcome = {
        let future = pin!(engine.receive(&arrival, batch, reply));
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(outcome)) => Some(outcome),
            // The memfile is always ready; a store that waits has a worker of its own kind.
            Poll::Ready(Err(_)) | Poll::Pending => None,
        }
    };
    match outcome {
        Some(Outcome::Answer { to, from, .. }) => Some((to, from)),
        Some(Outcome::Silence | Outcome::Drop(_)) => None,
        None => {
            counters.count(Server4::ProcessingFailed);
            counters.count(Server4::ReceiveDrop);
            None
        }
    }
}

fn emit<E: Event>(shared: &Shared, event: &E) {
    shared.log.emit(event);
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
