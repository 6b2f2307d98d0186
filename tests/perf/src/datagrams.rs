//! A UDP socket that sends and receives many messages with one system call.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, sendmmsg};
use nix::sys::time::TimeSpec;
use socket2::Socket;

/// Messages of one system call.
const BATCH: usize = 64;
/// Longer than any answer on Ethernet.
const MESSAGE: usize = 1500;
/// Room in the kernel for bursts; the system may grant less.
const BUFFER: usize = 8 << 20;

/// A socket, with what waits to be sent and what was received.
#[derive(Debug)]
pub(crate) struct Datagrams {
    socket: Socket,
    /// Apart, because the addresses of what was sent would stand in what is received.
    sending: MultiHeaders<SockaddrStorage>,
    receiving: MultiHeaders<SockaddrStorage>,
    /// Messages to send; buffers are used again, the first `waiting` hold messages.
    outbox: Vec<Vec<u8>>,
    /// Whom they are for; nobody where the socket is connected.
    to: Vec<Option<SockaddrStorage>>,
    waiting: usize,
    inbox: Vec<Box<[u8]>>,
    received: Vec<(usize, Option<SockaddrStorage>)>,
}

impl Datagrams {
    /// Takes a socket that is bound.
    pub(crate) fn new(socket: Socket) -> io::Result<Self> {
        socket.set_recv_buffer_size(BUFFER)?;
        socket.set_send_buffer_size(BUFFER)?;
        Ok(Self {
            socket,
            sending: MultiHeaders::preallocate(BATCH, None),
            receiving: MultiHeaders::preallocate(BATCH, None),
            outbox: Vec::new(),
            to: Vec::new(),
            waiting: 0,
            inbox: vec![vec![0; MESSAGE].into(); BATCH],
            received: Vec::with_capacity(BATCH),
        })
    }

    /// A buffer for a message that the next [`Self::flush`] sends.
    pub(crate) fn next_message(&mut self, to: Option<SockaddrStorage>) -> &mut Vec<u8> {
        if self.waiting == self.outbox.len() {
            self.outbox.push(Vec::new());
            self.to.push(None);
        }
        self.to[self.waiting] = to;
        self.waiting += 1;
        &mut self.outbox[self.waiting - 1]
    }

    /// Sends what waits, and answers how many messages the kernel did not take: those are lost, as
    /// on a link.
    pub(crate) fn flush(&mut self) -> io::Result<usize> {
        let mut refused = 0;
        let waiting = std::mem::take(&mut self.waiting);
        let (messages, to) = (&self.outbox[..waiting], &self.to[..waiting]);
        for (batch, to) in messages.chunks(BATCH).zip(to.chunks(BATCH)) {
            let slices: Vec<_> = batch.iter().map(|message| [IoSlice::new(message)]).collect();
            let (fd, flags) = (self.socket.as_raw_fd(), MsgFlags::MSG_DONTWAIT);
            match sendmmsg(fd, &mut self.sending, &slices, to, [], flags) {
                Ok(sent) => refused += batch.len() - sent.count(),
                // A full queue, or what an earlier message met: the server may be starting.
                Err(Errno::EAGAIN | Errno::ENOBUFS | Errno::ECONNREFUSED) => refused += batch.len(),
                Err(error) => return Err(error.into()),
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
        let headers = &mut self.receiving;
        match recvmmsg(self.socket.as_raw_fd(), headers, slices.iter_mut(), flags, None) {
            Ok(messages) => {
                self.received.extend(messages.map(|message| (message.bytes, message.address)));
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

    /// One of them, and whose it is.
    pub(crate) fn received(&self, index: usize) -> Option<(&[u8], Option<SockaddrStorage>)> {
        let (length, from) = *self.received.get(index)?;
        Some((self.inbox.get(index)?.get(..length)?, from))
    }

    /// Has the answer to one of them written, which the next [`Self::flush`] sends if there is one.
    pub(crate) fn answer(&mut self, index: usize, write: impl FnOnce(&[u8], &mut Vec<u8>) -> bool) {
        let Some((length, from)) = self.received.get(index).copied() else { return };
        self.next_message(from);
        let (query, answer) = (self.inbox.get(index), self.outbox.get_mut(self.waiting - 1));
        let is_due = match (query.and_then(|query| query.get(..length)), answer) {
            (Some(query), Some(answer)) => write(query, answer),
            _ => false,
        };
        if !is_due {
            self.waiting -= 1;
        }
    }
}
