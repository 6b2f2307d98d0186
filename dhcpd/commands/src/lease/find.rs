//! `lease4-get*`

use std::net::Ipv4Addr;

use ruru_command::{Answer, ResultCode};
use ruru_json::Value;
use ruru_lease::{ClientKey4, Family, Lease4, State, V4};
use serde::Deserialize;

use super::{address, client_id, hardware_address, json};
use crate::arguments::read;
use crate::{Failure, Server};

/// Leases that one look at the store may clone.
const CHUNK: usize = 1000;

/// One lease, by address or by subnet and identifier.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Which {
    ip_address: Option<String>,
    subnet_id: Option<u32>,
    identifier_type: Option<String>,
    identifier: Option<String>,
    /// Of `lease4-del`: whether the DNS updater is told.
    pub(super) update_ddns: Option<bool>,
}

/// `lease4-get`
pub(crate) fn get(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    Ok(match one(server, &read(arguments)?)? {
        Some(lease) => Answer::success("IPv4 lease found.").with(json::lease(&lease)),
        None => Answer::empty("Lease not found."),
    })
}

pub(super) fn one(server: &Server, which: &Which) -> Result<Option<Lease4>, Failure> {
    if let Some(text) = &which.ip_address {
        return Ok(server.leases.batch().get(address(text)?));
    }
    let (Some(subnet), Some(kind), Some(identifier)) =
        (which.subnet_id, which.identifier_type.as_deref(), which.identifier.as_deref())
    else {
        return Err(Failure::error(
            "either 'ip-address', or 'subnet-id', 'identifier-type' and 'identifier' are needed",
        ));
    };
    let found = match kind {
        "hw-address" => by_hwaddr(server, identifier)?,
        "client-id" => by_client_id(server, identifier)?,
        other => {
            let text = format!("'identifier-type' must be hw-address or client-id, not {other}");
            return Err(Failure::error(text));
        }
    };
    Ok(found.into_iter().find(|lease| lease.subnet_id.0 == subnet))
}

fn by_hwaddr(server: &Server, text: &str) -> Result<Vec<Lease4>, Failure> {
    let hwaddr = hardware_address(text)?;
    Ok(server.leases.batch().of_client(ClientKey4::HardwareAddress(hwaddr.as_bytes())).into_vec())
}

fn by_client_id(server: &Server, text: &str) -> Result<Vec<Lease4>, Failure> {
    let client_id = client_id(text)?;
    Ok(server.leases.batch().of_client(ClientKey4::ClientId(&client_id)).into_vec())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subnets {
    subnets: Option<Vec<u32>>,
}

/// `lease4-get-all`
pub(crate) fn get_all(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    let Subnets { subnets } = read(arguments)?;
    let keep = |lease: &Lease4| {
        subnets.as_ref().is_none_or(|subnets| subnets.contains(&lease.subnet_id.0))
    };
    Ok(list(collect(server, keep)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ByHwAddress {
    hw_address: String,
}

/// `lease4-get-by-hw-address`
pub(crate) fn get_by_hw_address(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    let ByHwAddress { hw_address } = read(arguments)?;
    Ok(list(sorted(by_hwaddr(server, &hw_address)?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ByClientId {
    client_id: String,
}

/// `lease4-get-by-client-id`
pub(crate) fn get_by_client_id(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    let ByClientId { client_id } = read(arguments)?;
    Ok(list(sorted(by_client_id(server, &client_id)?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByHostname {
    hostname: String,
}

/// `lease4-get-by-hostname`
pub(crate) fn get_by_hostname(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    let ByHostname { hostname } = read(arguments)?;
    if hostname.is_empty() {
        return Err(Failure::error("'hostname' must not be empty"));
    }
    let hostname = hostname.to_lowercase();
    Ok(list(collect(server, |lease| *lease.hostname == hostname)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ByState {
    state: Value,
    subnet_id: Option<u32>,
}

/// `lease4-get-by-state`
pub(crate) fn get_by_state(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    let ByState { state, subnet_id } = read(arguments)?;
    let state = match (state.as_text(), state.as_int()) {
        (Some("default" | "assigned"), _) => Some(State::Assigned),
        (Some("declined"), _) => Some(State::Declined),
        (Some("expired-reclaimed"), _) => Some(State::Reclaimed),
        (Some("released"), _) => Some(State::Released),
        (_, Some(number)) => u32::try_from(number).ok().and_then(V4::state),
        _ => None,
    };
    let state = state.ok_or_else(|| {
        Failure::error(
            "'state' must be 0 or \"default\", 1 or \"declined\", 2 or \"expired-reclaimed\", \
             3 or \"released\"",
        )
    })?;
    Ok(list(collect(server, |lease| {
        lease.state == state && subnet_id.is_none_or(|id| id == lease.subnet_id.0)
    })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    from: String,
    limit: usize,
}

/// `lease4-get-page`
pub(crate) fn get_page(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    let Page { from, limit } = read(arguments)?;
    if limit == 0 {
        return Err(Failure::error("page size of retrieved leases must not be 0"));
    }
    let after = if from == "start" { None } else { Some(address(&from)?) };
    let mut leases: Vec<Lease4> = Vec::new();
    let mut after = after;
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
        ("leases", leases.iter().map(json::lease).collect::<Vec<_>>().into()),
    ]);
    let text = format!("{count} IPv4 lease(s) found.");
    let result = if count == 0 { ResultCode::EMPTY } else { ResultCode::SUCCESS };
    Ok(Answer::of(result, text).with(arguments))
}

/// All leases that `keep` keeps, a chunk at a time, so that packets are served in between.
pub(super) fn collect(server: &Server, keep: impl Fn(&Lease4) -> bool) -> Vec<Lease4> {
    let mut leases = Vec::new();
    let mut after: Option<Ipv4Addr> = None;
    loop {
        let (found, more) = server.leases.page(after, CHUNK, &keep);
        leases.extend(found);
        if more.is_none() {
            return leases;
        }
        after = more;
    }
}

fn sorted(mut leases: Vec<Lease4>) -> Vec<Lease4> {
    leases.sort_by_key(|lease| lease.address);
    leases
}

fn list(leases: Vec<Lease4>) -> Answer {
    let text = format!("{} IPv4 lease(s) found.", leases.len());
    let result = if leases.is_empty() { ResultCode::EMPTY } else { ResultCode::SUCCESS };
    let leases: Vec<Value> = leases.iter().map(json::lease).collect();
    Answer::of(result, text).with(Value::object([("leases", Value::from(leases))]))
}
