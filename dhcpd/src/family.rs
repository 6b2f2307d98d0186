//! What the servers of the two protocols have apart.

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;

use ruru_commands::upkeep::Upkeep;
use ruru_config::Interfaces;
use ruru_engine::NameChanges;
use ruru_lease::Time;
use ruru_observe::Event;
use ruru_observe::counters::Statistics;
use ruru_process::Log;
use ruru_store::Batch;

use crate::sockets::{Exit, Interface, Origin, Packet, Place, Ports, Room, Sockets};
use crate::staged::Staged;
use crate::worker::{Shared, Snapshot};

/// A protocol that this program serves.
pub(crate) trait Served: Upkeep + Hash {
    /// The name of Kea's program.
    const KEA: &'static str;
    /// The name of our own.
    const RURU: &'static str;
    /// What it is, for `--help` and the log.
    const ABOUT: &'static str;
    /// The lease file if none is named.
    const LEASE_FILE: &'static str;
    /// The usual ports.
    const PORTS: Ports;
    /// What an interface lacks that cannot be served.
    const LACKS: &'static str;
    /// Where no packet has come from.
    const NOWHERE: Origin<Self>;
    /// Whether what the server of the other protocol passes are packets of clients.
    const TAKES_QUERIES: bool;
    /// The statistics that count packets here.
    const COUNTED: Counted<<Self::Statistics as Statistics>::Server>;

    /// An address with a port.
    type SocketAddress: Copy + Debug + Display + Send;
    /// A socket that receives.
    type Socket: Debug + Send + Sync;
    /// What the system fills beside the packets of a batch.
    type Headers: Debug;
    /// The way of an answer.
    type Way;
    /// Answers of a batch.
    type Answers: Answering<Self>;
    /// Who the server is.
    type Identity: Debug + Send + Sync;

    /// Finds out who the server is by its configuration, in a directory for its data; and the file that
    /// keeps it there, if that has to be another one.
    ///
    /// # Errors
    /// It cannot be told.
    fn identity(
        config: &ruru_config::Config<Self>,
        directories: &ruru_process::Directories,
    ) -> Result<(Self::Identity, Option<Staged>), ruru_config::Complaint>;

    /// The DUID of the server, where it has one.
    fn duid(identity: &Self::Identity) -> Option<String>;

    /// Room for what the system fills beside so many packets.
    fn headers(packets: usize) -> Self::Headers;

    /// Where sockets are to be on an interface, all of them or those of one address.
    fn places(
        interface: &Interface,
        only: Option<Self::Address>,
        wanted: &Interfaces<Self>,
    ) -> Vec<Place<Self>>;

    /// Opens a socket for each worker. Where the address `is_own`, the server has other sockets on
    /// it, which serve until these do.
    ///
    /// # Errors
    /// The system refuses.
    fn open_sockets(
        place: &Place<Self>,
        is_own: bool,
        ports: Ports,
        workers: usize,
    ) -> io::Result<Vec<Self::Socket>>;

    /// Where a socket is.
    fn place(socket: &Self::Socket) -> &Place<Self>;

    /// A socket as the system knows it.
    fn descriptor(socket: &Self::Socket) -> BorrowedFd<'_>;

    /// Takes what is there and has room; answers how many packets.
    ///
    /// # Errors
    /// The system refuses.
    fn receive(socket: &Self::Socket, room: Room<'_, Self>) -> io::Result<usize>;

    /// What becomes of one packet; the reply, if it gets one, is in `reply`.
    fn decide(
        work: &Work<'_, Self>,
        packet: Packet<'_, Self>,
        place: &Place<Self>,
        reply: &mut Vec<u8>,
    ) -> Decision<Self>;

    /// What becomes of a message that the server of the other protocol has passed; the reply, if
    /// there is one, is in `reply`.
    fn decide_passed(work: &Work<'_, Self>, message: &[u8], reply: &mut Vec<u8>) -> Decision<Self>;

    /// The engine, for what happens by the clock.
    fn engine<'a>(
        shared: &'a Shared<Self>,
        snapshot: &'a Snapshot<Self>,
        now: Time,
        name_changes: &'a NameChanges,
    ) -> Self::Engine<'a>;

    /// Writes an event under the id that it has in this protocol.
    fn emit(log: &Log, event: &dyn Event);
}

/// What packets are counted as before anybody looks into them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted<S> {
    pub(crate) received: S,
    pub(crate) dropped: S,
    pub(crate) disabled: S,
    pub(crate) failed: S,
    pub(crate) queue_full: S,
}

/// What a packet is decided on with.
pub(crate) struct Work<'a, F: Served> {
    pub(crate) shared: &'a Shared<F>,
    pub(crate) snapshot: &'a Arc<Snapshot<F>>,
    pub(crate) batch: &'a Batch<'a, F>,
    pub(crate) name_changes: &'a NameChanges,
    pub(crate) now: Time,
    pub(crate) random: u128,
    /// The number of the worker.
    pub(crate) worker: usize,
}

/// What becomes of a packet.
pub(crate) enum Decision<F: Served> {
    /// An answer leaves; one that promises something only once it is stored.
    Answer { way: F::Way, promises: bool },
    /// An answer would leave, and has no way.
    NoWay(io::Error),
    /// The store could not answer.
    Failed,
    /// There is no answer.
    Nothing,
}

/// Answers of a batch, in buffers that are used again.
pub(crate) trait Answering<F: Served>: Debug + Default + Send {
    /// How many there are.
    fn len(&self) -> usize;

    /// Forgets all.
    fn clear(&mut self);

    /// Adds an answer; `message` gets an old buffer in exchange.
    fn push(&mut self, way: F::Way, message: &mut Vec<u8>);

    /// Sends all, those that the kernel can take together at once, and forgets them. `failed` is
    /// told where and why something cannot be sent.
    fn send(
        &mut self,
        sockets: &Sockets<F>,
        ports: Ports,
        failed: &mut dyn FnMut(Exit<'_>, &io::Error),
    );
}
