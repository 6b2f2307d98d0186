//! The DHCPv4 server: raw sockets on each interface, for clients on the link, and UDP ones on each
//! address, for relays and for answers that the kernel can route.

mod answers;
mod filter;
mod frame;
mod raw;
mod udp;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use nix::sys::socket::MultiHeaders;
use pnet_datalink::NetworkInterface;
use ruru_config::Complaint;
use ruru_config::v4::{Config, Interfaces, Outbound, SocketType};
use ruru_engine::NameChanges;
use ruru_engine::v4::{Arrival, Destination, Engine, Outcome};
use ruru_lease::{StoreError, Time, V4};
use ruru_observe::counters::Server4;
use ruru_observe::{Event, Sink};
use ruru_process::{Directories, Log};
use ruru_wire::v4::MessageType;

use crate::family::{Counted, Decision, Served, Work};
use crate::sockets::{Interface, Joined, Kind, Origin, Packet, Ports, Room, Sockets};
use crate::staged::Staged;
use crate::worker::{Shared, Snapshot};
use raw::RawSocket;
use udp::UdpSocket;

pub(crate) use answers::Answers;
pub(crate) use filter::program;

type Place = crate::sockets::Place<V4>;

/// A socket of either kind.
#[derive(Debug)]
pub(crate) enum Socket {
    Raw(RawSocket),
    Udp(UdpSocket),
}

/// The way of an answer.
pub(crate) struct Way {
    socket: usize,
    to: Destination,
    from: Ipv4Addr,
}

/// What the system fills beside packets.
#[derive(Debug)]
pub(crate) struct Headers {
    lengths: Vec<(Joined, SocketAddrV4)>,
    /// For frames, whose senders are in them.
    frame_headers: MultiHeaders<()>,
    frame_lengths: Vec<usize>,
}

impl Socket {
    fn place(&self) -> &Place {
        match self {
            Self::Raw(socket) => &socket.place,
            Self::Udp(socket) => &socket.place,
        }
    }
}

impl Served for V4 {
    const KEA: &'static str = "kea-dhcp4";
    const RURU: &'static str = "ruru-dhcp4";
    const ABOUT: &'static str = "DHCPv4 server";
    const LEASE_FILE: &'static str = "kea-leases4.csv";
    const PORTS: Ports = Ports { server: 67, client: 68 };
    const LACKS: &'static str = "an IPv4 address";
    const NOWHERE: Origin<Self> = Origin {
        source: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0),
        destination: Ipv4Addr::UNSPECIFIED,
    };
    const TAKES_QUERIES: bool = true;
    const COUNTED: Counted<Server4> = Counted {
        received: Server4::Received,
        dropped: Server4::ReceiveDrop,
        disabled: Server4::ServiceDisabled,
        failed: Server4::ProcessingFailed,
        queue_full: Server4::QueueFull,
    };

    type SocketAddress = SocketAddrV4;
    type Socket = Socket;
    type Headers = Headers;
    type Way = Way;
    type Answers = Answers;
    type Identity = ();

    fn identity(_: &Config, _: &Directories) -> Result<((), Option<Staged>), Complaint> {
        Ok(((), None))
    }

    fn duid((): &()) -> Option<String> {
        None
    }

    fn headers(packets: usize) -> Headers {
        Headers {
            lengths: Vec::with_capacity(packets),
            frame_headers: MultiHeaders::preallocate(packets, None),
            frame_lengths: Vec::with_capacity(packets),
        }
    }

    fn places(interface: &Interface, only: Option<Ipv4Addr>, wanted: &Interfaces) -> Vec<Place> {
        let Interface { link, vrf } = interface;
        let addresses = link.ips.iter().filter_map(|network| match network.ip() {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        });
        let addresses: Vec<Ipv4Addr> =
            addresses.filter(|address| only.is_none_or(|only| only == *address)).collect();
        let place = |address, kind| Place {
            interface: link.name.clone(),
            index: link.index,
            address,
            kind,
            // Beside raw sockets the system's routes are the better way: Kea would answer to whoever
            // sent the frame.
            is_bound: wanted.socket_type == SocketType::Udp
                && wanted.outbound == Outbound::AsInbound
                && !link.is_loopback(),
            vrf: vrf.clone(),
        };
        // No client is on the link of a VRF, which has none.
        let has_raw = wanted.socket_type == SocketType::Raw && !interface.is_vrf();
        let raw = addresses.first().filter(|_| has_raw);
        let raw = raw.map(|first| place(*first, raw_kind(link)));
        let udp = match wanted.socket_type {
            SocketType::Raw => Kind::BesideRaw,
            SocketType::Udp => Kind::Udp,
        };
        let udp = addresses.iter().map(|address| place(*address, udp.clone()));
        raw.into_iter().chain(udp).collect()
    }

    fn open_sockets(
        place: &Place,
        is_own: bool,
        ports: Ports,
        workers: usize,
    ) -> io::Result<Vec<Socket>> {
        if let Kind::Raw { mac, broadcast } = &place.kind {
            let raw = RawSocket::open(place, (*mac, broadcast), ports, workers)?;
            return Ok(raw.into_iter().map(Socket::Raw).collect());
        }
        let udp = UdpSocket::open(place, is_own, ports, workers)?;
        Ok(udp.into_iter().map(Socket::Udp).collect())
    }

    fn place(socket: &Socket) -> &Place {
        socket.place()
    }

    fn descriptor(socket: &Socket) -> BorrowedFd<'_> {
        match socket {
            Socket::Raw(socket) => socket.as_fd(),
            Socket::Udp(socket) => socket.as_fd(),
        }
    }

    fn receive(socket: &Socket, room: Room<'_, Self>) -> io::Result<usize> {
        match socket {
            Socket::Raw(raw) => raw.receive(room),
            Socket::Udp(udp) => udp.receive(room),
        }
    }

    fn decide(
        work: &Work<'_, Self>,
        packet: Packet<'_, Self>,
        place: &Place,
        reply: &mut Vec<u8>,
    ) -> Decision<Self> {
        let Work { snapshot, batch, .. } = work;
        let engine = engine(work);
        let Origin { source, destination } = packet.origin;
        let arrival = Arrival {
            message: packet.message,
            source,
            destination,
            local: place.address,
            interface: &place.interface,
            over6: None,
        };
        let changes = batch.changes();
        let Some(outcome) = outcome(pin!(engine.receive(&arrival, *batch, reply))) else {
            return Decision::Failed;
        };
        let Outcome::Answer { kind, to, from } = outcome else { return Decision::Nothing };
        let Some(socket) = route(&snapshot.sockets, work.worker, place, &to, from) else {
            return Decision::NoWay(io::Error::other(format!("no socket for answers from {from}")));
        };
        let promises = kind == MessageType::ACK || batch.changes() != changes;
        Decision::Answer { way: Way { socket, to, from }, promises }
    }

    fn decide_passed(work: &Work<'_, Self>, message: &[u8], reply: &mut Vec<u8>) -> Decision<Self> {
        let Work { snapshot, batch, .. } = work;
        let engine = engine(work);
        let Some(passed) = engine.passed(message) else { return Decision::Nothing };
        let local = local_address(&snapshot.sockets, passed.peer.interface);
        let changes = batch.changes();
        let Some(outcome) = outcome(pin!(engine.receive_passed(&passed, local, *batch, reply)))
        else {
            return Decision::Failed;
        };
        let Outcome::Answer { kind, to, from } = outcome else { return Decision::Nothing };
        let promises = kind == MessageType::ACK || batch.changes() != changes;
        Decision::Answer { way: Way { socket: 0, to, from }, promises }
    }

    fn engine<'a>(
        shared: &'a Shared<Self>,
        snapshot: &'a Snapshot<Self>,
        now: Time,
        name_changes: &'a NameChanges,
    ) -> Engine<'a> {
        Engine {
            config: &snapshot.config,
            registry: &shared.registry,
            log: &*shared.log,
            now,
            random: 0,
            own_addresses: &[],
            name_changes,
            answer_to_source: shared.answer_to_source,
        }
    }

    fn emit(log: &Log, event: &dyn Event) {
        log.emit(event);
    }
}

