//! Raw sockets: frames of clients that have no address yet.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, BorrowedFd, IntoRawFd};

use pnet_base::MacAddr;
use pnet_datalink::{Channel, Config};
use ruru_engine::v4::Destination;
use rustix::net::{RecvFlags, SendFlags};
use socket2::{Domain, Socket as RawFd, Type};

use super::inbox::{Origin, Room};
use super::{Place, Ports, filter, frame};

/// A packet socket on one interface.
#[derive(Debug)]
pub(crate) struct RawSocket {
    pub(super) place: Place,
    socket: RawFd,
    mac: MacAddr,
    broadcast: Vec<Ipv4Addr>,
}

impl RawSocket {
    pub(super) fn open(place: Place, ports: Ports) -> io::Result<Self> {
        let interface = pnet_datalink::interfaces()
            .into_iter()
            .find(|interface| interface.index == place.index)
            .ok_or_else(|| io::Error::other("the interface is gone"))?;
        // Without a protocol nothing arrives before the filter is in place and it is bound.
        let socket = RawFd::new(Domain::PACKET, Type::RAW, None)?;
        socket.attach_filter(&filter::direct_queries(ports.server))?;
        // The channel is used for binding alone: it works on a duplicate, which it closes.
        let config =
            Config { socket_fd: Some(socket.try_clone()?.into_raw_fd()), ..Config::default() };
        match pnet_datalink::channel(&interface, config)? {
            Channel::Ethernet(_, _) => {}
            _ => return Err(io::Error::other("the interface is not Ethernet")),
        }
        socket.set_nonblocking(true)?;
        let broadcast = interface.ips.iter().filter_map(|network| match network.broadcast() {
            std::net::IpAddr::V4(address) => Some(address),
            std::net::IpAddr::V6(_) => None,
        });
        let broadcast = broadcast.chain([Ipv4Addr::BROADCAST]).collect();
        Ok(Self { place, socket, mac: interface.mac.unwrap_or_default(), broadcast })
    }

    /// Takes what is there and has room; answers how many packets.
    pub(super) fn receive(&self, room: Room<'_>) -> io::Result<usize> {
        let mut count = 0;
        for packet in room.packets {
            match self.receive_one(&mut packet.buffer)? {
                Some((len, origin)) => (packet.len, packet.origin) = (len, origin),
                None => break,
            }
            count += 1;
        }
        Ok(count)
    }

    fn receive_one(&self, buffer: &mut [u8]) -> io::Result<Option<(usize, Origin)>> {
        loop {
            let len = match rustix::net::recv(&self.socket, &mut *buffer, RecvFlags::empty()) {
                Ok((len, _)) => len,
                Err(rustix::io::Errno::AGAIN) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            let Some(parsed) = buffer.get(..len).and_then(frame::parse) else { continue };
            let is_broadcast = self.broadcast.contains(&parsed.destination);
            // Frames that pass through this host on the way to another server.
            if !is_broadcast && parsed.destination != self.place.address {
                continue;
            }
            buffer.copy_within(parsed.start..parsed.end, 0);
            let destination = if is_broadcast { Ipv4Addr::BROADCAST } else { parsed.destination };
            let len = parsed.end - parsed.start;
            return Ok(Some((len, Origin { source: parsed.source, destination })));
        }
    }

    pub(crate) fn send(
        &self,
        to: &Destination,
        from: Ipv4Addr,
        payload: &[u8],
        ports: Ports,
    ) -> io::Result<()> {
        let (address, mac) = match to {
            Destination::Link { address, hwaddr } => {
                let mac: [u8; 6] = hwaddr.as_bytes().try_into().map_err(|_| {
                    io::Error::other(format!("{hwaddr} is not an Ethernet address"))
                })?;
                (*address, MacAddr::from(mac))
            }
            Destination::Broadcast | Destination::Address(_) => {
                (Ipv4Addr::BROADCAST, MacAddr::broadcast())
            }
        };
        let addresses = frame::Addresses {
            from_mac: self.mac,
            to_mac: mac,
            from: SocketAddrV4::new(from, ports.server),
            to: SocketAddrV4::new(address, ports.client),
        };
        let frame = frame::write(addresses, payload)
            .ok_or_else(|| io::Error::other("the answer is too long for a frame"))?;
        rustix::net::send(&self.socket, &frame, SendFlags::empty())?;
        Ok(())
    }
}

impl AsFd for RawSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
