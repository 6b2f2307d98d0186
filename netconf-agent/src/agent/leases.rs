//! Leases as operational data, and the operation that reads them in pages.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use ruru_command::{Request, ResultCode};
use ruru_json::Value;
use ruru_sysrepo::{Builder, Error, Refusal, Subscription};
use ruru_translate::state::{add_lease4, add_lease6};

use super::manager::{CommandError, Manager};
use super::query;

/// Leases, or reservations, that one command answers with.
pub(super) const PAGE: u64 = 1000;

/// Leases, or reservations, that one request may have.
pub(super) const MOST: usize = 200_000;

/// Provides `/state/leases/lease`.
pub(super) fn provide(
    subscription: &mut Subscription,
    manager: &Arc<Manager>,
) -> Result<(), Error> {
    let manager = Arc::clone(manager);
    let (module, path) = (manager.model.kea.module(), manager.state("leases/lease"));
    subscription.on_request(module, &path, false, move |request, builder| {
        answer(&manager, request.xpath, builder)
    })
}

/// By key where the request has one that the server can look up, else all, in pages.
fn answer(
    manager: &Manager,
    request: Option<&str>,
    builder: &mut Builder<'_>,
) -> Result<(), Refusal> {
    let now = seconds(manager.log.now());
    let by = |key| query::key(request, "lease", key);
    if let Some(address) = by("ip-address") {
        let lease = one(manager, address)?;
        return lease.map_or(Ok(()), |lease| add(manager, builder, &lease, now));
    }
    if let Some(subnet) = by("subnet-id").and_then(|id| id.parse::<u32>().ok()) {
        let subnets = Value::from(vec![Value::from(subnet)]);
        let command = Request::with(
            manager.command("lease", "get-all"),
            Value::object([("subnets", subnets)]),
        );
        let answer = manager.order(&command).map_err(failed)?;
        return leases(&answer).iter().try_for_each(|lease| add(manager, builder, lease, now));
    }
    let mut from = "start".to_owned();
    let mut count = 0;
    loop {
        let answer = page(manager, &from, PAGE)?;
        let page = leases(&answer);
        let Some(last) = page.last().and_then(address_of) else { return Ok(()) };
        from = last.to_owned();
        count += page.len();
        if count > MOST {
            let text = format!(
                "there are more than {MOST} leases; ask for some by ip-address or subnet-id, or \
                 use the operation lease-page"
            );
            return Err(Refusal::new("too-big", text));
        }
        page.iter().try_for_each(|lease| add(manager, builder, lease, now))?;
        if (page.len() as u64) < PAGE {
            return Ok(());
        }
    }
}

/// The lease of an address, or of the prefix that begins with it.
pub(super) fn one(manager: &Manager, address: &str) -> Result<Option<Value>, Refusal> {
    let kinds: &[Option<&str>] = match manager.model.kea.version() {
        6 => &[Some("IA_NA"), Some("IA_PD")],
        _ => &[None],
    };
    for kind in kinds {
        let kind = kind.map(|kind| ("type", Value::from(kind)));
        let arguments = kind.into_iter().chain([("ip-address", Value::from(address))]);
        let command = Request::with(manager.command("lease", "get"), Value::object(arguments));
        let answer = manager.ask(&command).map_err(failed)?;
        // No lease, or not an address at all: there is nothing to show.
        if answer.result == ResultCode::SUCCESS {
            return Ok(answer.arguments);
        }
    }
    Ok(None)
}

/// Answers `lease-page`.
pub(super) fn answer_calls(
    subscription: &mut Subscription,
    manager: &Arc<Manager>,
) -> Result<(), Error> {
    let manager = Arc::clone(manager);
    let path = format!("/{}", manager.own("lease-page"));
    subscription.on_call(&path, 0, move |request, output| {
        let input = request.input;
        let limit = input.leaf("limit").and_then(|limit| limit.parse().ok()).unwrap_or(500);
        let subnet = input.leaf("subnet-id").and_then(|id| id.parse::<i128>().ok());
        let from = input.leaf("from").unwrap_or("start").to_owned();
        lease_page(&manager, from, limit, subnet, output)
    })
}

/// Fills one page; with a subnet, leases of others are passed over.
fn lease_page(
    manager: &Manager,
    mut from: String,
    limit: u64,
    subnet: Option<i128>,
    output: &mut Builder<'_>,
) -> Result<(), Refusal> {
    let now = seconds(manager.log.now());
    let mut left = limit;
    loop {
        let wanted = if subnet.is_some() { PAGE } else { left };
        let answer = page(manager, &from, wanted)?;
        let page = leases(&answer);
        let is_last = (page.len() as u64) < wanted;
        for lease in page {
            from = address_of(lease).unwrap_or_default().to_owned();
            let id = lease.get("subnet-id").and_then(Value::as_int);
            if subnet.is_some() && subnet != id {
                continue;
            }
            add(manager, output, lease, now)?;
            left -= 1;
            if left == 0 {
                return Ok(output.leaf("next", &from)?);
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

pub(super) fn page(
    manager: &Manager,
    from: &str,
    limit: u64,
) -> Result<ruru_command::Answer, Refusal> {
    let arguments = Value::object([("from", Value::from(from)), ("limit", Value::from(limit))]);
    manager.order(&Request::with(manager.command("lease", "get-page"), arguments)).map_err(failed)
}

pub(super) fn leases(answer: &ruru_command::Answer) -> &[Value] {
    let leases = answer.arguments.as_ref().and_then(|arguments| arguments.get("leases"));
    leases.and_then(Value::as_list).unwrap_or_default()
}

pub(super) fn address_of(lease: &Value) -> Option<&str> {
    lease.get("ip-address").and_then(Value::as_text)
}

fn add(
    manager: &Manager,
    builder: &mut Builder<'_>,
    lease: &Value,
    now: u64,
) -> Result<(), Refusal> {
    let add = if manager.model.kea.version() == 6 { add_lease6 } else { add_lease4 };
    add(builder, lease, Some(now))
        .map_err(|fault| Refusal::new("operation-failed", fault.to_string()))
}

/// The server cannot tell.
pub(super) fn failed(error: CommandError) -> Refusal {
    Refusal::new("operation-failed", error.to_string())
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
