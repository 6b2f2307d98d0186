//! What the server says of itself: its capabilities, and `ietf-netconf-monitoring` of RFC 6022.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use ruru_netconf_protocol::{BASE_1_0, BASE_1_1, Datastore};
use ruru_sysrepo::{Builder, Connection, Context, Error, Module, Subscription};

use super::registry::{Counters, Registry, Session, Statistics};

const MODULE: &str = "ietf-netconf-monitoring";

/// Capabilities that a feature of `ietf-netconf` stands for.
const FEATURES: &[(&str, &[&str])] = &[
    ("writable-running", &["urn:ietf:params:netconf:capability:writable-running:1.0"]),
    ("candidate", &["urn:ietf:params:netconf:capability:candidate:1.0"]),
    ("confirmed-commit", &["urn:ietf:params:netconf:capability:confirmed-commit:1.1"]),
    ("rollback-on-error", &["urn:ietf:params:netconf:capability:rollback-on-error:1.0"]),
    (
        "validate",
        &[
            "urn:ietf:params:netconf:capability:validate:1.0",
            "urn:ietf:params:netconf:capability:validate:1.1",
        ],
    ),
    ("startup", &["urn:ietf:params:netconf:capability:startup:1.0"]),
    ("xpath", &["urn:ietf:params:netconf:capability:xpath:1.0"]),
];

/// The capabilities of the server with the modules that are installed now.
pub(super) fn capabilities(connection: &Connection) -> Result<Vec<String>, Error> {
    let content_id = connection.content_id();
    let context = connection.context()?;
    Ok(capabilities_of(&context, content_id))
}

fn capabilities_of(context: &Context, content_id: u32) -> Vec<String> {
    let mut all = vec![BASE_1_0.to_owned(), BASE_1_1.to_owned()];
    if let Some(netconf) = context.module("ietf-netconf") {
        let enabled: Vec<&str> = netconf.features().collect();
        let on = FEATURES.iter().filter(|(feature, _)| enabled.contains(feature));
        all.extend(on.flat_map(|(_, uris)| uris.iter().map(|&uri| uri.to_owned())));
    }
    for name in ["notification", "interleave"] {
        all.push(format!("urn:ietf:params:netconf:capability:{name}:1.0"));
    }
    all.push(
        "urn:ietf:params:netconf:capability:with-defaults:1.0?basic-mode=explicit\
         &also-supported=report-all,report-all-tagged,trim"
            .to_owned(),
    );
    all.push(format!(
        "urn:ietf:params:netconf:capability:yang-library:1.1?revision=2019-01-04\
         &content-id={content_id:#010x}"
    ));
    let implemented = context.modules().filter(|module| module.is_implemented());
    all.extend(implemented.map(module_capability));
    all
}

/// RFC 6020 section 5.6.4.
fn module_capability(module: Module<'_>) -> String {
    let mut uri = format!("{}?module={}", module.namespace(), module.name());
    let mut add = |key: &str, value: &str| {
        if !value.is_empty() {
            uri.push_str(&format!("&{key}={value}"));
        }
    };
    add("revision", module.revision().unwrap_or_default());
    add("features", &module.features().collect::<Vec<_>>().join(","));
    add("deviations", &module.deviations().collect::<Vec<_>>().join(","));
    uri
}

/// Provides the operational data of the module.
pub(super) fn provide(
    connection: &Connection,
    registry: Arc<Registry>,
) -> Result<Subscription, Error> {
    let session = connection.session(ruru_sysrepo::Datastore::Running)?;
    let mut subscription = Subscription::new(session);
    let path = format!("/{MODULE}:netconf-state");
    subscription.on_request(MODULE, &path, false, move |request, builder| {
        let connection = request.session().connection();
        let (sessions, statistics) = registry.snapshot();
        let mut state = builder.container(&format!("{MODULE}:netconf-state"))?;
        let mut capabilities = state.container("capabilities")?;
        for capability in capabilities_of(capabilities.context(), connection.content_id()) {
            capabilities.leaf("capability", &capability)?;
        }
        let mut datastores = state.container("datastores")?;
        for (name, datastore) in [
            ("running", Datastore::Running),
            ("candidate", Datastore::Candidate),
            ("startup", Datastore::Startup),
        ] {
            let mut entry = datastores.list("datastore", &[name])?;
            let lock = sessions.iter().find_map(|(id, session)| {
                let lock = session.locks.iter().find(|(locked, _)| *locked == datastore);
                lock.map(|(_, since)| (*id, *since))
            });
            if let Some((id, since)) = lock {
                let mut locks = entry.container("locks")?;
                let mut lock = locks.container("global-lock")?;
                lock.leaf("locked-by-session", &id.to_string())?;
                lock.leaf("locked-time", &date_and_time(since))?;
            }
        }
        schemas(&mut state)?;
        let mut list = state.container("sessions")?;
        for (id, session) in &sessions {
            write_session(&mut list, *id, session)?;
        }
        write_statistics(&mut state, &statistics)?;
        Ok(())
    })?;
    Ok(subscription)
}

fn schemas(state: &mut Builder<'_>) -> Result<(), Error> {
    let context = state.context();
    let mut schemas = state.container("schemas")?;
    for module in context.modules() {
        let (name, revision) = (module.name(), module.revision().unwrap_or_default());
        let own = std::iter::once((name, revision));
        let parts = module.submodules().map(|(name, date)| (name, date.unwrap_or_default()));
        for (name, revision) in own.chain(parts) {
            for format in ["yang", "yin"] {
                let format = format!("{MODULE}:{format}");
                let mut schema = schemas.list("schema", &[name, revision, &format])?;
                schema.leaf("namespace", module.namespace())?;
                schema.leaf("location", "NETCONF")?;
            }
        }
    }
    Ok(())
}

fn write_session(list: &mut Builder<'_>, id: u32, session: &Session) -> Result<(), Error> {
    let mut entry = list.list("session", &[&id.to_string()])?;
    entry.leaf("transport", &format!("{MODULE}:netconf-ssh"))?;
    entry.leaf("username", &session.user)?;
    entry.leaf("source-host", &host(session.peer))?;
    entry.leaf("login-time", &date_and_time(session.since))?;
    write_counters(&mut entry, &session.counters)
}

fn write_statistics(state: &mut Builder<'_>, statistics: &Statistics) -> Result<(), Error> {
    let mut entry = state.container("statistics")?;
    entry.leaf("netconf-start-time", &date_and_time(statistics.since))?;
    entry.leaf("in-bad-hellos", &statistics.in_bad_hellos.to_string())?;
    entry.leaf("in-sessions", &statistics.in_sessions.to_string())?;
    entry.leaf("dropped-sessions", &statistics.dropped_sessions.to_string())?;
    write_counters(&mut entry, &statistics.counters)
}

fn write_counters(entry: &mut Builder<'_>, counters: &Counters) -> Result<(), Error> {
    entry.leaf("in-rpcs", &counters.in_rpcs.to_string())?;
    entry.leaf("in-bad-rpcs", &counters.in_bad_rpcs.to_string())?;
    entry.leaf("out-rpc-errors", &counters.out_rpc_errors.to_string())?;
    entry.leaf("out-notifications", &counters.out_notifications.to_string())
}

fn host(peer: SocketAddr) -> String {
    peer.ip().to_canonical().to_string()
}

fn date_and_time(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}
