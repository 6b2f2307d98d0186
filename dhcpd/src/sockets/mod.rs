//! The sockets of the server. Every worker has its own of each, and all that a client sends arrives at
//! one worker's.

mod channel;
mod inbox;
mod interfaces;

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Weak};

use pnet_base::MacAddr;
use ruru_commands::InterfaceStatus;
use ruru_config::{InterfaceChoice, Interfaces};
use socket2::SockRef;

pub(crate) use channel::{Channel, ChannelError};
pub(crate) use inbox::{BATCH, Inbox, Joined, Origin, Packet, Received, Room, Via};
pub(crate) use interfaces::Interface;

use crate::family::Served;

/// Bytes of a socket's queue, if nothing is said; the system may grant less.
const BUFFER: usize = 4 << 20;

/// Datagrams that are handed to the kernel as one are at most this many bytes together, so that
/// they fit where one would.
pub(crate) const SEGMENTS_SIZE: usize = 65_000;

/// How often a socket is emptied before it serves: packets may come as fast as they are thrown away.
const FORGOTTEN: usize = 1000;

/// Bytes that a waiting packet counts for.
const PACKET_SIZE: usize = 1280;

/// Ports; other than the usual ones only for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) server: u16,
    pub(crate) client: u16,
}

/// What a socket takes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Frames of clients on the link, where the server has a hardware address, and these are the
    /// addresses of all.
    Raw { mac: MacAddr, broadcast: Vec<Ipv4Addr> },
    /// Datagrams from relays, while another one has those of clients on the link.
    BesideRaw,
    /// All datagrams.
    Udp,
}

/// What a socket is on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place<F: Served> {
    pub(crate) interface: String,
    pub(crate) index: u32,
    pub(crate) address: F::Address,
    pub(crate) kind: Kind,
    /// Whether answers leave by the interface, whatever the system's routes are.
    pub(crate) is_bound: bool,
    /// The VRF that the address is of.
    pub(crate) vrf: Option<String>,
}

impl Kind {
    pub(crate) fn is_raw(&self) -> bool {
        matches!(self, Self::Raw { .. })
    }
}

impl<F: Served> Place<F> {
    fn failed(&self, ports: Ports, error: &io::Error) -> String {
        let Self { interface, address, kind, .. } = self;
        let kind = if kind.is_raw() { "raw" } else { "UDP" };
        let port = ports.server;
        format!("failed to open {kind} socket on {interface} {address} port {port}: {error}")
    }
}

/// The way out that something could not take.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Exit<'a> {
    /// An interface.
    Interface(&'a str),
    /// The channel to the server of the other protocol.
    Channel,
}

/// A socket, and the worker that receives by it.
#[derive(Debug)]
pub(crate) struct Open<F: Served> {
    pub(crate) socket: Arc<F::Socket>,
    pub(crate) worker: usize,
}

/// All open sockets, and those that could not be opened.
#[derive(Debug)]
pub(crate) struct Sockets<F: Served> {
    pub(crate) open: Vec<Open<F>>,
    pub(crate) errors: Vec<String>,
    /// The addresses that they are on.
    pub(crate) addresses: Vec<F::Address>,
    /// The channel to the server of the other protocol.
    pub(crate) channel: Option<Arc<Channel>>,
    /// Those of earlier configurations, which close once nobody serves by them any more.
    closing: Vec<Weak<F::Socket>>,
    /// Interfaces that an operator has added to those of the configuration.
    pub(crate) added: Vec<String>,
    /// The interfaces that there were.
    interfaces: Arc<[Interface]>,
}

impl<F: Served> Default for Sockets<F> {
    fn default() -> Self {
        let (open, errors, addresses) = (Vec::new(), Vec::new(), Vec::new());
        let (closing, added, interfaces) = (Vec::new(), Vec::new(), Arc::default());
        Self { open, errors, addresses, channel: None, closing, added, interfaces }
    }
}

impl<F: Served> Drop for Sockets<F> {
    /// The last are closed first. So those of a group on an address that are younger keep their order,
    /// by which the kernel tells whose packets are whose.
    fn drop(&mut self) {
        while self.open.pop().is_some() {}
    }
}

