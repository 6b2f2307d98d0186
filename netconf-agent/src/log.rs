//! What the program tells its operator: lines with an id, in the layout of Kea's programs.

use std::fmt;
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use ruru_observe::{Sink, events};
use ruru_process::{LogError, LogSettings, Loggers, OutputSettings, clock};

events! {
    /// Something that is worth a line.
    pub enum Event<'a> in "netconf" {
        /// The program serves.
        Started NETCONF_STARTED Info "version {version} started" { version: &'a str },
        /// The program ends.
        Shutdown NETCONF_SHUTDOWN Info "the program ends" {},
        /// A DHCP server is managed.
        AgentStarted NETCONF_AGENT_STARTED Info "managing the DHCPv{version} server at {server}"
            { version: u32, server: &'a str },
        /// The server got the configuration of the running datastore.
        ConfigPushed NETCONF_CONFIG_PUSHED Info "the server at {server} got the running configuration"
            { server: &'a str },
        /// The running datastore had nothing, so the server's configuration was taken over.
        ConfigImported NETCONF_CONFIG_IMPORTED Info "the configuration of the server at {server} was taken over into running and startup"
            { server: &'a str },
        /// A change that the server had agreed to could not be committed there.
        CommitFailed NETCONF_COMMIT_FAILED Error "the server did not commit what it had agreed to: {reason}; it gets the running configuration as soon as it can"
            { reason: &'a str },
        /// Server and datastore came to agree.
        SyncChanged NETCONF_SYNC_CHANGED Info "the server is {status}" { status: &'a str },
        /// Server and datastore do not agree.
        SyncLost NETCONF_SYNC_LOST Warn "the server is {status}: {reason}" { status: &'a str, reason: &'a str },
        /// Subscribers could not be told.
        NotificationFailed NETCONF_NOTIFICATION_FAILED Warn "a notification could not be sent: {reason}"
            { reason: &'a str },
        /// A socket waits for clients.
        Listening NETCONF_LISTENING Info "listening on {address}" { address: SocketAddr },
        /// There was no host key, so one was made.
        HostKeyMade NETCONF_HOST_KEY_MADE Info "made a new host key in {file}" { file: &'a str },
        /// A client could not be accepted.
        AcceptFailed NETCONF_ACCEPT_FAILED Warn "cannot accept a client: {reason}" { reason: &'a str },
        /// A connection ended because of an error.
        ConnectionFailed NETCONF_CONNECTION_FAILED Info "{peer}: the connection ended: {reason}"
            { peer: SocketAddr, reason: &'a str },
        /// Somebody could not log in.
        AuthRefused NETCONF_AUTH_REFUSED Warn "{peer}: user {user} was refused ({method})"
            { peer: SocketAddr, user: &'a str, method: &'a str },
        /// A session began.
        SessionOpened NETCONF_SESSION_OPENED Info "session {id}: user {user} from {peer}"
            { id: u32, user: &'a str, peer: SocketAddr },
        /// A session ended.
        SessionClosed NETCONF_SESSION_CLOSED Info "session {id}: closed, {reason}" { id: u32, reason: &'a str },
        /// A session could not begin.
        SessionRefused NETCONF_SESSION_REFUSED Warn "{peer}: no session for user {user}: {reason}"
            { peer: SocketAddr, user: &'a str, reason: &'a str },
        /// A request was answered.
        RpcDone NETCONF_RPC_DONE Debug(50) "session {id}: {operation} answered" { id: u32, operation: &'a str },
        /// A request was refused.
        RpcFailed NETCONF_RPC_FAILED Debug(50) "session {id}: {operation} failed: {reason}"
            { id: u32, operation: &'a str, reason: &'a str },
        /// A commit was not confirmed, so what was in force before is so again.
        CommitUndone NETCONF_COMMIT_UNDONE Warn "a commit was not confirmed and is undone" {},
        /// A commit was not confirmed, but cannot be undone now.
        CommitStays NETCONF_COMMIT_STAYS Error "a commit was not confirmed, but stays: {reason}"
            { reason: &'a str },
    }
}

/// Where lines go. There is one as long as the program runs, so it is passed around freely.
#[derive(Clone, Copy)]
pub struct Log(&'static ruru_process::Log);

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}

impl Log {
    /// The log of a program: at INFO until [`Log::switch`], with `debug` all, to where the
    /// environment says.
    ///
    /// # Errors
    /// What the environment names cannot be opened.
    pub fn new(program: &str, debug: bool) -> Result<Self, LogError> {
        let log = ruru_process::Log::new(program, debug, &OutputSettings::from_environment())?;
        Ok(Self(Box::leak(Box::new(log))))
    }

    /// Opens what the settings ask for; [`Log::switch`] puts it to use.
    ///
    /// # Errors
    /// A file cannot be opened, or the system log does not have the facility.
    pub fn open(self, settings: &LogSettings) -> Result<Loggers, LogError> {
        self.0.open(settings)
    }

    /// Puts loggers to use.
    pub fn switch(self, loggers: Loggers) {
        self.0.switch(loggers);
    }

    /// Writes all lines that files still wait for.
    pub fn flush(self) {
        self.0.flush();
    }

    /// The time, as it is written in lines.
    #[must_use]
    pub fn now(self) -> SystemTime {
        UNIX_EPOCH + clock::now()
    }

    /// Writes a line.
    pub fn write(self, event: &Event<'_>) {
        self.0.emit(event);
    }
}
