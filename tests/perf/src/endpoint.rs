//! Where queries come from and go to.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _, UdpSocket};

use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::net::if_::if_nametoindex;
use nix::sys::socket::SockaddrStorage;
use socket2::{Domain, Protocol as Transport, Socket, Type};

use crate::protocol::Protocol;

/// `all`: All_DHCP_Relay_Agents_and_Servers, RFC 8415 section 7.1.
const ALL: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2);
/// `servers`: All_DHCP_Servers.
const SERVERS: Ipv6Addr = Ipv6Addr::new(0xff05, 0, 0, 0, 0, 0, 1, 3);

/// A relay, or a link of clients, and a server.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// The relay's address.
    pub(crate) local: IpAddr,
    /// The address that answers are received on; any, where there are more relays.
    pub(crate) bind: SocketAddr,
    /// The interface, if one was named.
    pub(crate) device: Option<String>,
    /// The server.
    pub(crate) server: SocketAddr,
    /// Whether many may hear the queries: by broadcast or multicast.
    pub(crate) to_many: bool,
}

/// What the command line says of an endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// What is spoken.
    pub(crate) protocol: Protocol,
    /// An interface or an address of this host.
    pub(crate) local: Option<&'a str>,
    /// The port of this host; 0 for any.
    pub(crate) local_port: u16,
    /// The server's name or address, or `all`, or `servers`.
    pub(crate) server: Option<&'a str>,
    /// The server's port.
    pub(crate) server_port: u16,
    /// The server's address may be a broadcast address.
    pub(crate) broadcast: bool,
}

impl Endpoint {
    /// Finds the addresses that names stand for.
    pub(crate) fn find(wanted: &Wanted<'_>) -> Result<Self, String> {
        let Wanted { protocol, local, .. } = *wanted;
        let device = local.filter(|name| if_nametoindex(*name).is_ok());
        let (server, is_all) = server(wanted, device)?;
        let server = SocketAddr::new(server, wanted.server_port);
        let to_many = wanted.broadcast || is_all || server.ip().is_multicast();
        let local = match (device, local) {
            (Some(device), _) => of_interface(protocol, device, server.ip())?,
            (None, Some(name)) => address(protocol, name, wanted.local_port)?,
            (None, None) if server.ip().is_multicast() => {
                return Err("multicast goes to an interface: name one with -l".to_owned());
            }
            (None, None) => towards(server, to_many)
                .map_err(|error| format!("no way to {server}: {error}; name one with -l"))?,
        };
        let mut bind = local;
        bind.set_port(wanted.local_port);
        let device = device.map(ToOwned::to_owned);
        Ok(Self { local: local.ip(), bind, device, server: scoped(server, &local), to_many })
    }

    /// Opens the socket.
    pub(crate) fn open(&self) -> io::Result<Socket> {
        let socket =
            Socket::new(Domain::for_address(self.bind), Type::DGRAM, Some(Transport::UDP))?;
        if let Some(device) = &self.device {
            socket.bind_device(Some(device.as_bytes()))?;
        }
        socket.set_broadcast(self.to_many)?;
        socket.bind(&self.bind.into())?;
        if self.is_connected() {
            socket.connect(&self.server.into())?;
        }
        Ok(socket)
    }

    /// Where to send each message; nowhere in particular where the socket knows it.
    pub(crate) fn to(&self) -> Option<SockaddrStorage> {
        (!self.is_connected()).then(|| self.server.into())
    }

    /// A connected socket sends faster, but has one address of its own and takes no other's
    /// answers.
    fn is_connected(&self) -> bool {
        !self.to_many && !self.bind.ip().is_unspecified()
    }
}

/// The server's address, and whether all servers were meant.
fn server(wanted: &Wanted<'_>, device: Option<&str>) -> Result<(IpAddr, bool), String> {
    match (wanted.protocol, wanted.server) {
        (Protocol::V4, Some("all")) => Ok((Ipv4Addr::BROADCAST.into(), true)),
        (Protocol::V6, Some("all")) => Ok((ALL.into(), true)),
        (Protocol::V6, Some("servers")) => Ok((SERVERS.into(), true)),
        (Protocol::V4, Some("servers")) => Err("`servers` is of DHCPv6: -6 is missing".to_owned()),
        (protocol, Some(name)) => Ok((address(protocol, name, 0)?.ip(), false)),
        (Protocol::V4, None) if device.is_some() => Ok((Ipv4Addr::BROADCAST.into(), true)),
        (Protocol::V6, None) if device.is_some() => Ok((ALL.into(), true)),
        (_, None) => Err("which server? It may be left out with -l INTERFACE".to_owned()),
    }
}