/// How frames are on an interface.
fn raw_kind(link: &NetworkInterface) -> Kind {
    let broadcast = link.ips.iter().filter_map(|network| match network.broadcast() {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    });
    let broadcast = broadcast.chain([Ipv4Addr::BROADCAST]).collect();
    Kind::Raw { mac: link.mac.unwrap_or_default(), broadcast }
}

/// The engine, for packets.
fn engine<'a>(work: &'a Work<'_, V4>) -> Engine<'a> {
    Engine {
        // The lower half is as random as the upper one.
        random: work.random as u64,
        own_addresses: &work.snapshot.sockets.addresses,
        ..V4::engine(work.shared, work.snapshot, work.now, work.name_changes)
    }
}

/// What became of a query; `None` if the store could not answer.
fn outcome(future: Pin<&mut impl Future<Output = Result<Outcome, StoreError>>>) -> Option<Outcome> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome.ok(),
        // The memfile is always ready; a store that waits has a worker of its own kind.
        Poll::Pending => None,
    }
}

/// The address by which clients know the server, if a DHCPv6 server has their messages by an
/// interface: the one there if there is one, for links without IPv4 another one.
fn local_address(sockets: &Sockets<V4>, interface: &str) -> Ipv4Addr {
    let places = || sockets.open.iter().map(|open| open.socket.place());
    let there = places().find(|place| place.interface == interface).or_else(|| places().next());
    there.map_or(Ipv4Addr::UNSPECIFIED, |place| place.address)
}

/// By which socket a worker sends an answer to a query that came by `via`: by UDP if the
/// kernel can route it, else by the raw socket of the interface.
fn route(
    sockets: &Sockets<V4>,
    worker: usize,
    via: &Place,
    to: &Destination,
    from: Ipv4Addr,
) -> Option<usize> {
    let is_way = |socket: &Socket| match (socket, to) {
        (Socket::Udp(udp), Destination::Address(_)) => {
            // Each VRF may have the same addresses.
            udp.place.address == from && udp.place.vrf == via.vrf
        }
        (Socket::Raw(raw), Destination::Link { .. } | Destination::Broadcast) => {
            raw.place.interface == via.interface
        }
        (Socket::Udp(_), Destination::Link { .. } | Destination::Broadcast)
        | (Socket::Raw(_), Destination::Address(_))
        | (_, Destination::Passed) => false,
    };
    sockets.open.iter().position(|open| open.worker == worker && is_way(&open.socket))
}
