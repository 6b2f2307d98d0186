//! `reservation-*`, for reservations of the configuration.

use std::sync::Arc;

use ruru_command::{Answer, ResultCode};
use ruru_config::params::Scope;
use ruru_config::{Complaint, Config, Reservation, Settings};
use ruru_host::{HostIndex, Identifier, IdentifierKind};
use ruru_json::{Map, Value};
use ruru_lease::SubnetId;
use serde::Deserialize;

use crate::arguments::read;
use crate::{Changed, Commanded, Counters, Failure, Server};

/// `reservation-add`
pub(crate) fn add<F: Commanded>(
    config: &Config<F>,
    _registry: &Counters<F>,
    arguments: &Value,
) -> Changed<F> {
    let (subnet, settings) = given::<F>(arguments)?;
    let next = config.with_reservation(subnet, settings).map_err(|c| about(c, arguments))?;
    Ok((next, Answer::success("Host added.")))
}

/// `reservation-update`: replaces the reservation of the same subnet and identifier.
pub(crate) fn update<F: Commanded>(
    config: &Config<F>,
    _registry: &Counters<F>,
    arguments: &Value,
) -> Changed<F> {
    let (subnet, settings) = given::<F>(arguments)?;
    let reservation =
        Reservation::<F>::build(settings.clone(), None, &config.globals().definitions)
            .map_err(|c| about(c, arguments))?;
    let without = config
        .without_reservation(subnet, &reservation.host.identifier)
        .map_err(|_| Failure::empty("Host not updated (not found)."))?;
    let next = without.with_reservation(subnet, settings).map_err(|c| about(c, arguments))?;
    Ok((next, Answer::success("Host updated.")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Which {
    subnet_id: u32,
    ip_address: Option<String>,
    identifier_type: Option<String>,
    identifier: Option<String>,
    operation_target: Option<String>,
}

/// `reservation-del`
pub(crate) fn del<F: Commanded>(
    config: &Config<F>,
    _registry: &Counters<F>,
    arguments: &Value,
) -> Changed<F> {
    let which: Which = read(arguments)?;
    let missing = || Failure::empty("Host not deleted (not found).");
    let identifier =
        one(config, &which)?.map(|host| host.host.identifier.clone()).ok_or_else(missing)?;
    let subnet = scope(which.subnet_id);
    let next = config.without_reservation(subnet, &identifier).map_err(|_| missing())?;
    Ok((next, Answer::success("Host deleted.")))
}

/// `reservation-get`
pub(crate) fn get<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let which: Which = read(arguments)?;
    Ok(match one(&server.config, &which)? {
        Some(host) => Answer::success("Host found.").with(json(which.subnet_id, host)),
        None => Answer::empty("Host not found."),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct OfSubnet {
    subnet_id: u32,
    operation_target: Option<String>,
}

/// `reservation-get-all`
pub(crate) fn get_all<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let OfSubnet { subnet_id, operation_target } = read(arguments)?;
    check_target(operation_target.as_deref())?;
    let hosts = hosts(&server.config, subnet_id).into_iter().flat_map(HostIndex::iter);
    Ok(list::<F>(hosts.map(|host| json(subnet_id, host)).collect()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Page {
    limit: usize,
    subnet_id: Option<u32>,
    #[serde(default)]
    source_index: u32,
    #[serde(default)]
    from: usize,
    operation_target: Option<String>,
}

/// `reservation-get-page`: hosts are numbered from 1 in their order.
pub(crate) fn get_page<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let page: Page = read(arguments)?;
    check_target(page.operation_target.as_deref())?;
    if page.limit == 0 {
        return Err(Failure::error("'limit' must be above 0"));
    }
    let everywhere = all(&server.config).filter(|(id, _)| page.subnet_id.is_none_or(|s| s == *id));
    let hosts: Vec<Value> = if page.source_index == 0 {
        everywhere.skip(page.from).take(page.limit).map(|(id, host)| json(id, host)).collect()
    } else {
        Vec::new()
    };
    let count = hosts.len();
    let mut arguments = Map::default();
    arguments.insert("count", count as u64);
    arguments.insert("hosts", hosts);
    let text = found_text::<F>(count);
    if count == 0 {
        return Ok(Answer::empty(text).with(arguments));
    }
    let next =
        [("from", Value::from((page.from + count) as u64)), ("source-index", Value::from(0))];
    arguments.insert("next", Value::object(next));
    Ok(Answer::success(text).with(arguments))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ByAddress {
    ip_address: String,
    subnet_id: Option<u32>,
    operation_target: Option<String>,
}

/// `reservation-get-by-address`
pub(crate) fn get_by_address<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let ByAddress { ip_address, subnet_id, operation_target } = read(arguments)?;
    check_target(operation_target.as_deref())?;
    let address = parse_address::<F>(&ip_address)?;
    let found = scopes(&server.config)
        .filter(|(id, _)| subnet_id.is_none_or(|subnet| subnet == *id))
        .flat_map(|(id, hosts)| hosts.by_address(address).map(move |host| json(id, host)));
    Ok(list::<F>(found.collect()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ByHostname {
    hostname: String,
    subnet_id: Option<u32>,
    operation_target: Option<String>,
}

/// `reservation-get-by-hostname`
pub(crate) fn get_by_hostname<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let ByHostname { hostname, subnet_id, operation_target } = read(arguments)?;
    check_target(operation_target.as_deref())?;
    let found = all(&server.config)
        .filter(|(id, _)| subnet_id.is_none_or(|subnet| subnet == *id))
        .filter(|(_, host)| host.host.hostname.eq_ignore_ascii_case(&hostname))
        .map(|(id, host)| json(id, host));
    Ok(list::<F>(found.collect()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ById {
    identifier_type: String,
    identifier: String,
    operation_target: Option<String>,
}

/// `reservation-get-by-id`
pub(crate) fn get_by_id<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let ById { identifier_type, identifier, operation_target } = read(arguments)?;
    check_target(operation_target.as_deref())?;
    let identifier = parse_identifier(&identifier_type, &identifier)?;
    let found = scopes(&server.config)
        .filter_map(|(id, hosts)| hosts.get(&identifier).map(|host| json(id, host)));
    Ok(list::<F>(found.collect()))
}

/// The reservation of the arguments: its subnet, `None` for a global one, and its parameters.
fn given<F: Commanded>(arguments: &Value) -> Result<(Option<SubnetId>, Settings), Failure> {
    let map = arguments.as_map().ok_or_else(|| Failure::error("'reservation' is missing"))?;
    if let Some((other, _)) =
        map.iter().find(|(key, _)| !["reservation", "operation-target"].contains(key))
    {
        return Err(Failure::error(format!("unknown argument '{other}'")));
    }
    check_target(map.get("operation-target").and_then(Value::as_text))?;
    let mut reservation = map
        .get("reservation")
        .cloned()
        .ok_or_else(|| Failure::error("'reservation' is missing"))?;
    let subnet = reservation
        .as_map_mut()
        .and_then(|map| map.remove("subnet-id"))
        .and_then(|id| id.as_int().and_then(|id| u32::try_from(id).ok()))
        .ok_or_else(|| {
            Failure::error("'subnet-id' is missing; it is 0 for a global reservation")
        })?;
    let settings =
        Settings::read(F::PROTOCOL, Scope::Host, &reservation).map_err(|c| about(c, arguments))?;
    Ok((scope(subnet), settings))
}

/// Reservations are kept in the configuration only: there is no host database to write to.
fn check_target(target: Option<&str>) -> Result<(), Failure> {
    match target {
        None | Some("memory" | "all" | "default") => Ok(()),
        Some("database") => Err(Failure::error("Host database not available, cannot add host.")),
        Some(other) => Err(Failure::error(format!(
            "'operation-target' must be memory, database, all or default, not {other}"
        ))),
    }
}

fn one<'a, F: Commanded>(
    config: &'a Config<F>,
    which: &Which,
) -> Result<Option<&'a Arc<Reservation<F>>>, Failure> {
    check_target(which.operation_target.as_deref())?;
    let Some(hosts) = hosts(config, which.subnet_id) else { return Ok(None) };
    match (&which.ip_address, &which.identifier_type, &which.identifier) {
        (Some(address), None, None) => Ok(hosts.by_address(parse_address::<F>(address)?).next()),
        (None, Some(kind), Some(text)) => Ok(hosts.get(&parse_identifier(kind, text)?)),
        _ => Err(Failure::error(
            "either 'ip-address', or 'identifier-type' and 'identifier' are needed",
        )),
    }
}

fn parse_address<F: Commanded>(text: &str) -> Result<F::Address, Failure> {
    let ip = F::PROTOCOL.ip();
    text.parse().map_err(|_| Failure::error(format!("'{text}' is not an {ip} address")))
}

fn parse_identifier(kind: &str, text: &str) -> Result<Identifier, Failure> {
    let kind = IdentifierKind::from_name(kind)
        .ok_or_else(|| Failure::error(format!("identifier type '{kind}' does not exist")))?;
    Identifier::parse(kind, text).map_err(|error| Failure::error(error.to_string()))
}

fn about(complaint: Complaint, arguments: &Value) -> Failure {
    Failure::of_complaint(complaint.under("reservation"), arguments)
}

fn scope(subnet: u32) -> Option<SubnetId> {
    (subnet > 0).then_some(SubnetId(subnet))
}

fn hosts<F: Commanded>(config: &Config<F>, subnet: u32) -> Option<&HostIndex<Reservation<F>>> {
    match scope(subnet) {
        None => Some(config.hosts()),
        Some(id) => config.subnet(id).map(|subnet| &subnet.hosts),
    }
}

/// All scopes that may have reservations, by subnet id; 0 is the global one.
fn scopes<F: Commanded>(
    config: &Config<F>,
) -> impl Iterator<Item = (u32, &HostIndex<Reservation<F>>)> {
    let global = std::iter::once((0, config.hosts()));
    global.chain(config.subnets().map(|subnet| (subnet.id.0, &subnet.hosts)))
}

fn all<F: Commanded>(config: &Config<F>) -> impl Iterator<Item = (u32, &Arc<Reservation<F>>)> {
    scopes(config).flat_map(|(id, hosts)| hosts.iter().map(move |host| (id, host)))
}

/// A reservation as Kea shows it: with empty values for what is not reserved.
fn json<F: Commanded>(subnet: u32, reservation: &Reservation<F>) -> Value {
    let mut map = Map::default();
    for (key, empty) in F::nothing_reserved() {
        map.insert(key, empty);
    }
    if let Some(given) = reservation.to_json().as_map() {
        for (key, value) in given.iter() {
            map.insert(key, value.clone());
        }
    }
    map.insert("subnet-id", subnet);
    map.sort();
    map.into()
}

fn found_text<F: Commanded>(count: usize) -> String {
    format!("{count} {} host(s) found.", F::PROTOCOL.ip())
}

fn list<F: Commanded>(hosts: Vec<Value>) -> Answer {
    let text = found_text::<F>(hosts.len());
    let result = if hosts.is_empty() { ResultCode::EMPTY } else { ResultCode::SUCCESS };
    Answer::of(result, text).with(Value::object([("hosts", Value::from(hosts))]))
}
