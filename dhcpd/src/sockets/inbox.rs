//! Packets of one batch, received with as few system calls as there are sockets.

use crate::family::Served;

/// Packets of one batch; under load batches grow up to this. Their answers are no more than any
/// kernel cuts one message into, and more were measured to bring nothing.
pub(crate) const BATCH: usize = 64;
/// The longest frame: a UDP datagram of the greatest length, with its headers.
const MESSAGE: usize = 65_600;

/// Where a packet came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin<F: Served> {
    pub(crate) source: F::SocketAddress,
    pub(crate) destination: F::Address,
}

/// By what a packet came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    /// One of the open sockets.
    Socket(usize),
    /// The channel from the server of the other protocol.
    Channel,
}

/// A packet that was received.
#[derive(Debug)]
pub(crate) struct Packet<F: Served> {
    pub(crate) via: Via,
    pub(crate) origin: Origin<F>,
    pub(crate) len: usize,
    pub(crate) buffer: Box<[u8]>,
}

/// The packets of a batch, in buffers that are used again.
#[derive(Debug)]
pub(crate) struct Inbox<F: Served> {
    packets: Vec<Packet<F>>,
    len: usize,
    headers: F::Headers,
}

impl<F: Served> Inbox<F> {
    pub(crate) fn new() -> Self {
        // Memory is taken for what arrives, not for what could.
        let packet = || Packet {
            via: Via::Channel,
            origin: F::NOWHERE,
            len: 0,
            buffer: vec![0; MESSAGE].into(),
        };
        Self { packets: (0..BATCH).map(|_| packet()).collect(), len: 0, headers: F::headers(BATCH) }
    }

    /// The packets that are there.
    pub(crate) fn packets(&self) -> &[Packet<F>] {
        &self.packets[..self.len]
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len == self.packets.len()
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Room for further packets, with what the system needs to fill it.
    pub(crate) fn room(&mut self) -> Room<'_, F> {
        Room { packets: &mut self.packets[self.len..], headers: &mut self.headers }
    }

    /// So many packets at the beginning of the room have come.
    pub(crate) fn add(&mut self, count: usize, via: Via) {
        for packet in self.packets.iter_mut().skip(self.len).take(count) {
            packet.via = via;
        }
        self.len += count;
    }
}

/// See [`Inbox::room`].
pub(crate) struct Room<'a, F: Served> {
    pub(crate) packets: &'a mut [Packet<F>],
    pub(crate) headers: &'a mut F::Headers,
}

impl<F: Served> Packet<F> {
    pub(crate) fn message(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }
}
