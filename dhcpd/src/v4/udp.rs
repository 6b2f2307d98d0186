//! UDP sockets: relayed queries, and answers that the kernel can route.
//!
//! Each worker has a socket of its own on every address; the kernel hands a packet to the worker
//! that its client belongs to.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{SocketAddr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use nix::cmsg_space;
use nix::errno::Errno;
use nix::libc::{in_addr, in_pktinfo};
use nix::sys::socket::sockopt::{AttachReusePortCbpf, UdpGroSegment};
use nix::sys::socket::{
    ControlMessage, MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, sendmsg, setsockopt,
};
use ruru_lease::V4;
use socket2::{Domain, Protocol, Socket as UdpFd, Type};

use super::{Headers, Place, filter};
use crate::sockets::{Joined, Kind, Ports, SEGMENTS_SIZE};

type Origin = crate::sockets::Origin<V4>;
type Room<'a> = crate::sockets::Room<'a, V4>;

/// A UDP socket on one address.
#[derive(Debug)]
pub(crate) struct UdpSocket {
    pub(super) place: Place,
    socket: UdpFd,
}

impl UdpSocket {
    /// A socket for each worker. Where the address `is_own`, the server has others on it.
    pub(super) fn open(
        place: &Place,
        is_own: bool,
        ports: Ports,
        workers: usize,
    ) -> io::Result<Vec<Self>> {
        let address = SocketAddr::from((place.address, ports.server));
        if !is_own {
            // Sockets that share an address would not notice another program on it.
            Self::unbound(place)?.bind(&address.into())?;
        }
        let mut sockets = Vec::with_capacity(workers);
        for _ in 0..workers {
            let socket = Self::unbound(place)?;
            if place.kind == Kind::BesideRaw {
                socket.attach_filter(&filter::relayed_queries())?;
            }
            socket.set_nonblocking(true)?;
            // Room for bursts; the system may grant less.
            socket.set_recv_buffer_size(4 << 20)?;
            socket.set_send_buffer_size(4 << 20)?;
            socket.set_reuse_port(true)?;
            socket.bind(&address.into())?;
            sockets.push(Self { place: place.clone(), socket });
        }
        if let [only] = &*sockets {
            // The kernel may join packets of one relay; with several workers all of them would go to
            // that of the first one's client.
            setsockopt(&only.socket, UdpGroSegment, &true)?;
        }
        // With one worker, too: sockets that replace these get nothing before these are closed.
        steer(&sockets[0].socket, workers)?;
        Ok(sockets)
    }

    /// One that is not on its address yet.
    fn unbound(place: &Place) -> io::Result<UdpFd> {
        let socket = UdpFd::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
        socket.bind_device(place.vrf.as_ref().map(String::as_bytes))?;
        Ok(socket)
    }

    /// Takes what is there and has room; answers how much that is.
    pub(super) fn receive(&self, room: Room<'_>) -> io::Result<usize> {
        let Room { received, headers: Headers { lengths, .. } } = room;
        lengths.clear();
        let mut slices: Vec<_> =
            received.iter_mut().map(|received| [IoSliceMut::new(&mut received.buffer)]).collect();
        let mut headers = MultiHeaders::preallocate(slices.len(), Some(cmsg_space!(i32)));
        let (socket, flags) = (self.socket.as_raw_fd(), MsgFlags::MSG_DONTWAIT);
        match recvmmsg(socket, &mut headers, slices.iter_mut(), flags, None) {
            Ok(messages) => lengths.extend(messages.map(|message| {
                // A datagram always tells its sender; without one nobody could be answered.
                let source = message.address.unwrap_or_else(|| SockaddrIn::new(0, 0, 0, 0, 0));
                (Joined::of(&message), SocketAddrV4::from(source))
            })),
            // What an earlier answer met; it says nothing about the next query.
            Err(Errno::EAGAIN | Errno::ECONNREFUSED) => {}
            Err(error) => return Err(error.into()),
        }
        for (received, (lengths, source)) in received.iter_mut().zip(&*lengths) {
            let origin = Origin { source: *source, destination: self.place.address };
            received.set_joined(origin, *lengths);
        }
        Ok(lengths.len())
    }

