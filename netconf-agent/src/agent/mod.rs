//! The agent: what changes in `kea-dhcp4-server` and `kea-dhcp6-server`, or in `ietf-dhcpv6-server` if
//! that is the model, becomes commands to the DHCP servers that `managed-servers` names, and what the
//! servers know becomes operational data.
//!
//! The rule by which datastore and server are kept together: what is in *running* wins. The agent
//! brings a server that was restarted, or changed by somebody else, back to it. Only if running
//! has no configuration for the server at all is the server's own taken over into running and
//! startup, so that an operator can begin from what is there.

mod change;
mod hosts;
mod ietf;
mod leases;
mod manager;
mod model;
mod notify;
mod query;
mod reconcile;
mod state;
mod statistics;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ruru_control::Client;
use ruru_sysrepo::{ChangeOptions, Connection, Datastore, Error, Subscription};
use ruru_translate::{RULES4, RULES6, Rules, Translator, Uncovered};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::config::{ManagedServer, Netconf, SocketType};
use crate::log::{Event, Log};
use manager::{Manager, Wishes};
use model::Model;

/// How often the server is asked whether it still is as it should be.
const PERIOD: Duration = Duration::from_secs(1);

/// The agent of the DHCP servers.
pub struct Agent {
    _servers: Vec<Managed>,
}

/// What is done for one server.
struct Managed {
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
        let servers = &config.managed_servers;
        if servers.d2.is_some() {
            return Err(AgentError::Unsupported("'d2' is not supported yet".to_owned()));
        }
        let managed = [("dhcp4", &RULES4, &servers.dhcp4), ("dhcp6", &RULES6, &servers.dhcp6)];
        let mut started = Vec::new();
        for (name, rules, server) in managed {
            if let Some(server) = server {
                let start = || Managed::start(rules, server, config, connection, log);
                started.push(start().map_err(|error| error.about(name))?);
            }
        }
        Ok((!started.is_empty()).then_some(Self { _servers: started }))
    }
}

impl AgentError {
    fn about(self, server: &str) -> Self {
        match self {
            Self::Unsupported(text) => Self::Unsupported(format!("{server}: {text}")),
            Self::Sysrepo(_) | Self::Uncovered(_) => self,
        }
    }
}

impl Managed {
    fn start(
        rules: &'static Rules,
        server: &ManagedServer,
        config: &Netconf,
        connection: &Connection,
        log: Log,
    ) -> Result<Self, AgentError> {
        let socket = socket(server)?;
        let model = {
            let context = connection.context()?;
            Model::new(Translator::new(&context, rules)?, server.model.as_deref(), &context)?
        };
        let wishes = Wishes {
            boot_update: server.boot_update.unwrap_or(config.boot_update),
            validate_changes: server.validate_changes.unwrap_or(config.validate_changes),
            subscribe_changes: server.subscribe_changes.unwrap_or(config.subscribe_changes),
        };
        let (client, runtime) = (Client::unix(socket), Handle::current());
        let socket = socket.display().to_string();
        let manager = Manager::new(client, socket, model, connection.clone(), runtime, wishes, log);
        let manager = Arc::new(manager);
        let ietf = Arc::new(ietf::Watch::default());
        let subscriptions = subscribe(connection, &manager, &ietf)?;
        if wishes.boot_update {
            manager.reconcile();
        }
        let watch = tokio::spawn(watch(Arc::clone(&manager), ietf));
        let version = rules.version.into();
        log.write(&Event::AgentStarted { version, server: manager.socket() });
        Ok(Self { watch, _subscriptions: subscriptions })
    }
}

impl Drop for Managed {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

fn socket(server: &ManagedServer) -> Result<&Path, AgentError> {
    let unsupported = |text: &str| Err(AgentError::Unsupported(text.to_owned()));
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
fn subscribe(
    connection: &Connection,
    manager: &Arc<Manager>,
    ietf: &ietf::Watch,
) -> Result<Vec<Subscription>, Error> {
    let mut changes = Subscription::new(connection.session(Datastore::Running)?);
    if manager.wishes().subscribe_changes {
        let of = |module| ChangeOptions { module, ..ChangeOptions::default() };
        let changed = Arc::clone(manager);
        changes
            .on_change(of(manager.model.module()), move |event| change::handle(&changed, event))?;
        // Where it is not installed nobody can write it.
        let is_there =
            |module: &str| connection.context().is_ok_and(|all| all.module(module).is_some());
        if let Some(other) = manager.model.other().filter(|other| is_there(other)) {
            let options = ChangeOptions { passive: true, ..of(other) };
            let refusing = Arc::clone(manager);
            changes.on_change(options, move |event| change::refuse_other(&refusing, event))?;
        }
    }
    if manager.model.is_ietf() {
        ietf::hear(&mut changes, ietf)?;
    }
    let mut operational = Subscription::new(connection.session(Datastore::Operational)?);
    hosts::provide(&mut operational, manager)?;
    leases::provide(&mut operational, manager)?;
    statistics::provide(&mut operational, manager)?;
    state::provide(&mut operational, manager)?;
    if manager.model.is_ietf() {
        ietf::provide(&mut operational, manager, ietf)?;
    }
    let mut calls = Subscription::new(connection.session(Datastore::Running)?);
    leases::answer_calls(&mut calls, manager)?;
    if manager.model.is_ietf() {
        ietf::answer_calls(&mut calls, manager)?;
    }
    Ok(vec![changes, operational, calls])
}

async fn watch(manager: Arc<Manager>, ietf: Arc<ietf::Watch>) {
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (manager, ietf) = (Arc::clone(&manager), Arc::clone(&ietf));
        let look = move || {
            manager.look_after();
            if manager.model.is_ietf() {
                ietf.look_after(&manager);
            }
        };
        // A look that panicked is a look that failed; the next one comes in a second.
        let _ = tokio::task::spawn_blocking(look).await;
    }
}
