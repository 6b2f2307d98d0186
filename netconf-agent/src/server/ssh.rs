//! NETCONF over SSH, RFC 6242: each channel that asks for the subsystem `netconf` is a session.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use russh::keys::ssh_key::LineEnding;
use russh::keys::{Algorithm, PrivateKey};
use russh::server::{
    Auth, ChannelOpenHandle, Config, Handler, Msg, PublicKeyOffer, VerifiedPublicKey,
};
use russh::{Channel, ChannelId, Disconnect, MethodKind, MethodSet};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::auth::Users;
use super::{Shared, session};
use crate::log::{Event, Log};

/// How long a client may take to log in.
const LOGIN_TIME: Duration = Duration::from_secs(60);
/// How long sessions may take to end when the server does.
const CLOSING_TIME: Duration = Duration::from_secs(3);

/// Why there is no host key.
#[derive(Debug, thiserror::Error)]
pub enum HostKeyError {
    /// The file cannot be read or written.
    #[error("cannot use {}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What is in the file is no private key.
    #[error("no private key in {}", file.display())]
    Key {
        /// The file.
        file: PathBuf,
        /// Why.
        source: russh::keys::ssh_key::Error,
    },
    /// Others may read the key.
    #[error("{} is open to others: mode {mode:o}", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// Its permissions.
        mode: u32,
    },
}

/// The key in the file; a new one if there is no file. Unless `unrestricted`, nobody else may
/// read it.
pub(super) fn host_key(
    file: &Path,
    unrestricted: bool,
    log: &Log,
) -> Result<PrivateKey, HostKeyError> {
    let failed = |source| HostKeyError::File { file: file.to_owned(), source };
    let wrong = |source| HostKeyError::Key { file: file.to_owned(), source };
    match std::fs::read_to_string(file) {
        Ok(text) => {
            let mode = std::fs::metadata(file).map_err(failed)?.permissions().mode() & 0o777;
            if mode & 0o077 != 0 && !unrestricted {
                return Err(HostKeyError::Open { file: file.to_owned(), mode });
            }
            PrivateKey::from_openssh(text).map_err(wrong)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = PrivateKey::random(&mut rand::rng(), Algorithm::Ed25519).map_err(wrong)?;
            let text = key.to_openssh(LineEnding::LF).map_err(wrong)?;
            let mut options = std::fs::OpenOptions::new();
            let mut created =
                options.write(true).create_new(true).mode(0o600).open(file).map_err(failed)?;
            created.write_all(text.as_bytes()).and_then(|()| created.sync_all()).map_err(failed)?;
            log.write(&Event::HostKeyMade { file: &file.display().to_string() });
            Ok(key)
        }
        Err(error) => Err(failed(error)),
    }
}

/// The SSH side of the server.
pub(super) struct Ssh {
    config: Arc<Config>,
    users: Arc<Users>,
    shared: Arc<Shared>,
    limit: Arc<Semaphore>,
    /// How many sessions there may be.
    sessions: u32,
    closing: watch::Sender<bool>,
}

impl Ssh {
    pub(super) fn new(
        key: PrivateKey,
        users: Users,
        shared: Arc<Shared>,
        limit: Arc<Semaphore>,
    ) -> Self {
        let config = Config {
            keys: vec![key],
            methods: methods(),
            // A client asks first which methods there are; only guesses are worth a delay.
            auth_rejection_time: Duration::from_millis(500),
            auth_rejection_time_initial: Some(Duration::ZERO),
            max_auth_attempts: 6,
            inactivity_timeout: None,
            keepalive_interval: Some(Duration::from_secs(60)),
            keepalive_max: 3,
            nodelay: true,
            ..Config::default()
        };
        let sessions = u32::try_from(limit.available_permits()).unwrap_or(u32::MAX);
        Self {
            config: Arc::new(config),
            users: Arc::new(users),
            shared,
            limit,
            sessions,
            closing: watch::Sender::new(false),
        }
    }

