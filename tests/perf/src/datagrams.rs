//! A UDP socket that hands many messages to the kernel with one system call, and takes many.

use std::io::{self, IoSlice, IoSliceMut};
use std::ops::Range;
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use nix::cmsg_space;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::socket::sockopt::UdpGroSegment;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, MultiHeaders, RecvMsg, SockaddrStorage,
    recvmmsg, sendmmsg, sendmsg, setsockopt,
};
use nix::sys::time::TimeSpec;
use socket2::Socket;

/// Messages that any kernel takes as one, and buffers of one system call.
const BATCH: usize = 64;
/// Bytes of them: they must fit where one would.
const SEGMENTS_SIZE: usize = 65_000;
/// What the kernel joins, at most.
const JOINED: usize = 65_536;
/// Room in the kernel for bursts; the system may grant less.
const BUFFER: usize = 8 << 20;

/// A message to send.
#[derive(Debug, Default)]
struct Outgoing {
    /// Whom it is for; nobody where the socket is connected.
    to: Option<SockaddrStorage>,
    message: Vec<u8>,
}

/// A message that was received.
#[derive(Debug)]
struct Received {
    from: Option<SockaddrStorage>,
    /// Which buffer it is in, and where.
    buffer: usize,
    part: Range<usize>,
}

/// How messages pass through the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Passage {
    /// Those of one length to one address as one, for which the kernel does most of its work once
    /// (`UDP_SEGMENT`, `UDP_GRO`): so the load takes little of the processors that it shares with the
    /// server.
    #[default]
    Joined,
    /// Each by itself, as links bring them that join nothing.
    OneByOne,
}

/// A socket, with what waits to be sent and what was received.
#[derive(Debug)]
pub(crate) struct Datagrams {
    socket: Socket,
    passage: Passage,
    /// Buffers are used again; the first `waiting` hold messages.
    outbox: Vec<Outgoing>,
    waiting: usize,
    inbox: Vec<Box<[u8]>>,
    received: Vec<Received>,
}

impl Datagrams {
    /// Takes a socket that is bound.
    pub(crate) fn new(socket: Socket, passage: Passage) -> io::Result<Self> {
        socket.set_recv_buffer_size(BUFFER)?;
        socket.set_send_buffer_size(BUFFER)?;
        setsockopt(&socket, UdpGroSegment, &(passage == Passage::Joined))?;
        Ok(Self {
            socket,
            passage,
            outbox: Vec::new(),
            waiting: 0,
            inbox: vec![vec![0; JOINED].into(); BATCH],
            received: Vec::new(),
        })
    }

    /// A buffer for a message that the next [`Self::flush`] sends.
    pub(crate) fn next_message(&mut self, to: Option<SockaddrStorage>) -> &mut Vec<u8> {
        if self.waiting == self.outbox.len() {
            self.outbox.push(Outgoing::default());
        }
        let next = &mut self.outbox[self.waiting];
        self.waiting += 1;
        next.to = to;
        &mut next.message
    }

    /// Sends what waits, and answers how many messages the kernel did not take: those are lost, as
    /// on a link.
    pub(crate) fn flush(&mut self) -> io::Result<usize> {
        let waiting = &mut self.outbox[..std::mem::take(&mut self.waiting)];
        if self.passage == Passage::OneByOne {
            return send_each(&self.socket, waiting);
        }
        waiting.sort_by_key(|outgoing| outgoing.message.len());
        let mut refused = 0;
        for group in waiting.chunk_by(Outgoing::goes_with) {
            let most = SEGMENTS_SIZE / group[0].message.len().max(1);
            for group in group.chunks(most.clamp(1, BATCH)) {
                if group.len() == 1 || !send_joined(&self.socket, group)? {
                    refused += send_each(&self.socket, group)?;
                }
            }
        }
        Ok(refused)
    }

