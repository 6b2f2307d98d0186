//! Packets, received with as few system calls as there are sockets.

use nix::sys::socket::{ControlMessageOwned, RecvMsg};

use crate::family::Served;

/// Packets that are decided on together, at most. Their answers are no more than any kernel cuts one
/// message into, and more were measured to bring nothing.
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

/// What was received at once: a packet, or several of one length that the system has joined.
#[derive(Debug)]
pub(crate) struct Received<F: Served> {
    via: Via,
    origin: Origin<F>,
    len: usize,
    /// The length of each packet; the last may be shorter.
    each: usize,
    pub(crate) buffer: Box<[u8]>,
}

/// A packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet<'a, F: Served> {
    pub(crate) via: Via,
    pub(crate) origin: Origin<F>,
    pub(crate) message: &'a [u8],
}

/// What was received, in buffers that are used again.
#[derive(Debug)]
pub(crate) struct Inbox<F: Served> {
    received: Vec<Received<F>>,
    len: usize,
    headers: F::Headers,
}

impl<F: Served> Inbox<F> {
    pub(crate) fn new() -> Self {
        // Memory is taken for what arrives, not for what could.
        let buffer = || vec![0; MESSAGE].into();
        let received = || Received {
            via: Via::Channel,
            origin: F::NOWHERE,
            len: 0,
            each: 0,
            buffer: buffer(),
        };
        Self {
            received: (0..BATCH).map(|_| received()).collect(),
            len: 0,
            headers: F::headers(BATCH),
        }
    }

    /// The packets that are there.
    pub(crate) fn packets(&self) -> impl Iterator<Item = Packet<'_, F>> {
        self.received.iter().take(self.len).flat_map(Received::packets)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len == self.received.len()
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Room for further packets, with what the system needs to fill it.
    pub(crate) fn room(&mut self) -> Room<'_, F> {
        Room { received: &mut self.received[self.len..], headers: &mut self.headers }
    }

    /// So much at the beginning of the room has come.
    pub(crate) fn add(&mut self, count: usize, via: Via) {
        for received in self.received.iter_mut().skip(self.len).take(count) {
            received.via = via;
        }
        self.len += count;
    }
}

/// See [`Inbox::room`].
pub(crate) struct Room<'a, F: Served> {
    pub(crate) received: &'a mut [Received<F>],
    pub(crate) headers: &'a mut F::Headers,
}

impl<F: Served> Received<F> {
    /// One packet has come.
    pub(crate) fn set(&mut self, origin: Origin<F>, len: usize) {
        self.set_joined(origin, Joined { len, each: len });
    }

    /// Several packets have come.
    pub(crate) fn set_joined(&mut self, origin: Origin<F>, Joined { len, each }: Joined) {
        (self.origin, self.len, self.each) = (origin, len.min(self.buffer.len()), each);
    }

    fn packets(&self) -> impl Iterator<Item = Packet<'_, F>> {
        let (via, origin) = (self.via, self.origin);
        // A packet without content is one, too.
        let starts = (0..self.len.max(1)).step_by(self.each.max(1));
        starts.map(move |start| {
            let end = (start + self.each).min(self.len);
            Packet { via, origin, message: &self.buffer[start..end] }
        })
    }
}

/// Lengths of what the system has joined.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Joined {
    len: usize,
    each: usize,
}

impl Joined {
    /// As the system tells it.
    pub(crate) fn of<S>(message: &RecvMsg<'_, '_, S>) -> Self {
        let len = message.bytes;
        let each = message.cmsgs().ok().and_then(|mut told| {
            told.find_map(|told| match told {
                ControlMessageOwned::UdpGroSegments(each) => usize::try_from(each).ok(),
                _ => None,
            })
        });
        Self { len, each: each.unwrap_or(len) }
    }
}
