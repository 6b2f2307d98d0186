//! What happens with single clients: the server keeps it for a while, and is asked for what is new.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ruru_command::{Request, ResultCode};
use ruru_json::Value;

use super::super::manager::Manager;
use super::super::model::IETF6;
use super::add_duid;
use crate::log::Event;

/// When a server that does not keep them, as ISC Kea's, is asked again: it may be another by then.
const REST: Duration = Duration::from_secs(60);

/// How far incidents have been read.
#[derive(Default)]
pub(super) struct Incidents(Mutex<Progress>);

#[derive(Default)]
struct Progress {
    /// The number of the next one; `None` before the server was asked.
    next: Option<i128>,
    /// The server does not know of incidents.
    resting: Option<Instant>,
}

impl Incidents {
    /// Tells of what has happened since the last time.
    pub(super) fn look_after(&self, manager: &Manager) {
        let mut progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.resting.is_some_and(|since| since.elapsed() < REST) {
            return;
        }
        let from = progress.next.map(|next| ("from", Value::new(ruru_json::Data::Int(next))));
        // A server that does not answer is told of elsewhere; it is asked again in a moment.
        let Ok(answer) = manager.ask(&Request::with("incident-get", Value::object(from))) else {
            return;
        };
        progress.resting = (answer.result == ResultCode::UNSUPPORTED).then(Instant::now);
        let member = |key: &str| answer.arguments.as_ref().and_then(|map| map.get(key));
        let Some(next) = member("next").and_then(Value::as_int) else { return };
        progress.next = Some(next);
        if let Some(count @ 1..) = member("lost").and_then(Value::as_int) {
            let reason = format!("{count} came faster than they could be told");
            manager.log.write(&Event::NotificationFailed { reason: &reason });
        }
        for incident in member("incidents").and_then(Value::as_list).unwrap_or_default() {
            notify(manager, incident);
        }
    }
}

/// Sends the notification of an incident, if there is one for it.
fn notify(manager: &Manager, incident: &Value) {
    let text = |key: &str| incident.get(key).and_then(Value::as_text);
    let number = |key: &str| incident.get(key).and_then(Value::as_int);
    let kind = text("kind").unwrap_or_default();
    let name = match kind {
        "decline" => "decline-received",
        "status" => "non-success-code-sent",
        "invalid" => "invalid-client-detected",
        _ => return,
    };
    manager.notify(&format!("{IETF6}:{name}"), |told| {
        add_duid(told, "duid", text("duid").unwrap_or_default())?;
        match kind {
            "decline" => {
                let addresses = incident.get("ip-addresses").and_then(Value::as_list);
                for address in addresses.unwrap_or_default().iter().filter_map(Value::as_text) {
                    told.list("declined-resources", &[])?.leaf("address", address)?;
                }
                Ok(())
            }
            "status" => {
                let mut status = told.container("status")?;
                status
                    .leaf_option("code", number("code").map(|code| code.to_string()).as_deref())?;
                status.leaf_option("message", text("message"))
            }
            _ => {
                told.leaf_option("message-type", number("message-type").and_then(message_type))?;
                told.leaf_option("description", text("reason"))
            }
        }
    });
}

/// The name that the RFC has for a type of message.
fn message_type(number: i128) -> Option<&'static str> {
    Some(match number {
        1 => "solicit",
        3 => "request",
        4 => "confirm",
        5 => "renew",
        6 => "rebind",
        8 => "release",
        9 => "decline",
        11 => "info-request",
        _ => return None,
    })
}
