//! The DHCPv6 server: UDP sockets on the multicast groups of servers, on link-local addresses, and on
//! unicast addresses that are configured.

mod answers;
mod filter;
mod incidents;
mod server_id;
mod udp;

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddrV6};
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ruru_config::Complaint;
use ruru_config::v6::{Config, Interfaces};
use ruru_engine::NameChanges;
use ruru_engine::v6::{Arrival, Engine, Outcome};
use ruru_lease::{Time, V6};
use ruru_observe::counters::Server6;
use ruru_observe::{Event, Renamed, Sink};
use ruru_process::{Directories, Log};
use ruru_wire::v6::{Duid, MessageType};

use crate::family::{Counted, Decision, Served, Work};
use crate::sockets::{Exit, Interface, Joined, Kind, Origin, Packet, Ports, Room, Sockets};
use crate::staged::Staged;
use crate::worker::{Shared, Snapshot, chain};
use udp::{GROUP, SITE, UdpSocket, is_of_link};

pub(crate) use answers::Answers;

type Place = crate::sockets::Place<V6>;

/// The way of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// To the DHCPv4 server.
    Channel,
    /// By a socket of the server's.
    Socket {
        socket: usize,
        to: SocketAddrV6,
        /// An address of the interface, if it is not the socket's.
        from: Option<Ipv6Addr>,
    },
}

/// What the system fills beside packets.
#[derive(Debug)]
pub(crate) struct Headers {
    lengths: Vec<(Joined, SocketAddrV6)>,
}

