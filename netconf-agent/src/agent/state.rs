//! The server's status as operational data, and the notification of its changes.

use std::sync::Arc;
use std::time::SystemTime;

use ruru_command::Request;
use ruru_json::Value;
use ruru_sysrepo::{Builder, Error, Refusal, Subscription};

use super::manager::{Manager, Status};

/// Provides `/state/server`.
pub(super) fn provide(
    subscription: &mut Subscription,
    manager: &Arc<Manager>,
) -> Result<(), Error> {
    let manager = Arc::clone(manager);
    let (module, path) = (manager.model.kea.module(), manager.state(&manager.own("server")));
    subscription.on_request(module, &path, false, move |_request, builder| {
        // Whoever asks how things are is told how they are now, not how they were a second ago.
        manager.look();
        let mut server = builder.container(&manager.own("server"))?;
        // A server that is away has no status of its own; that it is away is said all the same.
        add_version(&manager, &mut server)?;
        add_status(&manager, &mut server)?;
        add_sync(&manager, &mut server)
    })
}

fn add_version(manager: &Manager, server: &mut Builder<'_>) -> Result<(), Refusal> {
    if let Ok(answer) = manager.order(&Request::new("version-get")) {
        server.leaf_option("version", answer.text.as_deref())?;
        let extended = answer.arguments.as_ref().and_then(|a| a.get("extended"));
        server.leaf_option("extended-version", extended.and_then(Value::as_text))?;
    }
    if let Ok(hash) = manager.hash() {
        server.leaf("config-hash", &hash)?;
    }
    Ok(())
}

fn add_status(manager: &Manager, server: &mut Builder<'_>) -> Result<(), Refusal> {
    let Ok(answer) = manager.order(&Request::new("status-get")) else { return Ok(()) };
    let Some(status) = &answer.arguments else { return Ok(()) };
    for (key, leaf) in [("pid", "pid"), ("uptime", "uptime"), ("reload", "since-reload")] {
        if let Some(number) = status.get(key).and_then(Value::as_int) {
            server.leaf(leaf, &number.to_string())?;
        }
    }
    if let Some(state) = status.get("dhcp-state") {
        let flag = |key: &str| state.get(key).and_then(Value::as_bool);
        if let Some(disabled) = flag("globally-disabled") {
            server.leaf("serving", if disabled { "false" } else { "true" })?;
        }
        if flag("disabled-by-user") == Some(true) {
            server.leaf("disabled-by", "user")?;
        }
        for origin in ["local-command", "remote-command", "db-connection"] {
            let origins = state.get(&format!("disabled-by-{origin}")).and_then(Value::as_list);
            if origins.is_some_and(|origins| !origins.is_empty()) {
                server.leaf("disabled-by", origin)?;
            }
        }
    }
    if let Some(sockets) = status.get("sockets") {
        let ready = sockets.get("status").and_then(Value::as_text) == Some("ready");
        server.leaf("sockets-ready", if ready { "true" } else { "false" })?;
        let errors = sockets.get("errors").and_then(Value::as_list).unwrap_or_default();
        for error in errors.iter().filter_map(Value::as_text) {
            server.leaf("socket-error", error)?;
        }
    }
    if status.get("multi-threading-enabled").and_then(Value::as_bool) == Some(true)
        && let Some(threads) = status.get("thread-pool-size").and_then(Value::as_int)
    {
        server.leaf("threads", &threads.to_string())?;
    }
    Ok(())
}

fn add_sync(manager: &Manager, server: &mut Builder<'_>) -> Result<(), Refusal> {
    let status = manager.status();
    let mut sync = server.container("sync")?;
    fill_sync(&mut sync, &status)?;
    Ok(())
}

fn fill_sync(sync: &mut Builder<'_>, status: &Status) -> Result<(), Error> {
    sync.leaf("status", status.sync.name())?;
    sync.leaf("since", &date_and_time(status.since))?;
    sync.leaf_option("reason", status.sync.reason())
}

impl Manager {
    /// Sends `sync-status-changed`.
    pub(super) fn announce(&self, status: &Status) {
        self.notify(&self.own("sync-status-changed"), |changed| fill_sync(changed, status));
    }
}

pub(super) fn date_and_time(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}
