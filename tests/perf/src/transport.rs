//! Many messages with one system call.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{MsgFlags, MultiHeaders, recvmmsg, sendmmsg};
use socket2::{Domain, Protocol, Socket, Type};

/// Messages of one system call.
const BATCH: usize = 64;
/// Longer than any answer on Ethernet.
const MESSAGE: usize = 1500;
/// Room in the kernel for bursts; the system may grant less.
const BUFFER: usize = 8 << 20;

/// A UDP socket between a relay and a server, with what waits to be sent and what was received.
#[derive(Debug)]
pub(crate) struct Transport {
    socket: Socket,
    headers: MultiHeaders<()>,
    /// Messages to send; buffers are used again, the first `waiting` hold messages.
    outbox: Vec<Vec<u8>>,
    waiting: usize,
    inbox: Vec<Box<[u8]>>,
    lengths: Vec<usize>,
}

impl Transport {
    /// Opens the socket of a relay towards a server.
    pub(crate) fn open(relay: (Ipv4Addr, u16), server: (Ipv4Addr, u16)) -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        socket.set_recv_buffer_size(BUFFER)?;
        socket.set_send_buffer_size(BUFFER)?;
        socket.bind(&SocketAddr::from(relay).into())?;
        socket.connect(&SocketAddr::from(server).into())?;
        Ok(Self {
            socket,
            headers: MultiHeaders::preallocate(BATCH, None),
            outbox: Vec::new(),
            waiting: 0,
            inbox: vec![vec![0; MESSAGE].into(); BATCH],
            lengths: Vec::with_capacity(BATCH),
        })
    }

    /// A buffer for a message that the next [`Self::flush`] sends.
    pub(crate) fn next_message(&mut self) -> &mut Vec<u8> {
        if self.waiting == self.outbox.len() {
            self.outbox.push(Vec::new());
        }
        self.waiting += 1;
        &mut self.outbox[self.waiting - 1]
    }

    /// Sends what waits; what the kernel does not take is lost, as on a link.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        for batch in self.outbox[..self.waiting].chunks(BATCH) {
            let slices: Vec<_> = batch.iter().map(|message| [IoSlice::new(message)]).collect();
            let headers = &mut self.headers;
            let addresses = [None; BATCH];
            let fd = self.socket.as_raw_fd();
            match sendmmsg(fd, headers, &slices, addresses, [], MsgFlags::empty()) {
                // A full queue, or what an earlier message met: the server may be starting.
                Ok(_) | Err(Errno::EAGAIN | Errno::ECONNREFUSED) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.waiting = 0;
        Ok(())
    }

    /// Waits for messages, and receives up to a batch of them.
    pub(crate) fn receive(&mut self, patience: Duration) -> io::Result<()> {
        self.lengths.clear();
        let patience = PollTimeout::try_from(patience).unwrap_or(PollTimeout::MAX);
        let mut wanted = [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
        match poll(&mut wanted, patience) {
            Ok(0) | Err(Errno::EINTR) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let mut slices: Vec<_> =
            self.inbox.iter_mut().map(|message| [IoSliceMut::new(message)]).collect();
        let headers = &mut self.headers;
        let flags = MsgFlags::MSG_DONTWAIT;
        match recvmmsg(self.socket.as_raw_fd(), headers, slices.iter_mut(), flags, None) {
            Ok(received) => self.lengths.extend(received.map(|message| message.bytes)),
            Err(Errno::EAGAIN | Errno::ECONNREFUSED) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// A message of the last [`Self::receive`].
    pub(crate) fn received(&self, index: usize) -> Option<&[u8]> {
        self.inbox.get(index)?.get(..*self.lengths.get(index)?)
    }
}