impl Served for V6 {
    const KEA: &'static str = "kea-dhcp6";
    const RURU: &'static str = "ruru-dhcp6";
    const ABOUT: &'static str = "DHCPv6 server";
    const LEASE_FILE: &'static str = "kea-leases6.csv";
    const PORTS: Ports = Ports { server: 547, client: 546 };
    const LACKS: &'static str = "a link-local address";
    const NOWHERE: Origin<Self> = Origin {
        source: SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, 0, 0, 0),
        destination: Ipv6Addr::UNSPECIFIED,
    };
    const TAKES_QUERIES: bool = false;
    const COUNTED: Counted<Server6> = Counted {
        received: Server6::Received,
        dropped: Server6::ReceiveDrop,
        disabled: Server6::ServiceDisabled,
        failed: Server6::ProcessingFailed,
        queue_full: Server6::QueueFull,
    };

    type SocketAddress = SocketAddrV6;
    type Socket = UdpSocket;
    type Headers = Headers;
    type Way = Way;
    type Answers = Answers;
    type Identity = Duid;

    fn identity(
        config: &Config,
        directories: &Directories,
    ) -> Result<(Duid, Option<Staged>), Complaint> {
        server_id::of(&config.globals().own.server_id, &directories.data)
            .map_err(|error| Complaint::new(chain(&error)).under("server-id"))
    }

    fn duid(identity: &Duid) -> Option<String> {
        Some(identity.to_string())
    }

    fn headers(packets: usize) -> Headers {
        Headers { lengths: Vec::with_capacity(packets) }
    }

    /// On each interface the link-local address and the groups; a unicast address beside them.
    fn places(interface: &Interface, only: Option<Ipv6Addr>, _: &Interfaces) -> Vec<Place> {
        let Interface { link, vrf } = interface;
        let addresses = || {
            link.ips.iter().filter_map(|network| match network.ip() {
                IpAddr::V4(_) => None,
                IpAddr::V6(address) => Some(address),
            })
        };
        let place = |address| Place {
            interface: link.name.clone(),
            index: link.index,
            address,
            kind: Kind::Udp,
            is_bound: false,
            vrf: vrf.clone(),
        };
        let link_local = addresses().find(Ipv6Addr::is_unicast_link_local);
        let link = link_local.map(|address| [place(address), place(GROUP), place(SITE)]);
        let unicast = only.filter(|only| addresses().any(|address| address == *only));
        if only.is_some() && unicast.is_none() {
            return Vec::new();
        }
        link.into_iter().flatten().chain(unicast.map(place)).collect()
    }

    fn open_sockets(
        place: &Place,
        is_own: bool,
        ports: Ports,
        workers: usize,
    ) -> io::Result<Vec<UdpSocket>> {
        UdpSocket::open(place, is_own, ports, workers)
    }

    fn place(socket: &UdpSocket) -> &Place {
        &socket.place
    }

    fn descriptor(socket: &UdpSocket) -> BorrowedFd<'_> {
        socket.as_fd()
    }

    fn receive(socket: &UdpSocket, room: Room<'_, Self>) -> io::Result<usize> {
        socket.receive(room)
    }

    fn decide(
        work: &Work<'_, Self>,
        packet: Packet<'_, Self>,
        place: &Place,
        reply: &mut Vec<u8>,
    ) -> Decision<Self> {
        let Work { snapshot, batch, .. } = work;
        let engine = Engine {
            random: work.random,
            ..Self::engine(work.shared, snapshot, work.now, work.name_changes)
        };
        let Origin { source, destination } = packet.origin;
        let (message, interface) = (packet.message, place.interface.as_str());
        let arrival = Arrival { message, source, destination, interface };
        let changes = batch.changes();
        let outcome = {
            let future = pin!(engine.receive(&arrival, *batch, reply));
            match future.poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Ok(outcome)) => outcome,
                // The memfile is always ready; a store that waits has a worker of its own kind.
                Poll::Ready(Err(_)) | Poll::Pending => return Decision::Failed,
            }
        };
        if work.shared.incidents.are_wanted(work.now) {
            let told = incidents::of(message, &outcome, reply);
            told.into_iter().for_each(|incident| work.shared.incidents.add(incident));
        }
        let (kind, mut to, beyond_link) = match outcome {
            Outcome::Answer { kind, to, beyond_link } => (kind, to, beyond_link),
            // There is no lease in it.
            Outcome::PassOn => return Decision::Answer { way: Way::Channel, promises: false },
            Outcome::Silence | Outcome::Drop(_) => return Decision::Nothing,
        };
        to.set_port(client_port(work, to));
        let Some(way) = route(&snapshot.sockets, work.worker, place, to, beyond_link) else {
            let message = format!("no socket on {interface} for answers to {to}");
            return Decision::NoWay(io::Error::other(message));
        };
        let promises = kind != MessageType::ADVERTISE || batch.changes() != changes;
        Decision::Answer { way, promises }
    }

    fn decide_passed(work: &Work<'_, Self>, message: &[u8], reply: &mut Vec<u8>) -> Decision<Self> {
        let Work { shared, snapshot, .. } = work;
        let engine = Self::engine(shared, snapshot, work.now, work.name_changes);
        let Some(response) = engine.respond(message, reply) else { return Decision::Nothing };
        let (interface, mut to) = (response.interface, response.to);
        to.set_port(client_port(work, to));
        // By which of the sockets there the query came is not known any more.
        let is_far = !is_of_link(*to.ip());
        let places = || {
            let all = snapshot.sockets.open.iter().map(|open| &open.socket.place);
            all.filter(|place| *place.interface == *interface)
        };
        let global = places().find(|place| is_far && !is_of_link(place.address));
        let way = global.or_else(|| places().next()).and_then(|via| {
            to.set_scope_id(if is_far { 0 } else { via.index });
            route(&snapshot.sockets, work.worker, via, to, response.beyond_link)
        });
        let Some(way) = way else {
            let reason = io::Error::other(format!("no socket there for responses to {to}"));
            shared.tell_unsent(Exit::Interface(interface), &reason);
            return Decision::Nothing;
        };
        Decision::Answer { way, promises: false }
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
            server_id: &snapshot.identity,
            name_changes,
        }
    }

    fn emit(log: &Log, event: &dyn Event) {
        log.emit(&Renamed { event, names: NAMES });
    }
}

/// The port of an answer: clients have another one in tests.
fn client_port(work: &Work<'_, V6>, to: SocketAddrV6) -> u16 {
    if to.port() == V6::PORTS.client { work.shared.ports.client } else { to.port() }
}

