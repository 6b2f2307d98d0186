//! Where queries come from and go to.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, ToSocketAddrs as _, UdpSocket};

use nix::ifaddrs::getifaddrs;
use nix::sys::socket::SockaddrIn;
use socket2::{Domain, Protocol, Socket, Type};

/// A relay and a server.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// The relay's address.
    pub(crate) local: Ipv4Addr,
    /// The address that answers are received on; any, where there are more relays.
    pub(crate) bind: SocketAddrV4,
    /// The interface, if one was named.
    pub(crate) device: Option<String>,
    /// The server.
    pub(crate) server: SocketAddrV4,
    /// Whether to allow a broadcast address.
    pub(crate) broadcast: bool,
}

impl Endpoint {
    /// Finds the addresses that names stand for.
    pub(crate) fn find(
        local: Option<&str>,
        local_port: u16,
        server: Option<&str>,
        server_port: u16,
        broadcast: bool,
    ) -> Result<Self, String> {
        let device = local.and_then(|name| interface(name).map(|address| (name, address)));
        let (server, is_all) = match server {
            Some("all") => (Ipv4Addr::BROADCAST, true),
            None if device.is_some() => (Ipv4Addr::BROADCAST, true),
            Some("servers") => return Err("`servers` is of DHCPv6: not supported yet".to_owned()),
            Some(name) => (address(name)?, false),
            None => return Err("which server? It may be left out with -l INTERFACE".to_owned()),
        };
        let broadcast = broadcast || is_all;
        let server = SocketAddrV4::new(server, server_port);
        let local_address = match (device, local) {
            (Some((_, Some(address))), _) => address,
            (Some((name, None)), _) => return Err(format!("{name} has no IPv4 address")),
            (None, Some(name)) => address(name)?,
            (None, None) => towards(server, broadcast)
                .map_err(|error| format!("no way to {server}: {error}; name one with -l"))?,
        };
        Ok(Self {
            local: local_address,
            bind: SocketAddrV4::new(local_address, local_port),
            device: device.map(|(name, _)| name.to_owned()),
            server,
            broadcast,
        })
    }

    /// Opens the socket.
    pub(crate) fn open(&self) -> io::Result<Socket> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
        if let Some(device) = &self.device {
            socket.bind_device(Some(device.as_bytes()))?;
        }
        socket.set_broadcast(self.broadcast)?;
        socket.bind(&SocketAddr::from(self.bind).into())?;
        if self.is_connected() {
            socket.connect(&SocketAddr::from(self.server).into())?;
        }
        Ok(socket)
    }

    /// Where to send each message; nowhere in particular where the socket knows it.
    pub(crate) fn to(&self) -> Option<SockaddrIn> {
        (!self.is_connected()).then(|| self.server.into())
    }

    /// A connected socket sends faster, but has one address of its own and takes no other's
    /// answers.
    fn is_connected(&self) -> bool {
        !self.broadcast && !self.bind.ip().is_unspecified()
    }
}

/// An interface's first address, if there is such an interface.
fn interface(name: &str) -> Option<Option<Ipv4Addr>> {
    let mut own = getifaddrs().ok()?.filter(|address| address.interface_name == name).peekable();
    own.peek()?;
    let address = |a: nix::ifaddrs::InterfaceAddress| Some(a.address?.as_sockaddr_in()?.ip());
    Some(own.find_map(address))
}

/// The IPv4 address of a name.
fn address(name: &str) -> Result<Ipv4Addr, String> {
    let mut found = (name, 0).to_socket_addrs().map_err(|error| format!("{name}: {error}"))?;
    let address = found.find_map(|address| match address {
        SocketAddr::V4(address) => Some(*address.ip()),
        SocketAddr::V6(_) => None,
    });
    address.ok_or_else(|| format!("{name} has no IPv4 address: DHCPv6 is not supported yet"))
}

/// The address that packets to the server come from.
fn towards(server: SocketAddrV4, broadcast: bool) -> io::Result<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.set_broadcast(broadcast)?;
    socket.connect(server)?;
    match socket.local_addr()? {
        SocketAddr::V4(address) => Ok(*address.ip()),
        SocketAddr::V6(_) => Err(io::ErrorKind::AddrNotAvailable.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(local: Option<&str>, server: Option<&str>) -> Result<Endpoint, String> {
        Endpoint::find(local, 67, server, 67, false)
    }

    #[test]
    fn the_way_to_the_server_tells_the_relays_address() {
        let found = find(None, Some("localhost")).unwrap();
        assert_eq!((found.local, found.to()), (Ipv4Addr::LOCALHOST, None));
    }

    #[test]
    fn an_interface_has_an_address_and_its_servers_are_all() {
        let found = find(Some("lo"), None).unwrap();
        assert_eq!((found.local, *found.server.ip()), (Ipv4Addr::LOCALHOST, Ipv4Addr::BROADCAST));
        assert!(found.broadcast && found.to().is_some() && found.device.as_deref() == Some("lo"));
    }

    #[test]
    fn what_is_nowhere_is_refused() {
        assert!(find(None, None).is_err());
        assert!(find(Some("127.0.0.1"), None).is_err());
        assert!(find(None, Some("::1")).is_err());
        assert!(find(None, Some("servers")).unwrap_err().contains("not supported yet"));
    }
}
