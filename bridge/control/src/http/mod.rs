//! Serving commands over HTTP and HTTPS.
//!
//! A command is the body of a POST; its answer comes as a list of one element. What is wrong with the
//! HTTP itself is answered with a status and a plain map. Credentials are looked at before the body is
//! read, so that a stranger cannot make the server keep anything.

mod authentication;
mod exchange;
mod place;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ruru_command::{Answer, Request};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

pub use authentication::{Authentication, Credential};
pub use tls::TlsFiles;

use exchange::Exchange;
use place::Place;

/// How long a peer may take for the TLS handshake, and for a command's body.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection may stay without a request.
const IDLE: Duration = Duration::from_secs(30);
/// Connections at a time; more wait.
const CONNECTIONS: usize = 100;

/// What an HTTP control socket is to be like.
#[derive(Clone, Debug)]
pub struct HttpSetup {
    /// Where it listens.
    pub address: SocketAddr,
    /// The files of TLS; without them it is plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Who may send commands; without it everybody who can connect.
    pub authentication: Option<Authentication>,
    /// Headers that every response has, beside HTTP's own.
    pub headers: Vec<(String, String)>,
}

/// Why an HTTP control socket cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The system refuses the address.
    #[error("cannot listen on {address}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// Another socket listens there.
    #[error(
        "another control socket listens on {other}, which covers {address} or is covered by it"
    )]
    Overlap {
        /// The address.
        address: SocketAddr,
        /// The address of the other one.
        other: SocketAddr,
    },
    /// A file of TLS cannot be used.
    #[error("{name} {path}: {reason}")]
    Tls {
        /// The parameter that names the file.
        name: &'static str,
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A header cannot be sent.
    #[error("'{0}' is not a header that HTTP can carry")]
    Header(String),
}

/// An HTTP or HTTPS control socket.
pub struct HttpSocket {
    place: Rc<Place>,
    tls: Option<TlsAcceptor>,
    authentication: Option<Authentication>,
    headers: HeaderMap,
}

impl HttpSocket {
    /// Opens a socket beside `others` of the same configuration. One of `earlier`, the sockets of the
    /// running configuration, that listens on the same address hands its listening over, so that
    /// connections made meanwhile are not refused; certificates and keys are read anew. Those that
    /// have the same port otherwise must be dropped once this one is served.
    ///
    /// # Errors
    /// See [`HttpError`].
    pub fn open(
        setup: HttpSetup,
        earlier: &[Rc<Self>],
        others: &[Rc<Self>],
    ) -> Result<Self, HttpError> {
        let headers = header_map(&setup.headers)?;
        let tls = setup.tls.as_ref().map(TlsFiles::acceptor).transpose()?;
        let address = setup.address;
        // The system would not tell of those that share a port with an earlier one.
        if let Some(other) = others.iter().find(|other| other.place.overlaps(address)) {
            return Err(HttpError::Overlap { address, other: other.address() });
        }
        let places = || earlier.iter().map(|socket| &socket.place);
        let place = match places().find(|place| place.configured() == address) {
            Some(place) => Rc::clone(place),
            None => {
                let shared = places().filter(|place| place.overlaps(address)).cloned().collect();
                let place = Place::open(address, shared);
                Rc::new(place.map_err(|source| HttpError::Address { address, source })?)
            }
        };
        let authentication = setup.authentication;
        Ok(Self { place, tls, authentication, headers })
    }

    /// Where it listens, with the port that the system gave if 0 was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.place.address()
    }

    /// Serves until it is dropped, then lets open connections end with the response that they are at;
    /// must run inside a `LocalSet`. Commands are answered one after the other; reading and writing
    /// overlap.
    ///
    /// # Errors
    /// A connection cannot be accepted, perhaps for want of descriptors, or the system does not let
    /// it listen now; serve again later.
    pub async fn serve(
        &self,
        handler: impl Fn(&Request) -> Answer + Clone + 'static,
    ) -> io::Result<()> {
        let listener = self.place.listener()?;
        let (_open, closing) = watch::channel(());
        let places = Rc::new(Semaphore::new(CONNECTIONS));
        let exchange =
            Rc::new(Exchange::new(self.authentication.clone(), self.headers.clone(), handler));
        loop {
            let place = Rc::clone(&places);
            let (stream, _) = listener.accept().await?;
            let (tls, exchange, closing) =
                (self.tls.clone(), Rc::clone(&exchange), closing.clone());
            tokio::task::spawn_local(async move {
                // The semaphore is never closed.
                let Ok(_place) = place.acquire().await else { return };
                match tls {
                    None => converse(stream, exchange, closing).await,
                    Some(tls) => {
                        if let Some(stream) = handshake(&tls, stream).await {
                            converse(stream, exchange, closing).await;
                        }
                    }
                }
            });
        }
    }
}

impl std::fmt::Debug for HttpSocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpSocket")
            .field("address", &self.place.configured())
            .finish_non_exhaustive()
    }
}

fn header_map(headers: &[(String, String)]) -> Result<HeaderMap, HttpError> {
    let header = |(name, value): &(String, String)| {
        let wrong = || HttpError::Header(format!("{name}: {value}"));
        let name = HeaderName::try_from(name.as_str()).map_err(|_| wrong())?;
        Ok((name, HeaderValue::try_from(value.as_str()).map_err(|_| wrong())?))
    };
    headers.iter().map(header).collect()
}

/// `None` if the peer fails the handshake: it has been told by an alert.
async fn handshake(
    tls: &TlsAcceptor,
    stream: TcpStream,
) -> Option<tokio_rustls::server::TlsStream<TcpStream>> {
    timeout(PATIENCE, tls.accept(stream)).await.ok()?.ok()
}

async fn converse<S, H>(stream: S, exchange: Rc<Exchange<H>>, mut closing: watch::Receiver<()>)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
    H: Fn(&Request) -> Answer + 'static,
{
    let service = service_fn(move |request| {
        let exchange = Rc::clone(&exchange);
        async move { Ok::<_, std::convert::Infallible>(exchange.respond(request).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(IDLE);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // A peer that goes away, or that does not speak HTTP, needs no more than hyper tells it.
    tokio::select! {
        _ = connection.as_mut() => {}
        _ = closing.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

#[cfg(test)]
mod tests;
