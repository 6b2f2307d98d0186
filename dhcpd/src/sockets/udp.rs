//! UDP sockets: relayed queries, and answers that the kernel can route.

use std::io;
use std::net::{SocketAddr, SocketAddrV4};
use std::os::fd::{AsFd, BorrowedFd};

use rustix::net::{RecvFlags, SendFlags};
use socket2::{Domain, Protocol, Socket as UdpFd, Type};

use super::{Origin, Place, Ports, filter};

/// A UDP socket on one address.
#[derive(Debug)]
pub(crate) struct UdpSocket {
    pub(super) place: Place,
    socket: UdpFd,
}

impl UdpSocket {
    /// With `beside_raw` the raw socket of the interface serves clients on the link, so that this
    /// one takes relayed queries only.
    pub(super) fn open(place: Place, ports: Ports, beside_raw: bool) -> io::Result<Self> {
        let socket = UdpFd::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
        if beside_raw {
            socket.attach_filter(&filter::relayed_queries())?;
        }
        socket.set_nonblocking(true)?;
        // Room for what arrives while a batch is synced; the system may grant less.
        socket.set_recv_buffer_size(4 << 20)?;
        socket.bind(&SocketAddr::from((place.address, ports.server)).into())?;
        Ok(Self { place, socket })
    }

    pub(super) fn receive(&self, buffer: &mut [u8]) -> io::Result<Option<(usize, Origin)>> {
        loop {
            let (len, source) =
                match rustix::net::recvfrom(&self.socket, &mut *buffer, RecvFlags::empty()) {
                    Ok((len, _, source)) => (len, source),
                    Err(rustix::io::Errno::AGAIN) => return Ok(None),
                    // What an earlier answer met; it says nothing about the next query.
                    Err(rustix::io::Errno::CONNREFUSED) => continue,
                    Err(error) => return Err(error.into()),
                };
            let source = source.and_then(|source| SocketAddrV4::try_from(source).ok());
            let Some(source) = source else { continue };
            return Ok(Some((len, Origin { source, destination: self.place.address })));
        }
    }

    pub(super) fn send(&self, to: SocketAddrV4, payload: &[u8]) -> io::Result<()> {
        rustix::net::sendto(&self.socket, payload, SendFlags::empty(), &to)?;
        Ok(())
    }
}

impl AsFd for UdpSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
