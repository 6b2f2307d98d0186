//! Where an HTTP control socket listens, and how it comes to another address of the same port.

use std::cell::{OnceCell, RefCell};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

/// Connections that wait to be accepted.
const BACKLOG: i32 = 128;

/// A place to listen.
///
/// The port is ours alone, but for a change between an address and all addresses of the host: there
/// the earlier place and the next one share it until the earlier one goes. The next one does not
/// listen before it is to be served. Until then the earlier one gets all connections, even the one
/// that says that the change shall count.
pub(super) struct Place {
    configured: SocketAddr,
    socket: Socket,
    listener: OnceCell<TcpListener>,
    /// The earlier places that share the port, until this one listens.
    earlier: RefCell<Vec<Rc<Self>>>,
}

impl Place {
    /// Takes an address that `earlier` places may cover, or be covered by.
    pub(super) fn open(configured: SocketAddr, earlier: Vec<Rc<Self>>) -> io::Result<Self> {
        let domain = Domain::for_address(configured);
        let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        // Connections of a server that has just ended do not hold its port.
        socket.set_reuse_address(true)?;
        let is_shared = !earlier.is_empty();
        let place =
            Self { configured, socket, listener: OnceCell::new(), earlier: RefCell::new(earlier) };
        place.share(is_shared)?;
        place.socket.bind(&configured.into())?;
        if !is_shared {
            place.listener()?;
        }
        Ok(place)
    }

    /// As it was asked for.
    pub(super) fn configured(&self) -> SocketAddr {
        self.configured
    }

    /// With the port that the system gave if 0 was asked for.
    pub(super) fn address(&self) -> SocketAddr {
        let address = self.socket.local_addr().ok().and_then(|address| address.as_socket());
        address.unwrap_or(self.configured)
    }

    /// Whether connections to one address could be meant for the other.
    pub(super) fn overlaps(&self, other: SocketAddr) -> bool {
        let own = self.address();
        own.port() == other.port() && (covers(own.ip(), other.ip()) || covers(other.ip(), own.ip()))
    }

    /// Listens from the first call on.
    pub(super) fn listener(&self) -> io::Result<&TcpListener> {
        if let Some(listener) = self.listener.get() {
            return Ok(listener);
        }
        self.socket.listen(BACKLOG)?;
        let listener = TcpListener::from_std(self.socket.try_clone()?.into())?;
        // The earlier places are closed with this, unless they are still served.
        self.earlier.take();
        self.socket.set_reuse_port(false)?;
        Ok(self.listener.get_or_init(|| listener))
    }

    /// Lets this place and the earlier ones have the port at the same time. No other program gets
    /// in: it would have to ask for this, too, in the same moment, and be of the same user.
    fn share(&self, is_shared: bool) -> io::Result<()> {
        let earlier = self.earlier.borrow();
        let sockets = earlier.iter().map(|place| &place.socket).chain([&self.socket]);
        sockets.into_iter().try_for_each(|socket| socket.set_reuse_port(is_shared))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // If this one never listened, the earlier ones go on. Nothing is left to do if they cannot
        // be told.
        let _ = self.share(false);
    }
}

fn covers(all: IpAddr, one: IpAddr) -> bool {
    // Sockets of IPv6 serve IPv4, too.
    all == one || (all.is_unspecified() && (all.is_ipv6() || one.is_ipv4()))
}