    /// Receives what is there, up to a batch; if nothing is, waits for it so long, and answers that
    /// it did.
    pub(crate) fn receive(&mut self, patience: Duration) -> io::Result<bool> {
        self.take(MsgFlags::MSG_DONTWAIT)?;
        let waits = self.received.is_empty() && !patience.is_zero();
        if waits {
            let mut wanted = [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
            match ppoll(&mut wanted, Some(TimeSpec::from_duration(patience)), None) {
                Ok(0) | Err(Errno::EINTR) => {}
                Ok(_) => self.take(MsgFlags::MSG_DONTWAIT)?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(waits)
    }

    /// Waits for a message as long as the socket's timeout allows, and receives up to a batch.
    pub(crate) fn wait(&mut self) -> io::Result<()> {
        self.take(MsgFlags::MSG_WAITFORONE)
    }

    fn take(&mut self, flags: MsgFlags) -> io::Result<()> {
        self.received.clear();
        let mut slices: Vec<_> =
            self.inbox.iter_mut().map(|message| [IoSliceMut::new(message)]).collect();
        let mut headers = MultiHeaders::preallocate(BATCH, Some(cmsg_space!(i32)));
        match recvmmsg(self.socket.as_raw_fd(), &mut headers, slices.iter_mut(), flags, None) {
            Ok(buffers) => {
                self.received.extend(buffers.enumerate().flat_map(|(buffer, all)| {
                    let (from, each) = (all.address, joined(&all).unwrap_or(all.bytes).max(1));
                    let parts = (0..all.bytes.max(1)).step_by(each);
                    parts.map(move |start| {
                        let part = start..(start + each).min(all.bytes);
                        Received { from, buffer, part }
                    })
                }));
            }
            Err(Errno::EAGAIN | Errno::EINTR | Errno::ECONNREFUSED) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// How many messages the last call received.
    pub(crate) fn received_count(&self) -> usize {
        self.received.len()
    }

    /// One of them.
    pub(crate) fn received(&self, index: usize) -> Option<&[u8]> {
        let Received { buffer, part, .. } = self.received.get(index)?;
        self.inbox.get(*buffer)?.get(part.clone())
    }

    /// Has the answer to one of them written, which the next [`Self::flush`] sends if there is one.
    pub(crate) fn answer(&mut self, index: usize, write: impl FnOnce(&[u8], &mut Vec<u8>) -> bool) {
        let Some(Received { from, buffer, part }) = self.received.get(index) else { return };
        let (to, buffer, part) = (*from, *buffer, part.clone());
        self.next_message(to);
        let query = self.inbox.get(buffer).and_then(|buffer| buffer.get(part));
        let is_due = match (query, self.outbox.get_mut(self.waiting - 1)) {
            (Some(query), Some(answer)) => write(query, &mut answer.message),
            _ => false,
        };
        if !is_due {
            self.waiting -= 1;
        }
    }
}

impl Outgoing {
    /// Whether the kernel can take both as one.
    fn goes_with(&self, other: &Self) -> bool {
        self.message.len() == other.message.len() && self.to == other.to
    }
}

/// Sends messages that go together as one; answers false if the kernel does not take them so.
fn send_joined(socket: &Socket, group: &[Outgoing]) -> io::Result<bool> {
    let slices: Vec<_> = group.iter().map(|outgoing| IoSlice::new(&outgoing.message)).collect();
    let each = u16::try_from(slices[0].len()).map_err(io::Error::other)?;
    let (how, to) = ([ControlMessage::UdpGsoSegments(&each)], group[0].to.as_ref());
    match sendmsg(socket.as_raw_fd(), &slices, &how, MsgFlags::MSG_DONTWAIT, to) {
        Ok(_) => Ok(true),
        // What a path says that cannot cut them, and what each is asked for again.
        Err(Errno::EIO | Errno::EINVAL | Errno::EAGAIN | Errno::ENOBUFS | Errno::ECONNREFUSED) => {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Sends messages one by one; answers how many the kernel does not take.
fn send_each(socket: &Socket, messages: &[Outgoing]) -> io::Result<usize> {
    let mut refused = 0;
    for batch in messages.chunks(BATCH) {
        let slices: Vec<_> =
            batch.iter().map(|outgoing| [IoSlice::new(&outgoing.message)]).collect();
        let to: Vec<_> = batch.iter().map(|outgoing| outgoing.to).collect();
        let mut headers = MultiHeaders::preallocate(batch.len(), None);
        let (socket, flags) = (socket.as_raw_fd(), MsgFlags::MSG_DONTWAIT);
        match sendmmsg(socket, &mut headers, &slices, &to, [], flags) {
            Ok(sent) => refused += batch.len() - sent.count(),
            // A full queue, or what an earlier message met: the server may be starting.
            Err(Errno::EAGAIN | Errno::ENOBUFS | Errno::ECONNREFUSED) => refused += batch.len(),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(refused)
}

/// The length of each message, if the kernel has joined several.
fn joined(message: &RecvMsg<'_, '_, SockaddrStorage>) -> Option<usize> {
    message.cmsgs().ok()?.find_map(|told| match told {
        ControlMessageOwned::UdpGroSegments(each) => usize::try_from(each).ok(),
        _ => None,
    })
}
