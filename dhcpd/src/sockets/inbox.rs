//! Packets of one batch, received with as few system calls as there are sockets.

use std::net::{Ipv4Addr, SocketAddrV4};

use nix::sys::socket::{MultiHeaders, SockaddrIn};

/// Packets of one batch; under load batches grow up to this. Their answers are no more than any
/// kernel cuts one message into, and more were measured to bring nothing.
pub(crate) const BATCH: usize = 64;
/// The longest frame: a UDP datagram of the greatest length, with its headers.
const MESSAGE: usize = 65_600;

/// Where a packet came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) source: SocketAddrV4,
    pub(crate) destination: Ipv4Addr,
}

/// A packet that was received.
#[derive(Debug)]
pub(crate) struct Packet {
    /// Which of the open sockets took it.
    pub(crate) socket: usize,
    pub(crate) origin: Origin,
    pub(super) len: usize,
    pub(super) buffer: Box<[u8]>,
}

/// The packets of a batch, in buffers that are used again.
#[derive(Debug)]
pub(crate) struct Inbox {
    packets: Vec<Packet>,
    len: usize,
    headers: MultiHeaders<SockaddrIn>,
    lengths: Vec<(usize, SocketAddrV4)>,
    frame_headers: MultiHeaders<()>,
    frame_lengths: Vec<usize>,
}

impl Inbox {
    pub(crate) fn new() -> Self {
        let nowhere = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0);
        let origin = Origin { source: nowhere, destination: Ipv4Addr::UNSPECIFIED };
        // Memory is taken for what arrives, not for what could.
        let packet = || Packet { socket: 0, origin, len: 0, buffer: vec![0; MESSAGE].into() };
        Self {
            packets: (0..BATCH).map(|_| packet()).collect(),
            len: 0,
            headers: MultiHeaders::preallocate(BATCH, None),
            lengths: Vec::with_capacity(BATCH),
            frame_headers: MultiHeaders::preallocate(BATCH, None),
            frame_lengths: Vec::with_capacity(BATCH),
        }
    }

    /// The packets that are there.
    pub(crate) fn packets(&self) -> &[Packet] {
        &self.packets[..self.len]
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len == self.packets.len()
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Room for further packets, with what the system needs to fill it.
    pub(super) fn room(&mut self) -> Room<'_> {
        let Self { packets, len, headers, lengths, frame_headers, frame_lengths } = self;
        Room { packets: &mut packets[*len..], headers, lengths, frame_headers, frame_lengths }
    }

    /// The first `count` packets of the room have come by a socket.
    pub(super) fn add(&mut self, count: usize, socket: usize) {
        for packet in self.packets.iter_mut().skip(self.len).take(count) {
            packet.socket = socket;
        }
        self.len += count;
    }
}

/// See [`Inbox::room`].
pub(super) struct Room<'a> {
    pub(super) packets: &'a mut [Packet],
    pub(super) headers: &'a mut MultiHeaders<SockaddrIn>,
    pub(super) lengths: &'a mut Vec<(usize, SocketAddrV4)>,
    /// For frames, whose senders are in them. The addresses that the system has for frames are
    /// longer than those of UDP, and it must never write one where the others belong.
    pub(super) frame_headers: &'a mut MultiHeaders<()>,
    pub(super) frame_lengths: &'a mut Vec<usize>,
}

impl Packet {
    pub(crate) fn message(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }
}