    /// Sends answers of one length to one address. The kernel takes them as one and cuts them at
    /// the interface, which costs a fraction of sending each; a path that cannot do that gets them
    /// one by one. `failed` is told of each that cannot be sent.
    pub(crate) fn send(
        &self,
        to: SocketAddrV4,
        answers: &[IoSlice<'_>],
        mut failed: impl FnMut(io::Error),
    ) {
        let len = answers.first().map_or(0, |answer| answer.len());
        for group in answers.chunks((SEGMENTS_SIZE / len.max(1)).max(1)) {
            if group.len() == 1 || self.send_segments(to, group, len).is_err() {
                for answer in group {
                    self.send_one(to, answer).unwrap_or_else(&mut failed);
                }
            }
        }
    }

    fn send_segments(
        &self,
        to: SocketAddrV4,
        group: &[IoSlice<'_>],
        len: usize,
    ) -> nix::Result<()> {
        let len = u16::try_from(len).map_err(|_| Errno::EMSGSIZE)?;
        let (socket, to) = (self.socket.as_raw_fd(), SockaddrIn::from(to));
        let way = self.way();
        let cut = [ControlMessage::UdpGsoSegments(&len), ControlMessage::Ipv4PacketInfo(&way)];
        sendmsg(socket, group, &cut, MsgFlags::empty(), Some(&to)).map(|_| ())
    }

    fn send_one(&self, to: SocketAddrV4, answer: &[u8]) -> io::Result<()> {
        let (socket, to) = (self.socket.as_raw_fd(), SockaddrIn::from(to));
        let (answer, way) = ([IoSlice::new(answer)], self.way());
        let by = [ControlMessage::Ipv4PacketInfo(&way)];
        sendmsg(socket, &answer, &by, MsgFlags::empty(), Some(&to))?;
        Ok(())
    }

    /// By which interface answers leave, and from which address.
    fn way(&self) -> in_pktinfo {
        let index = if self.place.is_bound { self.place.index } else { 0 };
        let address = in_addr { s_addr: self.place.address.to_bits().to_be() };
        in_pktinfo {
            // Numbers of interfaces are positive.
            ipi_ifindex: i32::try_from(index).unwrap_or(0),
            ipi_spec_dst: address,
            ipi_addr: in_addr { s_addr: 0 },
        }
    }
}

/// Makes the kernel pick the socket by the client's hardware address, so that all packets of a
/// client reach one worker in their order, by whichever relay they come.
fn steer(socket: &UdpFd, workers: usize) -> io::Result<()> {
    let mut ops = filter::worker_of_relayed(workers);
    let program = filter::program(&mut ops);
    Ok(setsockopt(socket, AttachReusePortCbpf, &program)?)
}

impl AsFd for UdpSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};
    use std::net::{Ipv4Addr, UdpSocket as Peer};
    use std::sync::Arc;

    use super::super::Socket;
    use super::*;
    use crate::sockets::{Open, Sockets};

    type Inbox = crate::sockets::Inbox<V4>;

    const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;

    fn place() -> Place {
        let (interface, kind) = ("lo".into(), Kind::Udp);
        Place { interface, index: 1, address: HERE, kind, is_bound: false, vrf: None }
    }

    fn open(workers: usize) -> (Vec<UdpSocket>, SocketAddrV4) {
        // A port that was free a moment ago.
        let port = Peer::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let ports = Ports { server: port, client: 68 };
        let sockets = UdpSocket::open(&place(), false, ports, workers).unwrap();
        (sockets, SocketAddrV4::new(HERE, port))
    }

    /// How many packets have come to each worker.
    fn counts(sockets: &[UdpSocket]) -> Vec<usize> {
        sockets.iter().map(|socket| socket.receive(Inbox::new().room()).unwrap()).collect()
    }

    fn message(client: u8) -> Vec<u8> {
        let mut message = vec![0; 300];
        message[28..34].copy_from_slice(&[2, 0, 0, 0, 0, client]);
        message
    }

    #[test]
    fn all_packets_of_a_client_reach_one_worker_whoever_brings_them() {
        let (sockets, server) = open(4);
        for _ in 0..3 {
            let relay = Peer::bind("127.0.0.1:0").unwrap();
            for client in 0..64 {
                relay.send_to(&message(client), server).unwrap();
            }
        }
        let mut workers: HashMap<u8, HashSet<usize>> = HashMap::new();
        let mut count = 0;
        for (worker, socket) in sockets.iter().enumerate() {
            let mut inbox = Inbox::new();
            loop {
                inbox.clear();
                let received = socket.receive(inbox.room()).unwrap();
                if received == 0 {
                    break;
                }
                inbox.add(received, crate::sockets::Via::Socket(worker));
                for packet in inbox.packets() {
                    workers.entry(packet.message[33]).or_default().insert(worker);
                    count += 1;
                }
            }
        }
        assert_eq!(count, 3 * 64);
        assert!(workers.values().all(|workers| workers.len() == 1), "{workers:?}");
        let used: HashSet<_> = workers.values().flatten().collect();
        assert_eq!(used.len(), 4, "{workers:?}");
    }