impl<F: Served> Clone for Open<F> {
    fn clone(&self) -> Self {
        Self { socket: Arc::clone(&self.socket), worker: self.worker }
    }
}

impl<F: Served> Sockets<F> {
    /// Opens what is asked for, for so many workers; sockets of `earlier` that are on the same
    /// place are kept, and so is its channel.
    pub(crate) fn open(
        wanted: &Interfaces<F>,
        ports: Ports,
        workers: usize,
        earlier: &Self,
    ) -> Self {
        let mut known: HashMap<&Place<F>, Vec<&Open<F>>> = HashMap::new();
        for open in &earlier.open {
            known.entry(F::place(&open.socket)).or_default().push(open);
        }
        let mut sockets = Self::default();
        sockets.channel.clone_from(&earlier.channel);
        let closing: Vec<Arc<F::Socket>> =
            earlier.closing.iter().filter_map(Weak::upgrade).collect();
        let all = earlier.open.iter().map(|open| &open.socket).chain(&closing);
        sockets.closing = all.clone().map(Arc::downgrade).collect();
        let datagrams = all.map(|socket| F::place(socket)).filter(|place| !place.kind.is_raw());
        let own: HashSet<_> = datagrams.map(|place| place.address).collect();
        let is_known = !wanted.detect && !earlier.interfaces.is_empty();
        sockets.interfaces = match is_known {
            true => Arc::clone(&earlier.interfaces),
            false => interfaces::all(|error| {
                sockets.errors.push(format!("failed to tell VRFs from other interfaces: {error}"));
            })
            .into(),
        };
        for place in sockets.places(wanted) {
            if !place.kind.is_raw() {
                sockets.addresses.push(place.address);
            }
            if let Some(known) = known.get(&place) {
                sockets.open.extend(known.iter().copied().cloned());
                continue;
            }
            let is_own = own.contains(&place.address);
            let opened = F::open_sockets(&place, is_own, ports, workers);
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
    /// `failed` is told where it cannot be set.
    pub(crate) fn set_queue(&self, packets: Option<u32>, failed: impl FnMut(io::Error)) {
        // What a packet of a client takes in the kernel, with all that it is kept with.
        let size = packets.map_or(BUFFER, |packets| packets as usize * PACKET_SIZE);
        let set = |open: &Open<F>| {
            SockRef::from(&F::descriptor(&open.socket)).set_recv_buffer_size(size).err()
        };
        self.open.iter().filter_map(set).for_each(failed);
    }

    /// Throws away what has come by sockets that `earlier` does not have, before these serve: clients
    /// were answered by the old ones meanwhile, or have given up.
    pub(crate) fn forget_what_came(&self, earlier: &Self) {
        let is_known = |open: &&Open<F>| {
            earlier.open.iter().any(|other| Arc::ptr_eq(&open.socket, &other.socket))
        };
        let mut inbox = Inbox::new();
        for open in self.open.iter().filter(|open| !is_known(open)) {
            for _ in 0..FORGOTTEN {
                if !F::receive(&open.socket, inbox.room()).is_ok_and(|count| count > 0) {
                    break;
                }
            }
        }
    }

    /// The interfaces of the machine, with what is open on them.
    pub(crate) fn interfaces(&self) -> Vec<InterfaceStatus> {
        let sockets_on = |name: &str| {
            let mut found: Vec<String> = self
                .open
                .iter()
                .map(|open| F::place(&open.socket))
                .filter(|place| place.interface == name)
                .map(|place| match place.kind.is_raw() {
                    true => "raw".to_owned(),
                    false => format!("udp {}", place.address),
                })
                .collect();
            // Each worker has its own.
            found.sort();
            found.dedup();
            found
        };
        let status = |Interface { link, vrf }: Interface| InterfaceStatus {
            index: link.index,
            is_up: link.is_up(),
            is_loopback: link.is_loopback(),
            vrf,
            addresses: link
                .ips
                .iter()
                .map(|network| network.ip())
                .filter(|ip| ip.is_ipv4() == (F::BITS == 32))
                .map(|ip| ip.to_string())
                .collect(),
            sockets: sockets_on(&link.name),
            name: link.name,
        };
        interfaces::all(|_| ()).into_iter().map(status).collect()
    }

    /// The first address of an interface that means something beyond its link, if it has one.
    pub(crate) fn global_address(&self, interface: &str) -> Option<std::net::Ipv6Addr> {
        let own = self.interfaces.iter().find(|own| own.link.name == interface)?;
        own.link.ips.iter().find_map(|network| match network.ip() {
            std::net::IpAddr::V6(address) if !address.is_unicast_link_local() => Some(address),
            _ => None,
        })
    }

    /// What a worker receives by. The channel is the first one's: what comes by it is little.
    pub(crate) fn of_worker(&self, number: usize) -> Vec<Via> {
        let own = (0..self.open.len()).filter(|at| self.open[*at].worker == number);
        let channel = self.channel.as_ref().filter(|_| number == 0);
        own.map(Via::Socket).chain(channel.map(|_| Via::Channel)).collect()
    }

    /// A socket as the system knows it, if it is open.
    pub(crate) fn descriptor(&self, via: Via) -> Option<BorrowedFd<'_>> {
        match via {
            Via::Socket(at) => self.open.get(at).map(|open| F::descriptor(&open.socket)),
            Via::Channel => self.channel.as_ref().map(|channel| channel.as_fd()),
        }
    }

    /// Where a socket is; the channel has no place.
    pub(crate) fn place(&self, via: Via) -> Option<&Place<F>> {
        match via {
            Via::Socket(at) => self.open.get(at).map(|open| F::place(&open.socket)),
            Via::Channel => None,
        }
    }

    /// Takes what has come, as much as the inbox has room for.
    pub(crate) fn receive(&self, via: Via, inbox: &mut Inbox<F>) -> io::Result<()> {
        let count = match via {
            Via::Socket(at) => {
                let Some(open) = self.open.get(at) else { return Ok(()) };
                F::receive(&open.socket, inbox.room())?
            }
            Via::Channel => {
                let Some(channel) = &self.channel else { return Ok(()) };
                channel.receive(inbox.room())?
            }
        };
        inbox.add(count, via);
        Ok(())
    }

    /// Hands a message to the server of the other protocol.
    pub(crate) fn pass(&self, message: &[u8]) -> io::Result<()> {
        match &self.channel {
            Some(channel) => channel.send(message),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// All sockets, as the system knows them.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let open = self.open.iter().map(|open| F::descriptor(&open.socket));
        open.chain(self.channel.iter().map(|channel| channel.as_fd()))
    }

    /// The places that the configuration asks for; what is not there is noted as an error.
    fn places(&mut self, wanted: &Interfaces<F>) -> Vec<Place<F>> {
        let interfaces = Arc::clone(&self.interfaces);
        let mut places = Vec::new();
        for choice in &wanted.choices {
            match choice {
                InterfaceChoice::All => {
                    for interface in
                        interfaces.iter().filter(|i| i.link.is_up() && !i.link.is_loopback())
                    {
                        add(&mut places, F::places(interface, None, wanted));
                    }
                }
                InterfaceChoice::Named { name, address } => {
                    let found = interfaces.iter().find(|interface| *interface.link.name == **name);
                    let problem = match found {
                        None => Some(format!("interface {name} does not exist")),
                        Some(interface) if !interface.link.is_up() => {
                            Some(format!("interface {name} is down"))
                        }
                        Some(interface) => {
                            let found = F::places(interface, *address, wanted);
                            let lacks =
                                address.map_or(F::LACKS.to_owned(), |address| address.to_string());
                            let is_there = !found.is_empty();
                            add(&mut places, found);
                            (!is_there).then(|| format!("interface {name} does not have {lacks}"))
                        }
                    };
                    self.errors.extend(problem);
                }
            }
        }
        places
    }
}

/// Adds places that are not there yet.
fn add<F: Served>(places: &mut Vec<Place<F>>, more: Vec<Place<F>>) {
    for place in more {
        if !places.contains(&place) {
            places.push(place);
        }
    }
}
