//! The NETCONF server: sessions over SSH on one side, sysrepo on the other.
//!
//! A session is an asynchronous task that moves bytes (`session`) and a thread that talks to
//! sysrepo (`worker`, `operations`), because sysrepo's calls block until subscribers have
//! answered. Requests of one session are handled in order; sessions do not wait for each other
//! but where sysrepo makes them.

mod auth;
mod confirmed;
mod edit;
mod errors;
mod filter;
mod locks;
mod monitoring;
mod notifications;
mod operations;
mod read;
mod registry;
mod session;
mod ssh;
mod worker;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ruru_sysrepo::{AccessControl, Connection, Datastore, Subscription};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

pub use auth::UserError;
pub use ssh::HostKeyError;

use crate::config::NetconfServer;
use crate::log::{Event, Log};
use confirmed::Confirmed;
use registry::Registry;

/// How long subscribers may take to accept a change: a DHCP server that opens sockets and
/// databases needs its time.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The host key is not usable.
    #[error("the host key is not usable")]
    HostKey(#[from] HostKeyError),
    /// A user is not usable.
    #[error(transparent)]
    User(#[from] UserError),
    /// sysrepo refuses.
    #[error("sysrepo refuses")]
    Sysrepo(#[from] ruru_sysrepo::Error),
    /// A module that the server cannot do without.
    #[error("the YANG module {0} is not installed; --install-modules installs it")]
    NoModule(&'static str),
}

/// What all sessions share.
struct Shared {
    // Gone after the last session and before the connection.
    _access: AccessControl,
    connection: Connection,
    confirmed: Arc<Confirmed>,
    registry: Arc<Registry>,
    log: Log,
    max_message_size: usize,
    idle_timeout: Option<Duration>,
}

/// A server that listens.
pub struct Server {
    listeners: Vec<TcpListener>,
    ssh: ssh::Ssh,
    shared: Arc<Shared>,
    _state: [Subscription; 2],
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("listeners", &self.listeners).finish_non_exhaustive()
    }
}

impl Server {
    /// Opens sockets and checks everything that it needs. Unless `unrestricted`, files have to be
    /// private that should be.
    pub async fn start(
        config: &NetconfServer,
        unrestricted: bool,
        connection: Connection,
        log: Log,
    ) -> Result<Self, StartError> {
        check_modules(&connection)?;
        let users = auth::Users::new(&config.users)?;
        let key = ssh::host_key(&config.host_key, unrestricted, &log)?;
        let access = AccessControl::start(connection.session(Datastore::Running)?)?;
        let registry = Registry::new(log.now());
        let state = [
            monitoring::provide(&connection, Arc::clone(&registry))?,
            notifications::provide(&connection)?,
        ];
        let shared = Arc::new(Shared {
            _access: access,
            confirmed: Confirmed::new(connection.clone(), log),
            connection,
            registry,
            log,
            max_message_size: usize::try_from(config.max_message_size).unwrap_or(usize::MAX),
            idle_timeout: config.idle_timeout(),
        });
        let limit = Arc::new(Semaphore::new(config.session_limit.into()));
        let ssh = ssh::Ssh::new(key, users, Arc::clone(&shared), limit);
        let mut listeners = Vec::new();
        for &listen in &config.listen {
            let address = SocketAddr::from(listen);
            let listener = TcpListener::bind(address).await;
            let listener = listener.map_err(|source| StartError::Listen { address, source })?;
            let address = listener.local_addr().unwrap_or(address);
            log.write(&Event::Listening { address });
            listeners.push(listener);
        }
        Ok(Self { listeners, ssh, shared, _state: state })
    }

    /// The addresses that the server listens on.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().flat_map(TcpListener::local_addr).collect()
    }

    /// Serves until `shutdown` is ready, then ends all sessions.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let Self { listeners, ssh, .. } = &self;
        let accept = join(listeners.iter().map(|listener| ssh.accept(listener)));
        tokio::select! {
            () = accept => {}
            () = shutdown => {}
        }
        self.ssh.close().await;
        // What was to be confirmed will not be.
        let confirmed = Arc::clone(&self.shared.confirmed);
        let undone = tokio::task::spawn_blocking(move || confirmed.cancel()).await;
        if let Ok(Err(error)) = undone {
            self.shared.log.write(&Event::CommitStays { reason: &error.to_string() });
        }
    }
}

/// Waits for all of them.
async fn join(all: impl Iterator<Item = impl Future<Output = ()>>) {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        all.retain_mut(|future| future.as_mut().poll(context).is_pending());
        if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

/// Checks the users of a configuration, as `-t` does.
pub fn check_users(config: &NetconfServer) -> Result<(), UserError> {
    auth::Users::new(&config.users).map(drop)
}

fn check_modules(connection: &Connection) -> Result<(), StartError> {
    const NEEDED: &[&str] = &[
        "ietf-netconf",
        "ietf-netconf-acm",
        "ietf-netconf-monitoring",
        "ietf-netconf-nmda",
        "notifications",
        "nc-notifications",
    ];
    let context = connection.context()?;
    match NEEDED.iter().find(|name| context.module(name).is_none()) {
        Some(name) => Err(StartError::NoModule(name)),
        None => Ok(()),
    }
}
