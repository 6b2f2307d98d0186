//! The sockets of the server: one raw socket for each interface, for clients on the link, and one
//! UDP socket for each address, for relays and for answers that the kernel can route.

mod filter;
mod frame;
mod raw;
mod udp;

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;

use pnet_datalink::NetworkInterface;
use ruru_config::v4::{InterfaceChoice, Interfaces, SocketType};
use ruru_engine::v4::Destination;
use rustix::fd::{AsFd, BorrowedFd};

pub(crate) use raw::RawSocket;
pub(crate) use udp::UdpSocket;

/// Ports; other than the usual ones only for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) server: u16,
    pub(crate) client: u16,
}

/// Where a packet came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) source: SocketAddrV4,
    pub(crate) destination: Ipv4Addr,
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
}

/// All open sockets, and those that could not be opened.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    pub(crate) open: Vec<Arc<Socket>>,
    pub(crate) errors: Vec<String>,
    /// The addresses by which clients may name this server.
    pub(crate) addresses: Vec<Ipv4Addr>,
}

impl Socket {
    pub(crate) fn place(&self) -> &Place {
        match self {
            Self::Raw(socket) => &socket.place,
            Self::Udp(socket) => &socket.place,
        }
    }

    /// The next packet's payload into `buffer`, if one is there: its length and origin.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> io::Result<Option<(usize, Origin)>> {
        match self {
            Self::Raw(socket) => socket.receive(buffer),
            Self::Udp(socket) => socket.receive(buffer),
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
    /// Opens what is asked for; sockets of `earlier` that are on the same place are kept.
    pub(crate) fn open(wanted: &Interfaces, ports: Ports, earlier: &Self) -> Self {
        let known: HashMap<&Place, &Arc<Socket>> =
            earlier.open.iter().map(|socket| (socket.place(), socket)).collect();
        let mut sockets = Self::default();
        for place in sockets.places(wanted) {
            if !place.is_raw {
                sockets.addresses.push(place.address);
            }
            if let Some(socket) = known.get(&place) {
                sockets.open.push(Arc::clone(socket));
                continue;
            }
            let serves_links = wanted.socket_type == SocketType::Raw;
            let opened = if place.is_raw {
                RawSocket::open(place.clone(), ports).map(Socket::Raw)
            } else {
                UdpSocket::open(place.clone(), ports, serves_links).map(Socket::Udp)
            };
            match opened {
                Ok(socket) => sockets.open.push(Arc::new(socket)),
                Err(error) => {
                    let Place { interface, address, .. } = &place;
                    let kind = if place.is_raw { "raw" } else { "UDP" };
                    let port = ports.server;
                    sockets.errors.push(format!(
                        "failed to open {kind} socket on {interface} {address} port {port}: {error}"
                    ));
                }
            }
        }
        sockets
    }

    /// Sends an answer: by UDP if the kernel can route it, else by the raw socket of the
    /// interface that the query came on.
    pub(crate) fn send(
        &self,
        via: &Socket,
        to: &Destination,
        from: Ipv4Addr,
        payload: &[u8],
        ports: Ports,
    ) -> io::Result<()> {
        let place = via.place();
        match to {
            Destination::Address(address) => self
                .udp(from)
                .ok_or_else(|| io::Error::other(format!("no UDP socket on {from}")))?
                .send(*address, payload),
            Destination::Link { .. } | Destination::Broadcast => self
                .raw(&place.interface)
                .ok_or_else(|| io::Error::other(format!("no raw socket on {}", place.interface)))?
                .send(to, from, payload, ports),
        }
    }

    fn udp(&self, address: Ipv4Addr) -> Option<&UdpSocket> {
        self.open.iter().find_map(|socket| match &**socket {
            Socket::Udp(udp) if udp.place.address == address => Some(udp),
            Socket::Udp(_) | Socket::Raw(_) => None,
        })
    }

    fn raw(&self, interface: &str) -> Option<&RawSocket> {
        self.open.iter().find_map(|socket| match &**socket {
            Socket::Raw(raw) if raw.place.interface == interface => Some(raw),
            Socket::Udp(_) | Socket::Raw(_) => None,
        })
    }

    /// The places that the configuration asks for; what is not there is noted as an error.
    fn places(&mut self, wanted: &Interfaces) -> Vec<Place> {
        let interfaces = pnet_datalink::interfaces();
        let mut places = Vec::new();
        for choice in &wanted.choices {
            match choice {
                InterfaceChoice::All => {
                    for interface in interfaces.iter().filter(|i| i.is_up() && !i.is_loopback()) {
                        add_places(&mut places, interface, None, wanted.socket_type);
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
                            let added =
                                add_places(&mut places, interface, *address, wanted.socket_type);
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

/// Adds the places of an interface; answers whether it has the address, or any.
fn add_places(
    places: &mut Vec<Place>,
    interface: &NetworkInterface,
    only: Option<Ipv4Addr>,
    socket_type: SocketType,
) -> bool {
    let addresses = interface.ips.iter().filter_map(|network| match network.ip() {
        std::net::IpAddr::V4(address) => Some(address),
        std::net::IpAddr::V6(_) => None,
    });
    let addresses: Vec<Ipv4Addr> =
        addresses.filter(|address| only.is_none_or(|only| only == *address)).collect();
    let Some(first) = addresses.first() else { return false };
    let place = |address, is_raw| Place {
        interface: interface.name.clone(),
        index: interface.index,
        address,
        is_raw,
    };
    if socket_type == SocketType::Raw {
        places.push(place(*first, true));
    }
    places.extend(addresses.iter().map(|address| place(*address, false)));
    let mut seen = std::collections::HashSet::new();
    places.retain(|place| seen.insert(place.clone()));
    true
}