    /// Accepts clients for ever.
    pub(super) async fn accept(&self, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => self.spawn(stream, peer),
                Err(error) => {
                    let reason = &error.to_string();
                    self.shared.log.write(&Event::AcceptFailed { reason });
                    // Most likely there are no file descriptors: wait for some to be closed.
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }

    /// Ends all sessions and waits for them, for a while.
    pub(super) async fn close(&self) {
        self.closing.send_replace(true);
        let all = self.limit.acquire_many(self.sessions);
        drop(tokio::time::timeout(CLOSING_TIME, all).await);
    }

    fn spawn(&self, stream: TcpStream, peer: SocketAddr) {
        let config = Arc::clone(&self.config);
        let log = self.shared.log;
        let authenticated = Arc::new(AtomicBool::new(false));
        let client = Client {
            peer,
            user: None,
            users: Arc::clone(&self.users),
            shared: Arc::clone(&self.shared),
            limit: Arc::clone(&self.limit),
            authenticated: Arc::clone(&authenticated),
            channels: HashMap::new(),
            closing: self.closing.subscribe(),
        };
        tokio::spawn(async move {
            // Whether Nagle's algorithm is on is a matter of speed only.
            let _ = stream.set_nodelay(true);
            let start = russh::server::run_stream(config, stream, client);
            let running = match tokio::time::timeout(LOGIN_TIME, start).await {
                Ok(Ok(running)) => running,
                Ok(Err(error)) => return failed(&log, peer, &error),
                Err(_) => return failed(&log, peer, &russh::Error::ConnectionTimeout),
            };
            let handle = running.handle();
            tokio::pin!(running);
            let login = tokio::time::sleep(LOGIN_TIME);
            tokio::pin!(login);
            let mut waiting = true;
            loop {
                tokio::select! {
                    ended = &mut running => {
                        if let Err(error) = ended {
                            failed(&log, peer, &error);
                        }
                        return;
                    }
                    () = &mut login, if waiting => {
                        waiting = false;
                        if !authenticated.load(Ordering::Relaxed) {
                            let reason = "no login in time".to_owned();
                            let cause = Disconnect::ByApplication;
                            // The connection may be gone already.
                            let _ = handle.disconnect(cause, reason, String::new()).await;
                        }
                    }
                }
            }
        });
    }
}

/// How a client may log in.
fn methods() -> MethodSet {
    MethodSet::from([MethodKind::PublicKey, MethodKind::Password].as_slice())
}

fn failed(log: &Log, peer: SocketAddr, error: &russh::Error) {
    log.write(&Event::ConnectionFailed { peer, reason: &error.to_string() });
}

/// One connection.
struct Client {
    peer: SocketAddr,
    user: Option<String>,
    users: Arc<Users>,
    shared: Arc<Shared>,
    limit: Arc<Semaphore>,
    authenticated: Arc<AtomicBool>,
    /// Channels that have not asked for a subsystem yet.
    channels: HashMap<ChannelId, (Channel<Msg>, OwnedSemaphorePermit)>,
    closing: watch::Receiver<bool>,
}

impl Client {
    fn accept(&mut self, accepted: bool, user: &str, method: &str) -> Auth {
        if accepted {
            self.user = Some(user.to_owned());
            return Auth::Accept;
        }
        let peer = self.peer;
        self.shared.log.write(&Event::AuthRefused { peer, user, method });
        // The client may go on guessing, as often as the configuration lets it.
        Auth::Reject { proceed_with_methods: Some(methods()), partial_success: false }
    }
}

impl Handler for Client {
    type Error = russh::Error;

    async fn auth_publickey_offered(
        &mut self,
        user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, Self::Error> {
        let known = self.users.accept_key(user, offer.public_key);
        Ok(if known { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_publickey(
        &mut self,
        user: &str,
        key: VerifiedPublicKey<'_>,
    ) -> Result<Auth, Self::Error> {
        let accepted = self.users.accept_key(user, key.public_key);
        Ok(self.accept(accepted, user, "public key"))
    }

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        let users = Arc::clone(&self.users);
        let (name, secret) = (user.to_owned(), password.to_owned());
        let check = tokio::task::spawn_blocking(move || users.accept_password(&name, &secret));
        let accepted = check.await.unwrap_or(false);
        Ok(self.accept(accepted, user, "password"))
    }

    async fn auth_succeeded(
        &mut self,
        _session: &mut russh::server::Session,
    ) -> Result<(), Self::Error> {
        self.authenticated.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut russh::server::Session,
    ) -> Result<(), Self::Error> {
        // Without a permit the channel is refused, because the handle is dropped.
        if let Ok(permit) = Arc::clone(&self.limit).try_acquire_owned() {
            self.channels.insert(channel.id(), (channel, permit));
            reply.accept().await;
        } else {
            let (peer, user) = (self.peer, self.user.as_deref().unwrap_or_default());
            let reason = "too many sessions";
            self.shared.log.write(&Event::SessionRefused { peer, user, reason });
        }
        Ok(())
    }

    async fn channel_close(
        &mut self,
        channel: ChannelId,
        _session: &mut russh::server::Session,
    ) -> Result<(), Self::Error> {
        self.channels.remove(&channel);
        Ok(())
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut russh::server::Session,
    ) -> Result<(), Self::Error> {
        let (Some(user), "netconf") = (self.user.clone(), name) else {
            return session.channel_failure(channel);
        };
        let Some((stream, permit)) = self.channels.remove(&channel) else {
            return session.channel_failure(channel);
        };
        session.channel_success(channel)?;
        let peer = session::Peer { user, address: self.peer };
        let (shared, closing) = (Arc::clone(&self.shared), self.closing.clone());
        let handle = session.handle();
        tokio::spawn(async move {
            let mut stream = stream.into_stream();
            session::run(&mut stream, peer, shared, closing).await;
            // OpenSSH's client ends with it; a client that has gone does not mind.
            let _ = handle.exit_status_request(channel, 0).await;
            drop(stream);
            drop(permit);
        });
        Ok(())
    }
}
