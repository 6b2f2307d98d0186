//! What is known of the managed server, and how commands reach it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use ruru_command::{Answer, Request};
use ruru_control::Client;
use ruru_json::{Map, Value};
use ruru_sysrepo::Connection;
use tokio::runtime::Handle;

use super::model::Model;
use crate::log::{Event, Log};

/// What the operator wants of the agent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wishes {
    pub(super) boot_update: bool,
    pub(super) validate_changes: bool,
    pub(super) subscribe_changes: bool,
}

/// How server and datastore are to each other, as `ruru-dhcp4-state` and `ruru-dhcp6-state` name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Agreement {
    Unknown,
    Agreed,
    Differs(String),
    Unreachable(String),
}

impl Agreement {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Agreed => "in-sync",
            Self::Differs(_) => "out-of-sync",
            Self::Unreachable(_) => "unreachable",
        }
    }

    pub(super) fn reason(&self) -> Option<&str> {
        match self {
            Self::Unknown | Self::Agreed => None,
            Self::Differs(reason) | Self::Unreachable(reason) => Some(reason),
        }
    }
}

/// A change that the server has agreed to and that is not committed yet.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pending {
    /// The number of the edit.
    pub(super) operation: u32,
    pub(super) promise: Promise,
    /// When it was agreed to.
    pub(super) since: Instant,
}

/// What the server has agreed to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Promise {
    /// It is prepared under this token.
    Token(i128),
    /// Nothing is prepared: these commands are to be sent.
    Commands(Vec<Request>),
}

/// What changes as time goes by.
#[derive(Debug)]
pub(super) struct Status {
    pub(super) sync: Agreement,
    pub(super) since: SystemTime,
    /// The hash of the configuration that the agent gave to the server.
    pub(super) hash: Option<String>,
    pub(super) pending: Option<Pending>,
}

/// The managed server.
pub(super) struct Manager {
    client: Client,
    socket: String,
    pub(super) model: Model,
    pub(super) connection: Connection,
    runtime: Handle,
    wishes: Wishes,
    pub(super) log: Log,
    status: Mutex<Status>,
    /// The session that took over, or takes over, the server's configuration.
    importer: AtomicU32,
}

/// Why a command was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CommandError {
    /// The server is away.
    #[error("{0}")]
    Away(String),
    /// The server says no.
    #[error("{text}")]
    Refused {
        /// Its words.
        text: String,
        /// The place in the JSON, if it says.
        path: Option<String>,
    },
}

impl Manager {
    pub(super) fn new(
        client: Client,
        socket: String,
        model: Model,
        connection: Connection,
        runtime: Handle,
        wishes: Wishes,
        log: Log,
    ) -> Self {
        let status =
            Status { sync: Agreement::Unknown, since: log.now(), hash: None, pending: None };
        let status = Mutex::new(status);
        let importer = AtomicU32::new(0);
        Self { client, socket, model, connection, runtime, wishes, log, status, importer }
    }

    pub(super) fn wishes(&self) -> Wishes {
        self.wishes
    }

    /// Where the server is reached.
    pub(super) fn socket(&self) -> &str {
        &self.socket
    }

    /// The path of operational data.
    pub(super) fn state(&self, rest: &str) -> String {
        format!("/{}:state/{rest}", self.model.kea.module())
    }

    /// The module of our own that says what Kea's does not; a name in it, with a prefix.
    pub(super) fn own(&self, name: &str) -> String {
        format!("ruru-dhcp{}-state:{name}", self.model.kea.version())
    }

    /// A command about leases or subnets, such as `lease4-get`.
    pub(super) fn command(&self, what: &str, verb: &str) -> String {
        format!("{what}{}-{verb}", self.model.kea.version())
    }

    pub(super) fn status(&self) -> MutexGuard<'_, Status> {
        // A panic while it was held left whole values behind.
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The edits of this session are the server's own configuration.
    pub(super) fn imports_by(&self, session: u32) {
        self.importer.store(session, Ordering::Release);
    }

    /// Whether an edit of this session has nothing that the server does not have already.
    pub(super) fn is_import(&self, session: u32) -> bool {
        session != 0 && session == self.importer.load(Ordering::Acquire)
    }

    /// Sends a command and waits; must not be called on a thread of the runtime.
    pub(super) fn ask(&self, request: &Request) -> Result<Answer, CommandError> {
        self.runtime.block_on(self.client.send(request)).map_err(|error| {
            let mut text = error.to_string();
            if let Some(source) = std::error::Error::source(&error) {
                text.push_str(": ");
                text.push_str(&source.to_string());
            }
            CommandError::Away(text)
        })
    }

    /// Sends a command that must be done; "nothing found" counts as done.
    pub(super) fn order(&self, request: &Request) -> Result<Answer, CommandError> {
        let answer = self.ask(request)?;
        match answer.result.0 {
            0 | 3 => Ok(answer),
            _ => Err(refused(&answer)),
        }
    }

    /// The names of the server's commands.
    pub(super) fn commands(&self) -> Result<BTreeSet<String>, CommandError> {
        let answer = self.order(&Request::new("list-commands"))?;
        let names = answer.arguments.as_ref().and_then(Value::as_list).unwrap_or_default();
        Ok(names.iter().filter_map(Value::as_text).map(str::to_owned).collect())
    }

    /// The hash of the server's configuration.
    pub(super) fn hash(&self) -> Result<String, CommandError> {
        let answer = self.order(&Request::new("config-hash-get"))?;
        Ok(hash_in(&answer).unwrap_or_default())
    }

    /// Notes how server and datastore are to each other; says so if it is new.
    pub(super) fn note(&self, status: &mut Status, sync: Agreement) {
        if status.sync == sync {
            return;
        }
        let name = sync.name();
        match sync.reason() {
            None => self.log.write(&Event::SyncChanged { status: name }),
            Some(reason) => self.log.write(&Event::SyncLost { status: name, reason }),
        }
        status.sync = sync;
        status.since = self.log.now();
        self.announce(status);
    }

    /// The configuration as it is sent to the server: with the control socket that it is reached
    /// by, so that no edit can cut it off from its agent.
    pub(super) fn complete(&self, mut config: Value) -> Value {
        let root = self.model.kea.json_root();
        let server = config.as_map_mut().and_then(|map| map.get_mut(root));
        if let Some(server) = server.and_then(Value::as_map_mut)
            && server.get("control-sockets").is_none()
            && server.get("control-socket").is_none()
        {
            let mut socket = Map::default();
            socket.insert("socket-type", "unix");
            socket.insert("socket-name", self.socket.as_str());
            server.insert("control-sockets", vec![Value::from(socket)]);
        }
        config
    }
}

/// The server's refusal.
pub(super) fn refused(answer: &Answer) -> CommandError {
    let argument = |key: &str| {
        let value = answer.arguments.as_ref().and_then(|arguments| arguments.get(key));
        value.and_then(Value::as_text).map(str::to_owned)
    };
    // The reason alone, if it is given: places in the JSON mean nothing to a NETCONF client.
    let text = argument("reason").or_else(|| answer.text.clone());
    let text = text.unwrap_or_else(|| "the server gives no reason".to_owned());
    CommandError::Refused { text, path: argument("path") }
}

/// The hash in an answer.
pub(super) fn hash_in(answer: &Answer) -> Option<String> {
    let hash = answer.arguments.as_ref()?.get("hash")?;
    hash.as_text().map(str::to_owned)
}
