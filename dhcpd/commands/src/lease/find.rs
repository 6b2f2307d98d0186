//! `leaseN-get*`, as far as they are the same for all protocols.

use ruru_command::{Answer, ResultCode};
use ruru_config::Protocol;
use ruru_json::Value;
use ruru_lease::{LeaseRecord, State};
use serde::Deserialize;

use super::subnets::of_subnets;
use super::{LeaseCommands, address, hardware_address};
use crate::arguments::read;
use crate::{Commanded, Failure, Server};

/// Leases that one look at the store may clone.
pub(super) const CHUNK: usize = 1000;

/// `leaseN-get`
pub(crate) fn get<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    Ok(match F::select(server, arguments)?.lease {
        Some(lease) => {
            let text = format!("{} lease found.", F::PROTOCOL.ip());
            Answer::success(text).with(F::lease_to_json(&lease))
        }
        None => Answer::empty("Lease not found."),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subnets {
    subnets: Option<Vec<u32>>,
}

/// `leaseN-get-all`
pub(crate) fn get_all<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let Subnets { subnets } = read(arguments)?;
    Ok(list::<F>(match subnets {
        None => collect(server, |_| true),
        Some(subnets) => of_subnets(server, subnets),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ByHwAddress {
    hw_address: String,
}

/// `leaseN-get-by-hw-address`
pub(crate) fn get_by_hw_address<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let ByHwAddress { hw_address } = read(arguments)?;
    let leases = F::of_hardware_address(server, &hardware_address(&hw_address)?);
    Ok(list::<F>(sorted::<F>(leases)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByHostname {
    hostname: String,
}

/// `leaseN-get-by-hostname`
pub(crate) fn get_by_hostname<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let ByHostname { hostname } = read(arguments)?;
    if hostname.is_empty() {
        return Err(Failure::error("'hostname' must not be empty"));
    }
    let hostname = hostname.to_lowercase();
    Ok(list::<F>(collect(server, |lease| lease.hostname() == hostname)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ByState {
    state: Value,
    subnet_id: Option<u32>,
}

/// `leaseN-get-by-state`
pub(crate) fn get_by_state<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let ByState { state, subnet_id } = read(arguments)?;
    let state = self::state::<F>(&state)?;
    let leases = match subnet_id {
        None => collect(server, |lease| lease.state() == state),
        Some(id) => {
            let mut leases = of_subnets(server, vec![id]);
            leases.retain(|lease| lease.state() == state);
            leases
        }
    };
    Ok(list::<F>(leases))
}

/// A state by its number or its name.
fn state<F: Commanded>(value: &Value) -> Result<State, Failure> {
    let number = match (value.as_text(), value.as_int()) {
        (Some("default" | "assigned"), _) => Some(0),
        (Some("declined"), _) => Some(1),
        (Some("expired-reclaimed"), _) => Some(2),
        (Some("released"), _) => Some(3),
        (Some("registered"), _) => Some(4),
        (_, number) => number.and_then(|number| u32::try_from(number).ok()),
    };
    number.and_then(F::state).ok_or_else(|| {
        let more = if F::PROTOCOL == Protocol::V6 { ", 4 or \"registered\"" } else { "" };
        Failure::error(format!(
            "'state' must be 0 or \"default\", 1 or \"declined\", 2 or \"expired-reclaimed\", \
             3 or \"released\"{more}"
        ))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    from: String,
    limit: usize,
}

/// `leaseN-get-page`
pub(crate) fn get_page<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let Page { from, limit } = read(arguments)?;
    if limit == 0 {
        return Err(Failure::error("page size of retrieved leases must not be 0"));
    }
    let mut after = if from == "start" { None } else { Some(address::<F>(&from)?) };
    let mut leases: Vec<F::Lease> = Vec::new();
    loop {
        let (found, more) = server.leases.page(after, limit - leases.len(), |_| true);
        leases.extend(found);
        if leases.len() >= limit || more.is_none() {
            break;
        }
        after = more;
    }
    let count = leases.len();
    let arguments = Value::object([
        ("count", Value::from(count as u64)),
        ("leases", leases.iter().map(F::lease_to_json).collect::<Vec<_>>().into()),
    ]);
    Ok(found::<F>(count).with(arguments))
}

/// All leases that `keep` keeps, a chunk at a time, so that packets are served in between.
pub(super) fn collect<F: LeaseCommands>(
    server: &Server<F>,
    keep: impl Fn(&F::Lease) -> bool,
) -> Vec<F::Lease> {
    let mut leases = Vec::new();
    let mut after: Option<F::Address> = None;
    loop {
        let (found, more) = server.leases.page(after, CHUNK, &keep);
        leases.extend(found);
        if more.is_none() {
            return leases;
        }
        after = more;
    }
}

pub(super) fn sorted<F: LeaseCommands>(mut leases: Vec<F::Lease>) -> Vec<F::Lease> {
    leases.sort_by_key(F::Lease::address);
    leases
}

pub(super) fn list<F: LeaseCommands>(leases: Vec<F::Lease>) -> Answer {
    let count = leases.len();
    let leases: Vec<Value> = leases.iter().map(F::lease_to_json).collect();
    found::<F>(count).with(Value::object([("leases", Value::from(leases))]))
}

/// So many leases were found.
fn found<F: LeaseCommands>(count: usize) -> Answer {
    let result = if count == 0 { ResultCode::EMPTY } else { ResultCode::SUCCESS };
    Answer::of(result, format!("{count} {} lease(s) found.", F::PROTOCOL.ip()))
}
