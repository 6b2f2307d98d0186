//! Raw sockets: frames of clients that have no address yet.
//!
//! Each worker has a socket of its own on every interface. Those of one interface are a fan-out
//! group (`PACKET_FANOUT`): the kernel looks at a frame once, however many there are, and hands it
//! to the worker that its client belongs to.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd};

use nix::errno::Errno;
use nix::libc::{self, PACKET_FANOUT_CBPF, PACKET_FANOUT_FLAG_UNIQUEID};
use nix::sys::socket::{MsgFlags, MultiHeaders, getsockopt, recvmmsg, sendmmsg, setsockopt};
use nix::{getsockopt_impl, setsockopt_impl, sockopt_impl};
use pnet_base::MacAddr;
use pnet_datalink::{Channel, Config, NetworkInterface};
use ruru_engine::v4::Destination;
use ruru_lease::V4;
use socket2::{Domain, Socket as RawFd, Type};

use super::{Headers, Place, filter, frame};
use crate::sockets::{BATCH, Ports};

type Origin = crate::sockets::Origin<V4>;
type Received = crate::sockets::Received<V4>;
type Room<'a> = crate::sockets::Room<'a, V4>;

/// Sockets that the kernel takes into one group; workers beyond that have none.
const GROUP: usize = 256;

sockopt_impl!(
    /// The group of a packet socket: its number, and above that how it chooses.
    PacketFanout, Both, libc::SOL_PACKET, libc::PACKET_FANOUT, u32
);
sockopt_impl!(
    /// The program by which a group chooses.
    PacketFanoutData, SetOnly, libc::SOL_PACKET, libc::PACKET_FANOUT_DATA, libc::sock_fprog
);

/// A packet socket on one interface.
#[derive(Debug)]
pub(crate) struct RawSocket {
    pub(super) place: Place,
    socket: RawFd,
    mac: MacAddr,
    broadcast: Vec<Ipv4Addr>,
}

/// What to send in one frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) to: &'a Destination,
    pub(crate) from: Ipv4Addr,
    pub(crate) payload: &'a [u8],
}

/// Buffers for frames to send, used again.
#[derive(Debug, Default)]
pub(crate) struct Frames(Vec<Vec<u8>>);

impl RawSocket {
    /// A socket for each worker, that takes and sends frames as `mac` and `broadcast` say.
    pub(super) fn open(
        place: &Place,
        (mac, broadcast): (MacAddr, &[Ipv4Addr]),
        ports: Ports,
        workers: usize,
    ) -> io::Result<Vec<Self>> {
        let interface = pnet_datalink::interfaces()
            .into_iter()
            .find(|interface| interface.index == place.index)
            .ok_or_else(|| io::Error::other("the interface is gone"))?;
        let bound = |_| bound(&interface);
        let sockets = (0..workers.min(GROUP)).map(bound).collect::<io::Result<Vec<_>>>()?;
        if let [first, others @ ..] = &*sockets
            && !others.is_empty()
        {
            group(first, others)?;
        }
        let open = |socket: RawFd| {
            // From here on it gets something.
            socket.attach_filter(&filter::direct_queries(ports.server))?;
            Ok(Self { place: place.clone(), socket, mac, broadcast: broadcast.to_vec() })
        };
        sockets.into_iter().map(open).collect()
    }

    /// Takes what is there and has room; answers how many packets.
    pub(super) fn receive(&self, room: Room<'_>) -> io::Result<usize> {
        let Room { received, headers } = room;
        let Headers { frame_headers, frame_lengths, .. } = headers;
        frame_lengths.clear();
        let mut slices: Vec<_> =
            received.iter_mut().map(|frame| [IoSliceMut::new(&mut frame.buffer)]).collect();
        let (socket, flags) = (self.socket.as_raw_fd(), MsgFlags::MSG_DONTWAIT);
        match recvmmsg(socket, frame_headers, slices.iter_mut(), flags, None) {
            Ok(frames) => frame_lengths.extend(frames.map(|frame| frame.bytes)),
            Err(Errno::EAGAIN) => {}
            Err(error) => return Err(error.into()),
        }
        let mut count = 0;
        for (at, len) in frame_lengths.iter().enumerate() {
            if self.unwrap(&mut received[at], *len) {
                received.swap(count, at);
                count += 1;
            }
        }
        Ok(count)
    }

