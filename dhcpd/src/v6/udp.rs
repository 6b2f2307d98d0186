//! UDP sockets of DHCPv6: one on the link-local address of each interface, one on each multicast group
//! of servers there, and one on each unicast address that is configured.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{Ipv6Addr, SocketAddrV6};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use nix::cmsg_space;
use nix::errno::Errno;
use nix::libc::{in6_addr, in6_pktinfo};
use nix::sys::socket::sockopt::{AttachReusePortCbpf, UdpGroSegment};
use nix::sys::socket::{
    ControlMessage, MsgFlags, MultiHeaders, RecvMsg, SockaddrIn6, recvmmsg, sendmsg, setsockopt,
};
use ruru_lease::V6;
use socket2::{Domain, Protocol, Socket as UdpFd, Type};

use super::{Headers, Place, filter};
use crate::sockets::{Joined, Origin, Ports, Room};

/// `All_DHCP_Relay_Agents_and_Servers`, RFC 9915 section 7.1.
pub(super) const GROUP: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2);

/// `All_DHCP_Servers`, by which relay agents reach the servers of a site.
pub(super) const SITE: Ipv6Addr = Ipv6Addr::new(0xff05, 0, 0, 0, 0, 0, 1, 3);

/// Bytes of the queues; the system may grant less.
const BUFFER: usize = 4 << 20;

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
        let scope = if is_of_link(place.address) { place.index } else { 0 };
        let address = SocketAddrV6::new(place.address, ports.server, 0, scope);
        if !is_own {
            // Sockets that share an address would not notice another program on it.
            Self::unbound(place)?.bind(&address.into())?;
        }
        let mut sockets = Vec::with_capacity(workers);
        for worker in 0..workers {
            let socket = Self::unbound(place)?;
            socket.set_only_v6(true)?;
            socket.set_nonblocking(true)?;
            // Room for bursts; the system may grant less.
            socket.set_recv_buffer_size(BUFFER)?;
            socket.set_send_buffer_size(BUFFER)?;
            socket.set_reuse_port(true)?;
            if place.address.is_multicast() && workers > 1 {
                socket.attach_filter(&filter::is_of_worker(worker, workers))?;
            }
            socket.bind(&address.into())?;
            if place.address.is_multicast() {
                socket.join_multicast_v6(&place.address, place.index)?;
            }
            sockets.push(Self { place: place.clone(), socket });
        }
        if let [only] = &*sockets {
            // The kernel may join packets of one relay; with several workers all of them would go to
            // that of the first one's client.
            setsockopt(&only.socket, UdpGroSegment, &true)?;
        }
        if !place.address.is_multicast() {
            // With one worker, too: sockets that replace these get nothing before these are closed.
            let mut ops = filter::worker_of(workers);
            let program = crate::v4::program(&mut ops);
            setsockopt(&sockets[0].socket, AttachReusePortCbpf, &program)?;
        }
        Ok(sockets)
    }

    /// One that is not on its address yet.
    fn unbound(place: &Place) -> io::Result<UdpFd> {
        let socket = UdpFd::new(Domain::IPV6, Type::DGRAM, Some(Protocol::UDP))?;
        // The kernel tells addresses of a link apart by their scope, and those of a site by nothing.
        let device = match place.address {
            SITE => Some(&place.interface),
            address if is_of_link(address) => None,
            _ => place.vrf.as_ref(),
        };
        socket.bind_device(device.map(String::as_bytes))?;
        Ok(socket)
    }

    /// Takes what is there and has room; answers how much that is.
    pub(super) fn receive(&self, room: Room<'_, V6>) -> io::Result<usize> {
        let Room { received, headers: Headers { lengths } } = room;
        lengths.clear();
        let mut slices: Vec<_> =
            received.iter_mut().map(|received| [IoSliceMut::new(&mut received.buffer)]).collect();
        let mut headers = MultiHeaders::preallocate(slices.len(), Some(cmsg_space!(i32)));
        let (socket, flags) = (self.socket.as_raw_fd(), MsgFlags::MSG_DONTWAIT);
        match recvmmsg(socket, &mut headers, slices.iter_mut(), flags, None) {
            Ok(messages) => {
                lengths.extend(messages.map(|message: RecvMsg<'_, '_, SockaddrIn6>| {
                    // A datagram always tells its sender; without one nobody could be answered.
                    let nowhere = SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, 0, 0, 0);
                    (Joined::of(&message), message.address.map_or(nowhere, SocketAddrV6::from))
                }))
            }
            // What an earlier answer met; it says nothing about the next query.
            Err(Errno::EAGAIN | Errno::ECONNREFUSED) => {}
            Err(error) => return Err(error.into()),
        }
        for (received, (lengths, source)) in received.iter_mut().zip(&*lengths) {
            let mut source = *source;
            // In a VRF the system names that, by which no address of the link can be reached.
            if is_of_link(self.place.address) && is_of_link(*source.ip()) {
                source.set_scope_id(self.place.index);
            }
            received.set_joined(Origin { source, destination: self.place.address }, *lengths);
        }
        Ok(lengths.len())
    }

    /// Sends answers of one length to one address, from another than the socket's if one is given.
    /// The kernel takes them as one and cuts them at the interface, which costs a fraction of sending
    /// each; a path that cannot do that gets them one by one. `failed` is told of each that cannot be
    /// sent.
    pub(super) fn send(
        &self,
        to: SocketAddrV6,
        from: Option<Ipv6Addr>,
        answers: &[IoSlice<'_>],
        mut failed: impl FnMut(io::Error),
    ) {
        let len = answers.first().map_or(0, |answer| answer.len());
        let most = crate::sockets::SEGMENTS_SIZE / len.max(1);
        for group in answers.chunks(most.max(1)) {
            if group.len() == 1 || self.send_segments(to, from, group, len).is_err() {
                for answer in group {
                    let sent = self.send_as(to, from, &[IoSlice::new(answer)], &[]);
                    sent.unwrap_or_else(|error| failed(error.into()));
                }
            }
        }
    }

    fn send_segments(
        &self,
        to: SocketAddrV6,
        from: Option<Ipv6Addr>,
        group: &[IoSlice<'_>],
        len: usize,
    ) -> nix::Result<()> {
        let len = u16::try_from(len).map_err(|_| Errno::EMSGSIZE)?;
        self.send_as(to, from, group, &[ControlMessage::UdpGsoSegments(&len)])
    }

    fn send_as(
        &self,
        to: SocketAddrV6,
        from: Option<Ipv6Addr>,
        answers: &[IoSlice<'_>],
        how: &[ControlMessage<'_>],
    ) -> nix::Result<()> {
        let (socket, to) = (self.socket.as_raw_fd(), SockaddrIn6::from(to));
        let way = from.map(|from| in6_pktinfo {
            ipi6_addr: in6_addr { s6_addr: from.octets() },
            ipi6_ifindex: 0,
        });
        let mut control: smallvec::SmallVec<[ControlMessage<'_>; 2]> =
            how.iter().copied().collect();
        control.extend(way.as_ref().map(ControlMessage::Ipv6PacketInfo));
        sendmsg(socket, answers, &control, MsgFlags::empty(), Some(&to)).map(|_| ())
    }
}

/// Whether an address means something on one link only.
pub(super) fn is_of_link(address: Ipv6Addr) -> bool {
    address.is_unicast_link_local() || address.is_multicast()
}

impl AsFd for UdpSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
