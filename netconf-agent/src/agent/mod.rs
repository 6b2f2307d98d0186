//! The agent: what changes in `kea-dhcp4-server` becomes commands to the DHCP server that
//! `managed-servers` names, and what the server knows becomes operational data.
//!
//! The rule by which datastore and server are kept together: what is in *running* wins. The agent
//! brings a server that was restarted, or changed by somebody else, back to it. Only if running
//! has no configuration for the server at all is the server's own taken over into running and
//! startup, so that an operator can begin from what is there.

mod change;
mod hosts;
mod leases;
mod manager;
mod plan;
mod query;
mod reconcile;
mod state;
mod statistics;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ruru_control::Client;
use ruru_sysrepo::{ChangeOptions, Connection, Datastore, Error, Subscription};
use ruru_translate::{RULES4, Translator, Uncovered};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::config::{ManagedServer, Netconf, SocketType};
use crate::log::{Event, Log};
use manager::{Manager, Wishes};

/// How often the server is asked whether it still is as it should be.
const PERIOD: Duration = Duration::from_secs(1);

/// The module of the DHCPv4 server.
const MODULE: &str = "kea-dhcp4-server";

/// The agent of one DHCPv4 server.
pub struct Agent {
    watch: JoinHandle<()>,
    /// Sysrepo calls into them until they go.
    _subscriptions: Vec<Subscription>,
}

/// Why the agent cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// Sysrepo refuses.
    #[error("sysrepo: {0}")]
    Sysrepo(#[from] Error),
    /// The module and its JSON do not fit together.
    #[error(transparent)]
    Uncovered(#[from] Uncovered),
    /// The configuration asks for what cannot be done.
    #[error("managed-servers: {0}")]
    Unsupported(String),
}

impl Agent {
    /// Starts managing what the configuration names; `None` if that is nothing. Must be called on
    /// a thread that may block, inside the runtime.
    ///
    /// # Errors
    /// See [`AgentError`]. A server that does not answer is not an error: it is waited for.
    pub fn start(
        config: &Netconf,
        connection: &Connection,
        log: Log,
    ) -> Result<Option<Self>, AgentError> {
        for (name, other) in
            [("dhcp6", &config.managed_servers.dhcp6), ("d2", &config.managed_servers.d2)]
        {
            if other.is_some() {
                return Err(AgentError::Unsupported(format!("'{name}' is not supported yet")));
            }
        }
        let Some(server) = &config.managed_servers.dhcp4 else { return Ok(None) };
        let client = Client::unix(socket(server)?);
        let translator = Translator::new(&connection.context()?, RULES4)?;
        let wishes = Wishes {
            boot_update: server.boot_update.unwrap_or(config.boot_update),
            validate_changes: server.validate_changes.unwrap_or(config.validate_changes),
            subscribe_changes: server.subscribe_changes.unwrap_or(config.subscribe_changes),
        };
        let runtime = Handle::current();
        let socket = socket(server)?.display().to_string();
        let manager =
            Manager::new(client, socket, translator, connection.clone(), runtime, wishes, log);
        let manager = Arc::new(manager);
        if wishes.boot_update {
            manager.reconcile();
        }
        let subscriptions = subscribe(connection, &manager)?;
        let watch = tokio::spawn(watch(Arc::clone(&manager)));
        log.write(&Event::AgentStarted { server: manager.socket() });
        Ok(Some(Self { watch, _subscriptions: subscriptions }))
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

fn socket(server: &ManagedServer) -> Result<&Path, AgentError> {
    let unsupported = |text: &str| Err(AgentError::Unsupported(format!("dhcp4: {text}")));
    if server.model.as_deref().is_some_and(|model| model != MODULE) {
        return unsupported("the model of a DHCPv4 server is kea-dhcp4-server");
    }
    match &server.control_socket {
        None => unsupported("'control-socket' is missing"),
        Some(socket) if socket.socket_type != SocketType::Unix => {
            unsupported("only a 'control-socket' of type unix is supported yet")
        }
        Some(socket) if socket.socket_name.as_os_str().is_empty() => {
            unsupported("'control-socket' needs 'socket-name'")
        }
        Some(socket) => Ok(&socket.socket_name),
    }
}

/// One subscription for each class: a change handler may read what another class provides.
fn subscribe(connection: &Connection, manager: &Arc<Manager>) -> Result<Vec<Subscription>, Error> {
    let mut subscriptions = Vec::new();
    if manager.wishes().subscribe_changes {
        let mut changes = Subscription::new(connection.session(Datastore::Running)?);
        let options = ChangeOptions { module: MODULE, ..ChangeOptions::default() };
        let changed = Arc::clone(manager);
        changes.on_change(options, move |event| change::handle(&changed, event))?;
        subscriptions.push(changes);
    }
    let mut operational = Subscription::new(connection.session(Datastore::Operational)?);
    hosts::provide(&mut operational, manager)?;
    leases::provide(&mut operational, manager)?;
    statistics::provide(&mut operational, manager)?;
    state::provide(&mut operational, manager)?;
    subscriptions.push(operational);
    let mut calls = Subscription::new(connection.session(Datastore::Running)?);
    leases::answer_calls(&mut calls, manager)?;
    subscriptions.push(calls);
    Ok(subscriptions)
}

async fn watch(manager: Arc<Manager>) {
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let manager = Arc::clone(&manager);
        // A look that panicked is a look that failed; the next one comes in a second.
        let _ = tokio::task::spawn_blocking(move || manager.look_after()).await;
    }
}