    /// Takes the message out of a frame of `len` bytes; answers whether it is for this server.
    fn unwrap(&self, frame: &mut Received, len: usize) -> bool {
        let Some(parsed) = frame.buffer.get(..len).and_then(frame::parse) else { return false };
        let is_broadcast = self.broadcast.contains(&parsed.destination);
        // Frames that pass through this host on the way to another server.
        if !is_broadcast && parsed.destination != self.place.address {
            return false;
        }
        frame.buffer.copy_within(parsed.start..parsed.end, 0);
        let destination = if is_broadcast { Ipv4Addr::BROADCAST } else { parsed.destination };
        frame.set(Origin { source: parsed.source, destination }, parsed.end - parsed.start);
        true
    }

    /// Sends frames, many with one system call. `failed` is told of each that cannot be sent.
    pub(crate) fn send<'a>(
        &self,
        frames: impl Iterator<Item = Frame<'a>>,
        ports: Ports,
        Frames(buffers): &mut Frames,
        mut failed: impl FnMut(io::Error),
    ) {
        let mut count = 0;
        for frame in frames {
            if count == buffers.len() {
                buffers.push(Vec::new());
            }
            match self.write(&mut buffers[count], &frame, ports) {
                Ok(()) => count += 1,
                Err(error) => failed(error),
            }
        }
        let slices: Vec<_> =
            buffers.iter().take(count).map(|frame| [IoSlice::new(frame)]).collect();
        let mut messages = MultiHeaders::preallocate(slices.len().min(BATCH), None);
        let mut rest = slices.as_slice();
        while !rest.is_empty() {
            // The system stops before one that it cannot send, and says why if that is the first.
            let sent = self.send_many(rest, &mut messages).unwrap_or_else(|error| {
                failed(error.into());
                1
            });
            rest = rest.get(sent..).unwrap_or_default();
        }
    }

    /// Sends as many as one call takes; answers how many.
    fn send_many<'a>(
        &self,
        frames: &'a [[IoSlice<'a>; 1]],
        messages: &mut MultiHeaders<()>,
    ) -> nix::Result<usize> {
        let socket = self.socket.as_raw_fd();
        let (nowhere, flags) = ([None; BATCH], MsgFlags::empty());
        sendmmsg(socket, messages, frames, nowhere, [], flags).map(Iterator::count)
    }

    fn write(&self, buffer: &mut Vec<u8>, frame: &Frame<'_>, ports: Ports) -> io::Result<()> {
        let (address, mac) = match frame.to {
            Destination::Link { address, hwaddr } => {
                let mac: [u8; 6] = hwaddr.as_bytes().try_into().map_err(|_| {
                    io::Error::other(format!("{hwaddr} is not an Ethernet address"))
                })?;
                (*address, MacAddr::from(mac))
            }
            Destination::Broadcast | Destination::Address(_) | Destination::Passed => {
                (Ipv4Addr::BROADCAST, MacAddr::broadcast())
            }
        };
        let addresses = frame::Addresses {
            from_mac: self.mac,
            to_mac: mac,
            from: SocketAddrV4::new(frame.from, ports.server),
            to: SocketAddrV4::new(address, ports.client),
        };
        frame::write(buffer, addresses, frame.payload)
            .ok_or_else(|| io::Error::other("the answer is too long for a frame"))
    }
}

/// A socket on an interface, which gets nothing yet: until all are one group, each would get all.
fn bound(interface: &NetworkInterface) -> io::Result<RawFd> {
    // Without a protocol nothing arrives before the filter is in place and it is bound.
    let socket = RawFd::new(Domain::PACKET, Type::RAW, None)?;
    socket.attach_filter(&filter::nothing())?;
    // Room for bursts; the system may grant less.
    socket.set_recv_buffer_size(4 << 20)?;
    socket.set_send_buffer_size(4 << 20)?;
    // The channel is used for binding alone: it works on a duplicate, which it closes.
    let config = Config { socket_fd: Some(socket.try_clone()?.into_raw_fd()), ..Config::default() };
    match pnet_datalink::channel(interface, config)? {
        Channel::Ethernet(_, _) => {}
        _ => return Err(io::Error::other("the interface is not Ethernet")),
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Makes the kernel pick one of the sockets by the client's hardware address: that of the worker
/// that has the client's relayed packets, too.
fn group(first: &RawFd, others: &[RawFd]) -> nix::Result<()> {
    // The first gets a number that no other program has.
    setsockopt(first, PacketFanout, &((PACKET_FANOUT_CBPF | PACKET_FANOUT_FLAG_UNIQUEID) << 16))?;
    let group = getsockopt(first, PacketFanout)?;
    for other in others {
        setsockopt(other, PacketFanout, &group)?;
    }
    let mut ops = filter::worker_of_direct(1 + others.len());
    setsockopt(first, PacketFanoutData, &filter::program(&mut ops))
}

impl AsFd for RawSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(test)]
mod tests;