/// The server on the link that the local address is of.
fn scoped(server: SocketAddr, local: &SocketAddr) -> SocketAddr {
    match (server, local) {
        (SocketAddr::V6(mut server), SocketAddr::V6(local)) if server.scope_id() == 0 => {
            server.set_scope_id(local.scope_id());
            server.into()
        }
        _ => server,
    }
}

/// An interface's first address from which the server may be reached.
fn of_interface(protocol: Protocol, name: &str, server: IpAddr) -> Result<SocketAddr, String> {
    let own = getifaddrs().map_err(|error| format!("cannot list interfaces: {error}"))?;
    let own = own.filter(|address| address.interface_name == name);
    let found = match (protocol, server) {
        (Protocol::V4, _) => own.filter_map(v4).next(),
        (Protocol::V6, IpAddr::V6(server)) => {
            let is_near = server.is_multicast() || server.is_unicast_link_local();
            let mut all: Vec<_> = own.filter_map(v6).collect();
            // From the address with the reach of the server's; else from any.
            all.sort_by_key(|(address, _)| address.is_unicast_link_local() != is_near);
            all.into_iter().next().map(|(_, address)| address)
        }
        (Protocol::V6, IpAddr::V4(_)) => None,
    };
    let ip = if protocol == Protocol::V4 { "IPv4" } else { "IPv6" };
    found.ok_or_else(|| format!("{name} has no {ip} address"))
}

fn v4(own: InterfaceAddress) -> Option<SocketAddr> {
    let address = own.address?.as_sockaddr_in()?.ip();
    Some(SocketAddr::new(address.into(), 0))
}

fn v6(own: InterfaceAddress) -> Option<(Ipv6Addr, SocketAddr)> {
    let address = *own.address?.as_sockaddr_in6()?;
    Some((address.ip(), std::net::SocketAddrV6::from(address).into()))
}

/// The address of a name.
fn address(protocol: Protocol, name: &str, port: u16) -> Result<SocketAddr, String> {
    let mut found = (name, port).to_socket_addrs().map_err(|error| format!("{name}: {error}"))?;
    let is_wanted = |address: &SocketAddr| address.is_ipv4() == (protocol == Protocol::V4);
    let missing = match protocol {
        Protocol::V4 => "has no IPv4 address; -6 is DHCPv6",
        Protocol::V6 => "has no IPv6 address",
    };
    found.find(is_wanted).ok_or_else(|| format!("{name} {missing}"))
}

/// The address that packets to the server come from.
fn towards(server: SocketAddr, broadcast: bool) -> io::Result<SocketAddr> {
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    if server.is_ipv4() {
        socket.set_broadcast(broadcast)?;
    }
    socket.connect(server)?;
    socket.local_addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(
        protocol: Protocol,
        local: Option<&str>,
        server: Option<&str>,
    ) -> Result<Endpoint, String> {
        let port = protocol.terms().server_port;
        Endpoint::find(&Wanted {
            protocol,
            local,
            local_port: port,
            server,
            server_port: port,
            broadcast: false,
        })
    }

    #[test]
    fn the_way_to_the_server_tells_the_relays_address() {
        for (protocol, address) in [(Protocol::V4, "127.0.0.1"), (Protocol::V6, "::1")] {
            let found = find(protocol, None, Some(address)).unwrap();
            assert_eq!((found.local.to_string().as_str(), found.to()), (address, None));
            assert_eq!(found.bind.port(), protocol.terms().server_port);
        }
    }

    #[test]
    fn an_interface_has_an_address_and_its_servers_are_all() {
        let found = find(Protocol::V4, Some("lo"), None).unwrap();
        let (local, server) = (Ipv4Addr::LOCALHOST, Ipv4Addr::BROADCAST);
        assert_eq!((found.local, found.server.ip()), (local.into(), server.into()));
        assert!(found.to_many && found.to().is_some() && found.device.as_deref() == Some("lo"));
        let found = find(Protocol::V6, Some("lo"), Some("servers")).unwrap();
        assert_eq!(found.server.ip(), IpAddr::from(SERVERS));
        assert!(found.to_many && found.to().is_some());
    }

    #[test]
    fn what_is_nowhere_is_refused() {
        assert!(find(Protocol::V4, None, None).is_err());
        assert!(find(Protocol::V4, Some("127.0.0.1"), None).is_err());
        assert!(find(Protocol::V4, None, Some("::1")).unwrap_err().contains("-6"));
        assert!(find(Protocol::V4, None, Some("servers")).unwrap_err().contains("-6"));
        assert!(find(Protocol::V6, None, Some("127.0.0.1")).is_err());
        assert!(find(Protocol::V6, None, Some("all")).unwrap_err().contains("-l"));
    }
}