/// By which socket a worker sends an answer to a query that came by `via`: by that one, or if it is
/// the group's by the one of the link-local address.
fn route(
    sockets: &Sockets<V6>,
    worker: usize,
    via: &Place,
    to: SocketAddrV6,
    beyond_link: bool,
) -> Option<Way> {
    let is_way = |place: &Place| match via.address.is_multicast() {
        true => place.interface == via.interface && place.address.is_unicast_link_local(),
        false => place == via,
    };
    let mut open = sockets.open.iter();
    let socket = open.position(|open| open.worker == worker && is_way(&open.socket.place))?;
    let is_far = beyond_link && is_of_link(sockets.open[socket].socket.place.address);
    let from = is_far.then(|| sockets.global_address(&via.interface)).flatten();
    Some(Way::Socket { socket, to, from })
}

/// Names of events of both servers, in DHCPv4 and in DHCPv6.
const NAMES: &[(&str, &str)] = &[
    ("dhcp4", "dhcp6"),
    ("DHCP4_STARTING", "DHCP6_STARTING"),
    ("DHCP4_STARTED", "DHCP6_STARTED"),
    ("DHCP4_CONFIG_COMPLETE", "DHCP6_CONFIG_COMPLETE"),
    ("DHCP4_DYNAMIC_RECONFIGURATION", "DHCP6_DYNAMIC_RECONFIGURATION"),
    ("DHCP4_DYNAMIC_RECONFIGURATION_SUCCESS", "DHCP6_DYNAMIC_RECONFIGURATION_SUCCESS"),
    ("DHCP4_DYNAMIC_RECONFIGURATION_FAIL", "DHCP6_DYNAMIC_RECONFIGURATION_FAIL"),
    ("DHCP4_CONFIG_LOAD_FAIL", "DHCP6_CONFIG_LOAD_FAIL"),
    ("DHCP4_CONFIG_SYNTAX_WARNING", "DHCP6_CONFIG_SYNTAX_WARNING"),
    ("DHCP4_PACKET_QUEUE_FULL", "DHCP6_PACKET_QUEUE_FULL"),
    ("DHCP4_SOCKETS_REOPENED", "DHCP6_SOCKETS_REOPENED"),
    ("DHCP4_IDENTITY_NOT_KEPT", "DHCP6_IDENTITY_NOT_KEPT"),
    ("DHCP4_OPEN_SOCKETS_FAILED", "DHCP6_OPEN_SOCKETS_FAILED"),
    ("DHCP4_MULTI_THREADING_INFO", "DHCP6_MULTI_THREADING_INFO"),
    ("DHCP4_MULTI_THREADING_LATER", "DHCP6_MULTI_THREADING_LATER"),
    ("DHCP4_SHUTDOWN", "DHCP6_SHUTDOWN"),
    ("DHCP4_SECURITY_WARNING", "DHCP6_SECURITY_WARNING"),
    ("DHCP4_PACKET_DROP_0008", "DHCP6_PACKET_DROP_DHCP_DISABLED"),
    ("DHCP4_PACKET_SEND_FAIL", "DHCP6_PACKET_SEND_FAIL"),
    ("DHCP4_DHCP4O6_PACKET_SEND_FAIL", "DHCP6_DHCP4O6_SEND_FAIL"),
    ("DHCP4_BUFFER_RECEIVE_FAIL", "DHCP6_PACKET_RECEIVE_FAIL"),
    ("DHCP4_DDNS_REQUEST_SEND_FAILED", "DHCP6_DDNS_REQUEST_SEND_FAILED"),
    ("ALLOC_ENGINE_V4_LEASES_RECLAMATION_COMPLETE", "ALLOC_ENGINE_V6_LEASES_RECLAMATION_COMPLETE"),
    ("ALLOC_ENGINE_V4_LEASES_RECLAMATION_SLOW", "ALLOC_ENGINE_V6_LEASES_RECLAMATION_SLOW"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_of_both_servers_has_an_id_of_its_own_here() {
        let words = include_str!("../events.rs").split_ascii_whitespace();
        for id in words.filter(|word| word.starts_with("DHCP4_") || word.contains("_V4_")) {
            assert!(NAMES.iter().any(|(own, _)| *own == id), "{id}");
        }
    }
}
