//! The channel between the DHCPv4 and the DHCPv6 server of a machine, for DHCPv4 over DHCPv6: UDP on
//! the loopback address, from one of two ports to the other, as Kea's servers have it.

use std::io;
use std::net::{Ipv6Addr, SocketAddr};
use std::num::NonZeroU16;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use ruru_config::Protocol;
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use socket2::{Domain, Protocol as Transport, Socket, Type};

use super::{BUFFER, Room};
use crate::family::Served;

/// How often and how long an earlier channel on the port is waited for: workers let go of it with
/// their next batch.
const ATTEMPTS: u32 = 4;
const PATIENCE: Duration = Duration::from_millis(60);

/// One end of the channel.
#[derive(Debug)]
pub(crate) struct Channel {
    socket: Socket,
    /// The lower port.
    port: NonZeroU16,
}

/// Why there is no channel.
#[derive(Debug, thiserror::Error)]
#[error("the channel between the servers cannot be opened on ::1 port {port}")]
pub(crate) struct ChannelError {
    port: u16,
    source: io::Error,
}

impl Channel {
    /// Opens the end of a server: the DHCPv6 server has the lower port.
    pub(crate) fn open(port: NonZeroU16, server: Protocol) -> Result<Self, ChannelError> {
        // The configuration has no port that no other follows.
        let (lower, upper) = (port.get(), port.get().saturating_add(1));
        let (own, other) = match server {
            Protocol::V4 => (upper, lower),
            Protocol::V6 => (lower, upper),
        };
        let open = || {
            let socket = Socket::new(Domain::IPV6, Type::DGRAM, Some(Transport::UDP))?;
            socket.set_only_v6(true)?;
            socket.set_nonblocking(true)?;
            // Room for bursts; the system may grant less.
            socket.set_recv_buffer_size(BUFFER)?;
            socket.set_send_buffer_size(BUFFER)?;
            let at = |port| SocketAddr::from((Ipv6Addr::LOCALHOST, port)).into();
            socket.bind(&at(own))?;
            // What does not come from the other server does not come in.
            socket.connect(&at(other))?;
            Ok(socket)
        };
        let mut attempts = 1..ATTEMPTS;
        loop {
            match open() {
                Ok(socket) => return Ok(Self { socket, port }),
                Err(error) if is_taken(&error) && attempts.next().is_some() => {
                    std::thread::sleep(PATIENCE);
                }
                Err(source) => return Err(ChannelError { port: own, source }),
            }
        }
    }

    /// The lower port.
    pub(crate) fn port(&self) -> NonZeroU16 {
        self.port
    }

    /// Takes what is there and has room; answers how many messages.
    pub(super) fn receive<F: Served>(&self, room: Room<'_, F>) -> io::Result<usize> {
        let mut count = 0;
        for received in room.received {
            match recv(&self.socket, &mut *received.buffer, RecvFlags::empty()) {
                Ok((_, len)) => received.set(F::NOWHERE, len),
                Err(Errno::AGAIN) => break,
                // Refused is what was sent last: the other server is not there.
                Err(error) if count == 0 => return Err(error.into()),
                // What has come is not to be lost for it.
                Err(_) => break,
            }
            count += 1;
        }
        Ok(count)
    }

    /// Hands a message to the other server.
    pub(crate) fn send(&self, message: &[u8]) -> io::Result<()> {
        let sent = match self.socket.send(message) {
            // That is about an earlier message: this one may find the other server again.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                self.socket.send(message)
            }
            sent => sent,
        };
        sent.map(|_| ())
    }
}

fn is_taken(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrInUse
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use ruru_lease::V4;

    use super::*;

    type Inbox = crate::sockets::Inbox<V4>;

    /// Two ports in a row that were free a moment ago.
    fn ports() -> NonZeroU16 {
        loop {
            let lower = UdpSocket::bind("[::1]:0").unwrap();
            let port = lower.local_addr().unwrap().port();
            if port < 65_535 && UdpSocket::bind(("::1", port + 1)).is_ok() {
                return NonZeroU16::new(port).unwrap();
            }
        }
    }

    #[test]
    fn the_servers_hear_each_other_and_nobody_else() {
        let port = ports();
        let six = Channel::open(port, Protocol::V6).unwrap();
        // The other server is not there yet, and was not.
        six.send(b"lost").unwrap();
        let four = Channel::open(port, Protocol::V4).unwrap();
        let stranger = UdpSocket::bind("[::1]:0").unwrap();
        stranger.send_to(b"stranger", ("::1", port.get() + 1)).unwrap();
        six.send(b"one").unwrap();
        six.send(b"two").unwrap();
        let mut inbox = Inbox::new();
        let count = four.receive(inbox.room()).unwrap();
        inbox.add(count, crate::sockets::Via::Channel);
        let messages: Vec<_> = inbox.packets().map(|packet| packet.message).collect();
        assert_eq!(messages, [b"one", b"two"]);
    }

    #[test]
    fn a_port_that_another_program_has_is_told() {
        let port = ports();
        let _other = UdpSocket::bind(("::1", port.get() + 1)).unwrap();
        let error = Channel::open(port, Protocol::V4).unwrap_err();
        assert_eq!(error.port, port.get() + 1);
        assert!(is_taken(&error.source));
        Channel::open(port, Protocol::V6).unwrap();
    }
}
