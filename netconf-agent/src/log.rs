//! What the program tells its operator: lines with an id, in the layout of Kea's programs.

use std::fmt;
use std::net::SocketAddr;
use std::time::SystemTime;

/// How important a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Details, with `-d` only.
    Debug,
    /// What happens.
    Info,
    /// Something is odd.
    Warn,
    /// Something failed.
    Error,
}

macro_rules! events {
    ($($(#[$doc:meta])* $id:ident $severity:ident $text:literal { $($field:ident: $type:ty),* })*) => {
        /// Something that is worth a line.
        #[derive(Debug)]
        #[allow(non_camel_case_types)]
        pub enum Event<'a> {
            $($(#[$doc])* $id {
                $(#[doc = concat!("`", stringify!($field), "` of the line.")] $field: $type,)*
            },)*
        }

        impl Event<'_> {
            /// The id and the severity.
            pub fn kind(&self) -> (&'static str, Severity) {
                match self {
                    $(Self::$id { .. } => (stringify!($id), Severity::$severity),)*
                }
            }
        }

        impl fmt::Display for Event<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$id { $($field),* } => write!(f, $text),)*
                }
            }
        }
    };
}

events! {
    /// The program serves.
    NETCONF_STARTED Info "version {version} started" { version: &'a str }
    /// The program ends.
    NETCONF_SHUTDOWN Info "the program ends" {}
    /// A DHCP server is managed.
    NETCONF_AGENT_STARTED Info "managing the DHCPv4 server at {server}" { server: &'a str }
    /// The server got the configuration of the running datastore.
    NETCONF_CONFIG_PUSHED Info "the server at {server} got the running configuration"
        { server: &'a str }
    /// The running datastore had nothing, so the server's configuration was taken over.
    NETCONF_CONFIG_IMPORTED Info "the configuration of the server at {server} was taken over into running and startup"
        { server: &'a str }
    /// A change that the server had agreed to could not be committed there.
    NETCONF_COMMIT_FAILED Error "the server did not commit what it had agreed to: {reason}; it gets the running configuration as soon as it can"
        { reason: &'a str }
    /// Server and datastore came to agree.
    NETCONF_SYNC_CHANGED Info "the server is {status}" { status: &'a str }
    /// Server and datastore do not agree.
    NETCONF_SYNC_LOST Warn "the server is {status}: {reason}" { status: &'a str, reason: &'a str }
    /// Subscribers could not be told.
    NETCONF_NOTIFICATION_FAILED Warn "a notification could not be sent: {reason}"
        { reason: &'a str }
    /// A socket waits for clients.
    NETCONF_LISTENING Info "listening on {address}" { address: SocketAddr }
    /// There was no host key, so one was made.
    NETCONF_HOST_KEY_MADE Info "made a new host key in {file}" { file: &'a str }
    /// A client could not be accepted.
    NETCONF_ACCEPT_FAILED Warn "cannot accept a client: {reason}" { reason: &'a str }
    /// A connection ended because of an error.
    NETCONF_CONNECTION_FAILED Info "{peer}: the connection ended: {reason}"
        { peer: SocketAddr, reason: &'a str }
    /// Somebody could not log in.
    NETCONF_AUTH_REFUSED Warn "{peer}: user {user} was refused ({method})"
        { peer: SocketAddr, user: &'a str, method: &'a str }
    /// A session began.
    NETCONF_SESSION_OPENED Info "session {id}: user {user} from {peer}"
        { id: u32, user: &'a str, peer: SocketAddr }
    /// A session ended.
    NETCONF_SESSION_CLOSED Info "session {id}: closed, {reason}" { id: u32, reason: &'a str }
    /// A session could not begin.
    NETCONF_SESSION_REFUSED Warn "{peer}: no session for user {user}: {reason}"
        { peer: SocketAddr, user: &'a str, reason: &'a str }
    /// A request was answered.
    NETCONF_RPC_DONE Debug "session {id}: {operation} answered" { id: u32, operation: &'a str }
    /// A request was refused.
    NETCONF_RPC_FAILED Debug "session {id}: {operation} failed: {reason}"
        { id: u32, operation: &'a str, reason: &'a str }
    /// A commit was not confirmed, so what was in force before is so again.
    NETCONF_COMMIT_UNDONE Warn "a commit was not confirmed and is undone" {}
    /// A commit was not confirmed, but cannot be undone now.
    NETCONF_COMMIT_STAYS Error "a commit was not confirmed, but stays: {reason}"
        { reason: &'a str }
}

/// Where lines go: standard error.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    least: Severity,
    clock: fn() -> SystemTime,
}

impl Log {
    /// A log of lines from `least` on, with the time of `clock`.
    pub fn new(least: Severity, clock: fn() -> SystemTime) -> Self {
        Self { least, clock }
    }

    /// The time, as it is written in lines.
    pub fn now(&self) -> SystemTime {
        (self.clock)()
    }

    /// Writes a line.
    #[expect(clippy::print_stderr, reason = "this is the log")]
    pub fn write(&self, event: &Event<'_>) {
        let (id, severity) = event.kind();
        if severity < self.least {
            return;
        }
        let severity = match severity {
            Severity::Debug => "DEBUG",
            Severity::Info => "INFO ",
            Severity::Warn => "WARN ",
            Severity::Error => "ERROR",
        };
        let time = humantime::format_rfc3339_millis(self.now()).to_string().replace('T', " ");
        let time = time.trim_end_matches('Z');
        let process = std::process::id();
        // What a client sent must not look like a line of its own.
        let event = event.to_string().replace(char::is_control, " ");
        eprintln!("{time} {severity} [ruru-netconf.netconf/{process}] {id} {event}");
    }
}