    #[test]
    fn clients_spread_over_the_workers_whichever_byte_of_their_addresses_differs() {
        let relay = Peer::bind("127.0.0.1:0").unwrap();
        for workers in [2, 4, 7] {
            let (sockets, server) = open(workers);
            for byte in 30..34 {
                for value in 0..64 {
                    let mut message = message(0);
                    message[byte] = value;
                    relay.send_to(&message, server).unwrap();
                }
                let counts = counts(&sockets);
                let least = counts.iter().min().unwrap();
                assert!(*least >= 64 / workers / 2, "byte {byte}: {counts:?}");
            }
        }
    }

    #[test]
    fn answers_of_one_length_arrive_one_by_one_and_unchanged() {
        let (sockets, _) = open(1);
        let client = Peer::bind("127.0.0.1:0").unwrap();
        client.set_read_timeout(Some(std::time::Duration::from_secs(5))).unwrap();
        let std::net::SocketAddr::V4(to) = client.local_addr().unwrap() else { unreachable!() };
        let answers: Vec<Vec<u8>> = (0..100_u8).map(message).collect();
        let slices: Vec<_> = answers.iter().map(|answer| IoSlice::new(answer)).collect();
        for group in slices.chunks(64) {
            sockets[0].send(to, group, |error| panic!("{error}"));
        }
        let mut buffer = [0; 2048];
        for answer in &answers {
            let len = client.recv(&mut buffer).unwrap();
            assert_eq!(&buffer[..len], answer.as_slice());
        }
    }

    #[test]
    fn packets_that_the_kernel_joined_are_packets_of_their_own() {
        for workers in [1, 2] {
            let (sockets, server) = open(workers);
            let relay = Peer::bind("127.0.0.1:0").unwrap();
            // The last of those that are joined may be shorter; one without content is joined to none.
            let mut messages: Vec<Vec<u8>> = (0..5).map(|_| message(1)).collect();
            messages[4].truncate(250);
            let slices: Vec<_> = messages.iter().map(|message| IoSlice::new(message)).collect();
            let (len, to) = (300, SockaddrIn::from(server));
            let cut = [ControlMessage::UdpGsoSegments(&len)];
            sendmsg(relay.as_raw_fd(), &slices, &cut, MsgFlags::empty(), Some(&to)).unwrap();
            relay.send_to(&[], server).unwrap();
            let mut inbox = Inbox::new();
            let received: Vec<_> = sockets
                .iter()
                .flat_map(|socket| {
                    inbox.clear();
                    let count = socket.receive(inbox.room()).unwrap();
                    // One worker has them at once.
                    assert!(workers > 1 || count == 2, "{count}");
                    inbox.add(count, crate::sockets::Via::Socket(0));
                    inbox.packets().map(|packet| packet.message.to_vec()).collect::<Vec<_>>()
                })
                .filter(|message| workers == 1 || !message.is_empty())
                .collect();
            let empty = (workers == 1).then(Vec::new);
            assert_eq!(received, [messages, empty.into_iter().collect()].concat());
        }
    }

    #[test]
    fn workers_keep_their_clients_when_their_sockets_are_replaced() {
        for workers in [1, 3] {
            let (old, server) = open(workers);
            let relays: Vec<_> = (0..16).map(|_| Peer::bind("127.0.0.1:0").unwrap()).collect();
            let received = |sockets: &[UdpSocket]| -> Vec<_> {
                let clients = (0..).zip(&relays).map(|(client, relay)| {
                    relay.send_to(&message(client), server).unwrap();
                    counts(sockets)
                });
                clients.collect()
            };
            let before = received(&old);
            let ports = Ports { server: server.port(), client: 68 };
            let new = UdpSocket::open(&place(), true, ports, workers).unwrap();
            // The old ones serve while they are there.
            assert_eq!(received(&new), vec![vec![0; workers]; relays.len()]);
            let mut sockets = Sockets::<V4>::default();
            let open = |(worker, socket)| Open { socket: Arc::new(Socket::Udp(socket)), worker };
            sockets.open = (0_usize..).zip(old).map(open).collect();
            drop(sockets);
            assert_eq!(before, received(&new));
        }
    }

    #[test]
    fn an_address_that_another_program_serves_is_not_shared() {
        let (_sockets, server) = open(2);
        let ports = Ports { server: server.port(), client: 68 };
        let error = UdpSocket::open(&place(), false, ports, 2).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }
}
