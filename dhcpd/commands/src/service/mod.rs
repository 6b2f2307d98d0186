//! Commands about the server itself.

mod state;

use ruru_command::Answer;
use ruru_json::{Map, Value};
use ruru_store::Health;
use serde::Deserialize;

pub use state::{Origin, ServiceState};

use crate::arguments::{none, read};
use crate::{Commanded, Failure, Server, commands};

/// `list-commands`
pub(crate) fn list_commands<F: Commanded>(
    _server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    let mut names: Vec<String> =
        commands::<F>().map(|command| command.name.of(F::PROTOCOL)).collect();
    names.sort();
    Ok(Answer::arguments(names.into_iter().map(Value::from).collect::<Vec<_>>()))
}

/// `version-get`
pub(crate) fn version_get<F: Commanded>(
    _server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    let version = env!("CARGO_PKG_VERSION");
    let extended = format!("{version}\nlease backends:\n- Memfile backend 3.0");
    let extended = Value::object([("extended", Value::from(extended))]);
    Ok(Answer::success(version).with(extended))
}

/// `build-report`
pub(crate) fn build_report<F: Commanded>(
    _server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    Ok(Answer::success(format!(
        "Ruru {}\n  target: {} {}\n  lease backends: memfile",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS,
    )))
}

/// `server-tag-get`
pub(crate) fn server_tag_get<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    let tag = server.config.globals().text("server-tag");
    Ok(Answer::arguments(Value::object([("server-tag", Value::from(tag))])))
}

/// `status-get`
pub(crate) fn status_get<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    let status = server.process.status();
    let mut sockets = Value::map();
    if let Some(map) = sockets.as_map_mut() {
        if status.socket_errors.is_empty() {
            map.insert("status", "ready");
        } else {
            let errors: Vec<Value> = status.socket_errors.into_iter().map(Value::from).collect();
            map.insert("errors", errors);
            map.insert("status", "failed");
        }
    }
    let mut map = Map::from_iter([
        ("dhcp-state", server.service.to_json()),
        ("lease-store", lease_store(&server.leases.health())),
        ("multi-threading-enabled", Value::from(status.workers > 1)),
        ("pid", Value::from(std::process::id())),
        ("reload", Value::from(status.reload.as_secs())),
        ("sockets", sockets),
        ("thread-pool-size", Value::from(status.workers as u64)),
        ("uptime", Value::from(status.uptime.as_secs())),
    ]);
    if let Some(duid) = status.duid {
        // Kea does not tell it.
        map.append("server-duid", duid);
    }
    for (key, value) in F::own_status() {
        map.append(key, value);
    }
    map.sort();
    Ok(Answer::arguments(map))
}

/// How writing leases goes; Kea has nothing like it.
fn lease_store(health: &Health) -> Value {
    let mut status = Value::object([
        ("state", Value::from(health.condition().name())),
        ("failures", health.failures.into()),
        ("latency", health.latency.as_secs_f64().into()),
    ]);
    if let (Some(map), Some(reason)) = (status.as_map_mut(), &health.failure) {
        map.insert("reason", reason.as_str());
    }
    status
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ShutdownArguments {
    exit_value: Option<i32>,
}

/// `shutdown`
pub(crate) fn shutdown<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let arguments: ShutdownArguments = read(arguments)?;
    server.process.shut_down(arguments.exit_value.unwrap_or(0));
    Ok(Answer::success("Shutting down."))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct DisableArguments {
    max_period: Option<i64>,
    origin: Option<Value>,
    origin_id: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct EnableArguments {
    origin: Option<Value>,
    origin_id: Option<u32>,
}

/// `dhcp-disable`
pub(crate) fn disable<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let arguments: DisableArguments = read(arguments)?;
    let origin = origin(arguments.origin.as_ref(), arguments.origin_id)?;
    let period = match arguments.max_period {
        None => None,
        Some(seconds) => Some(
            u32::try_from(seconds)
                .ok()
                .filter(|seconds| *seconds > 0)
                .ok_or_else(|| Failure::error("'max-period' must be positive integer"))?,
        ),
    };
    server.service.disable(origin, period);
    Ok(Answer::success(match period {
        None => format!("{} service disabled", F::NAME),
        Some(seconds) => format!("{} service disabled for {seconds} seconds", F::NAME),
    }))
}

/// `dhcp-enable`
pub(crate) fn enable<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let arguments: EnableArguments = read(arguments)?;
    server.service.enable(origin(arguments.origin.as_ref(), arguments.origin_id)?);
    Ok(Answer::success("DHCP service successfully enabled"))
}

/// Who disables or enables: a name, or in older callers a number; `origin-id` wins.
fn origin(name: Option<&Value>, id: Option<u32>) -> Result<Origin, Failure> {
    if let Some(id) = id {
        return Ok(Origin::from_id(id));
    }
    let Some(name) = name else { return Ok(Origin::User) };
    match (name.as_text(), name.as_int().and_then(|id| u32::try_from(id).ok())) {
        (Some("user"), _) => Ok(Origin::User),
        (Some("ha-partner"), _) => Ok(Origin::Partner(2000)),
        (_, Some(id)) => Ok(Origin::from_id(id)),
        _ => {
            Err(Failure::error(format!("'origin' must be \"user\" or \"ha-partner\", not {name}")))
        }
    }
}
