//! The sockets of the server: raw ones on each interface, for clients on the link, and UDP ones on
//! each address, for relays and for answers that the kernel can route. Every worker has its own of
//! each, and all that a client sends arrives at one worker's.

mod filter;
mod frame;
mod inbox;
mod raw;
mod udp;

use std::collections::HashMap;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use pnet_datalink::NetworkInterface;
use ruru_commands::InterfaceStatus;
use ruru_config::v4::{InterfaceChoice, Interfaces, Outbound, SocketType};
use ruru_engine::v4::Destination;
use rustix::fd::{AsFd, BorrowedFd};
use socket2::SockRef;

pub(crate) use inbox::{Inbox, Origin, Packet};
pub(crate) use raw::{Frame, Frames, RawSocket};
pub(crate) use udp::UdpSocket;

/// Bytes of a socket's queue, if nothing is said; the system may grant less.
const BUFFER: usize = 4 << 20;

/// Bytes that a waiting packet counts for.
const PACKET_SIZE: usize = 1280;

/// Ports; other than the usual ones only for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) server: u16,
    pub(crate) client: u16,
}

/// An open socket.
#[derive(Debug)]
pub(crate) enum Socket {
    Raw(RawSocket),
    Udp(UdpSocket),
}

/// What a socket is on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) interface: String,
    pub(crate) index: u32,
    pub(crate) address: Ipv4Addr,
    pub(crate) is_raw: bool,
    /// Whether answers leave by the interface, whatever the system's routes are.
    pub(crate) is_bound: bool,
}

impl Place {
    fn failed(&self, ports: Ports, error: &io::Error) -> String {
        let Self { interface, address, is_raw, .. } = self;
        let kind = if *is_raw { "raw" } else { "UDP" };
        let port = ports.server;
        format!("failed to open {kind} socket on {interface} {address} port {port}: {error}")
    }
}

/// A socket, and the worker that receives by it.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) socket: Arc<Socket>,
    pub(crate) worker: usize,
}

/// All open sockets, and those that could not be opened.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    pub(crate) open: Vec<Open>,
    pub(crate) errors: Vec<String>,
    /// The addresses by which clients may name this server.
    pub(crate) addresses: Vec<Ipv4Addr>,
    /// Interfaces that an operator has added to those of the configuration.
    pub(crate) added: Vec<String>,
    /// The interfaces that there were.
    interfaces: Arc<[NetworkInterface]>,
}

impl Socket {
    pub(crate) fn place(&self) -> &Place {
        match self {
            Self::Raw(socket) => &socket.place,
            Self::Udp(socket) => &socket.place,
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Raw(socket) => socket.as_fd(),
            Self::Udp(socket) => socket.as_fd(),
        }
    }
}

impl Sockets {
    /// Opens what is asked for, for so many workers; sockets of `earlier` that are on the same
    /// place are kept.
    pub(crate) fn open(wanted: &Interfaces, ports: Ports, workers: usize, earlier: &Self) -> Self {
        let mut known: HashMap<&Place, Vec<&Open>> = HashMap::new();
        for open in &earlier.open {
            known.entry(open.socket.place()).or_default().push(open);
        }
        let beside_raw = wanted.socket_type == SocketType::Raw;
        let mut sockets = Self::default();
        let is_known = !wanted.detect && !earlier.interfaces.is_empty();
        sockets.interfaces = match is_known {
            true => Arc::clone(&earlier.interfaces),
            false => pnet_datalink::interfaces().into(),
        };
        for place in sockets.places(wanted) {
            if !place.is_raw {
                sockets.addresses.push(place.address);
            }
            if let Some(known) = known.get(&place) {
                sockets.open.extend(known.iter().copied().cloned());
                continue;
            }
            let opened: io::Result<Vec<Socket>> = if place.is_raw {
                RawSocket::open(&place, ports, workers)
                    .map(|raw| raw.into_iter().map(Socket::Raw).collect())
            } else {
                UdpSocket::open(&place, ports, beside_raw, workers)
                    .map(|udp| udp.into_iter().map(Socket::Udp).collect())
            };
            match opened {
                Ok(opened) => {
                    let opened = opened.into_iter().map(Arc::new).enumerate();
                    sockets.open.extend(opened.map(|(worker, socket)| Open { socket, worker }));
                }
                Err(error) => sockets.errors.push(place.failed(ports, &error)),
            }
        }
        sockets
    }

    /// Sets how many packets may wait at each socket; a few hundred thousand if nothing is said.
    pub(crate) fn set_queue(&self, packets: Option<u32>) -> io::Result<()> {
        // What a packet of a client takes in the kernel, with all that it is kept with.
        let size = packets.map_or(BUFFER, |packets| packets as usize * PACKET_SIZE);
        for open in &self.open {
            SockRef::from(&*open.socket).set_recv_buffer_size(size)?;
        }
        Ok(())
    }

