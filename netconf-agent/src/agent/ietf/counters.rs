//! The server as a whole: who it is, and its counters of messages.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use ruru_command::Request;
use ruru_json::Value;
use ruru_sysrepo::{Error, Subscription};

use super::super::leases::failed;
use super::super::manager::Manager;
use super::super::model::IETF6;
use super::super::state::date_and_time;
use super::super::statistics::of_server;
use super::in_ranges;

/// The leaves, and the server's statistics.
const COUNTERS: [(&str, &str); 11] = [
    ("solicit-count", "pkt6-solicit-received"),
    ("advertise-count", "pkt6-advertise-sent"),
    ("request-count", "pkt6-request-received"),
    ("confirm-count", "pkt6-confirm-received"),
    ("renew-count", "pkt6-renew-received"),
    ("rebind-count", "pkt6-rebind-received"),
    ("reply-count", "pkt6-reply-sent"),
    ("release-count", "pkt6-release-received"),
    ("decline-count", "pkt6-decline-received"),
    ("information-request-count", "pkt6-infrequest-received"),
    ("discarded-message-count", "pkt6-receive-drop"),
];

/// How far apart two starts are at least that are not the same.
const WAVERING: Duration = Duration::from_millis(1500);

/// Provides `server-duid` and `allocation-ranges/statistics`. The RFC lets clients write the former,
/// and the time in the latter; so these are no state to `get`, and show in the operational datastore
/// alone.
pub(super) fn provide(
    subscription: &mut Subscription,
    manager: &Arc<Manager>,
) -> Result<(), Error> {
    let of_server_id = Arc::clone(manager);
    let path = format!("/{IETF6}:dhcpv6-server/server-duid");
    subscription.on_request(IETF6, &path, true, move |_request, builder| {
        // ISC Kea does not tell it; what is configured stays then.
        let answer = of_server_id.order(&Request::new("status-get")).map_err(failed)?;
        let duid = answer.arguments.as_ref().and_then(|status| status.get("server-duid"));
        let duid = duid.and_then(Value::as_text).map(|duid| duid.replace(':', ""));
        Ok(builder.leaf_option("server-duid", duid.as_deref())?)
    })?;
    let manager = Arc::clone(manager);
    let started = Mutex::new(None);
    subscription.on_request(IETF6, &in_ranges("statistics"), false, move |_request, builder| {
        let values = of_server(&manager)?;
        let mut statistics = builder.container("statistics")?;
        if let Some(time) = started_at(&manager, &started) {
            statistics.leaf("discontinuity-time", &date_and_time(time))?;
        }
        for (leaf, name) in COUNTERS {
            if let Some(value) = values.get(name) {
                // A counter of 32 bits begins again behind its greatest value.
                statistics.leaf(leaf, &(value & u64::from(u32::MAX)).to_string())?;
            }
        }
        // The server sends none.
        Ok(statistics.leaf("reconfigure-count", "0")?)
    })
}

/// When the server started.
fn started_at(manager: &Manager, known: &Mutex<Option<SystemTime>>) -> Option<SystemTime> {
    let status = manager.order(&Request::new("status-get")).ok()?.arguments?;
    let uptime = u64::try_from(status.get("uptime").and_then(Value::as_int)?).ok()?;
    let start = manager.log.now().checked_sub(Duration::from_secs(uptime))?;
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    let start = settled(*known, start);
    *known = Some(start);
    Some(start)
}

/// The start that is known if this is the same, else this one. Servers tell whole seconds, so that
/// what is worked out wavers.
fn settled(known: Option<SystemTime>, start: SystemTime) -> SystemTime {
    let distance = |known: SystemTime| {
        start.duration_since(known).or_else(|_| known.duration_since(start)).unwrap_or_default()
    };
    known.filter(|known| distance(*known) < WAVERING).unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_wavers_by_no_more_than_a_second() {
        let at = |milliseconds| SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds);
        assert_eq!(settled(None, at(5000)), at(5000));
        for same in [4001, 5000, 5999] {
            assert_eq!(settled(Some(at(5000)), at(same)), at(5000));
        }
        // The server has started again, or the clock was set.
        for other in [1000, 3500, 6500, 90_000] {
            assert_eq!(settled(Some(at(5000)), at(other)), at(other));
        }
    }
}