    /// The interfaces of the machine, with what is open on them.
    pub(crate) fn interfaces(&self) -> Vec<InterfaceStatus> {
        let sockets_on = |name: &str| {
            let mut found: Vec<String> = self
                .open
                .iter()
                .map(|open| open.socket.place())
                .filter(|place| place.interface == name)
                .map(|place| match place.is_raw {
                    true => "raw".to_owned(),
                    false => format!("udp {}", place.address),
                })
                .collect();
            // Each worker has its own.
            found.sort();
            found.dedup();
            found
        };
        let status = |interface: &NetworkInterface| InterfaceStatus {
            name: interface.name.clone(),
            index: interface.index,
            is_up: interface.is_up(),
            is_loopback: interface.is_loopback(),
            addresses: addresses_of(interface).map(|address| address.to_string()).collect(),
            sockets: sockets_on(&interface.name),
        };
        pnet_datalink::interfaces().iter().map(status).collect()
    }

    /// Takes what has come by a socket, as much as the inbox has room for.
    pub(crate) fn receive(&self, socket: usize, inbox: &mut Inbox) -> io::Result<()> {
        let Some(open) = self.open.get(socket) else { return Ok(()) };
        let count = match &*open.socket {
            Socket::Raw(raw) => raw.receive(inbox.room())?,
            Socket::Udp(udp) => udp.receive(inbox.room())?,
        };
        inbox.add(count, socket);
        Ok(())
    }

    /// By which socket a worker sends an answer to a query that came by `via`: by UDP if the
    /// kernel can route it, else by the raw socket of the interface.
    pub(crate) fn route(
        &self,
        worker: usize,
        via: &Place,
        to: &Destination,
        from: Ipv4Addr,
    ) -> Option<usize> {
        let is_way = |socket: &Socket| match (socket, to) {
            (Socket::Udp(udp), Destination::Address(_)) => udp.place.address == from,
            (Socket::Raw(raw), Destination::Link { .. } | Destination::Broadcast) => {
                raw.place.interface == via.interface
            }
            (Socket::Udp(_), Destination::Link { .. } | Destination::Broadcast)
            | (Socket::Raw(_), Destination::Address(_)) => false,
        };
        self.open.iter().position(|open| open.worker == worker && is_way(&open.socket))
    }

    /// The places that the configuration asks for; what is not there is noted as an error.
    fn places(&mut self, wanted: &Interfaces) -> Vec<Place> {
        let interfaces = Arc::clone(&self.interfaces);
        let mut places = Vec::new();
        for choice in &wanted.choices {
            match choice {
                InterfaceChoice::All => {
                    for interface in interfaces.iter().filter(|i| i.is_up() && !i.is_loopback()) {
                        add_places(&mut places, interface, None, wanted);
                    }
                }
                InterfaceChoice::Named { name, address } => {
                    let found = interfaces.iter().find(|interface| *interface.name == **name);
                    let problem = match found {
                        None => Some(format!("interface {name} does not exist")),
                        Some(interface) if !interface.is_up() => {
                            Some(format!("interface {name} is down"))
                        }
                        Some(interface) => {
                            let added = add_places(&mut places, interface, *address, wanted);
                            let lacks = address.map_or("an IPv4 address".to_owned(), |address| {
                                address.to_string()
                            });
                            (!added).then(|| format!("interface {name} does not have {lacks}"))
                        }
                    };
                    self.errors.extend(problem);
                }
            }
        }
        places
    }
}

fn addresses_of(interface: &NetworkInterface) -> impl Iterator<Item = Ipv4Addr> {
    interface.ips.iter().filter_map(|network| match network.ip() {
        std::net::IpAddr::V4(address) => Some(address),
        std::net::IpAddr::V6(_) => None,
    })
}

/// Adds the places of an interface; answers whether it has the address, or any.
fn add_places(
    places: &mut Vec<Place>,
    interface: &NetworkInterface,
    only: Option<Ipv4Addr>,
    wanted: &Interfaces,
) -> bool {
    let addresses = addresses_of(interface);
    let addresses: Vec<Ipv4Addr> =
        addresses.filter(|address| only.is_none_or(|only| only == *address)).collect();
    let Some(first) = addresses.first() else { return false };
    let place = |address, is_raw| Place {
        interface: interface.name.clone(),
        index: interface.index,
        address,
        is_raw,
        // Beside raw sockets the system's routes are the better way: Kea would answer to whoever
        // sent the frame.
        is_bound: wanted.socket_type == SocketType::Udp
            && wanted.outbound == Outbound::AsInbound
            && !interface.is_loopback(),
    };
    if wanted.socket_type == SocketType::Raw {
        places.push(place(*first, true));
    }
    places.extend(addresses.iter().map(|address| place(*address, false)));
    let mut seen = std::collections::HashSet::new();
    places.retain(|place| seen.insert(place.clone()));
    true
}
