//! `subnet4-*`

mod delta;
mod select;

use ruru_command::Answer;
use ruru_config::Protocol;
use ruru_config::params::Scope;
use ruru_config::v4::{Config, Subnet};
use ruru_config::{Complaint, Ipv4Prefix, Settings};
use ruru_json::Value;
use ruru_lease::SubnetId;
use ruru_observe::counters::{Dhcp4, Registry};
use serde::Deserialize;

pub(crate) use delta::{delta_add, delta_del};
pub(crate) use select::select_test;

use crate::arguments::{none, only_element, read};
use crate::{Changed, Failure, Server};

/// `subnet4-list`
pub(crate) fn list(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    none(arguments)?;
    let subnets: Vec<Value> = server.config.subnets().map(|subnet| brief(subnet)).collect();
    let count = subnets.len();
    let text = format!("{count} IPv4 subnet{} found", if count == 1 { "" } else { "s" });
    let answer = if count == 0 { Answer::empty(text) } else { Answer::success(text) };
    Ok(answer.with(Value::object([("subnets", Value::from(subnets))])))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    id: Option<u32>,
    subnet: Option<String>,
}

/// `subnet4-get`
pub(crate) fn get(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    let subnet = match read(arguments)? {
        Which { id: Some(id), subnet: None } => server
            .config
            .subnet(SubnetId(id))
            .ok_or_else(|| Failure::empty(format!("No subnet with id {id} found"))),
        Which { id: None, subnet: Some(text) } => {
            let prefix: Ipv4Prefix = text
                .parse()
                .map_err(|e: ruru_config::InvalidPrefix| Failure::error(e.to_string()))?;
            server
                .config
                .subnet_of_prefix(prefix)
                .ok_or_else(|| Failure::empty(format!("No subnet with prefix {prefix} found")))
        }
        _ => Err(Failure::error("either 'id' or 'subnet' is needed")),
    }?;
    let mut json = subnet.to_json();
    if let Some(map) = json.as_map_mut() {
        map.remove("reservations");
    }
    let text = format!("Info about IPv4 subnet {} (id {}) returned", subnet.prefix, subnet.id);
    Ok(Answer::success(text).with(Value::object([("subnet4", Value::from(vec![json]))])))
}

/// `subnet4-add`
pub(crate) fn add(config: &Config, registry: &Registry<Dhcp4>, arguments: &Value) -> Changed {
    let element = element(arguments, "subnet4-add")?;
    let (next, subnet) = config.with_subnet(&element, registry).map_err(|c| about(c, arguments))?;
    Ok((next, Answer::success("IPv4 subnet added").with(changed(&subnet))))
}

/// `subnet4-update`
pub(crate) fn update(config: &Config, registry: &Registry<Dhcp4>, arguments: &Value) -> Changed {
    let element = element(arguments, "subnet4-update")?;
    require(config, &element, arguments)?;
    let (next, subnet) =
        config.with_subnet_replaced(&element, registry).map_err(|c| about(c, arguments))?;
    Ok((next, Answer::success("IPv4 subnet updated").with(changed(&subnet))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Id {
    id: u32,
}

/// `subnet4-del`
pub(crate) fn del(config: &Config, _registry: &Registry<Dhcp4>, arguments: &Value) -> Changed {
    let Id { id } = read(arguments)?;
    let (next, subnet) = config
        .without_subnet(SubnetId(id))
        .map_err(|_| Failure::empty(format!("no subnet with id {id} found")))?;
    let text = format!("IPv4 subnet {} (id {id}) deleted", subnet.prefix);
    Ok((next, Answer::success(text).with(changed(&subnet))))
}

/// The only subnet of the arguments; reservations have commands of their own.
fn element(arguments: &Value, command: &str) -> Result<Value, Failure> {
    let element = only_element(arguments, "subnet4")?;
    if element.get("reservations").and_then(Value::as_list).is_some_and(|list| !list.is_empty()) {
        return Err(Failure::error(format!(
            "must not specify host reservations with '{command}'. Use 'reservation-add' to add a \
             reservation to a subnet"
        )));
    }
    let mut element = element.clone();
    if let Some(map) = element.as_map_mut() {
        // Empty, so that the subnet keeps those that it has.
        map.remove("reservations");
    }
    Ok(element)
}

/// A complaint about the only subnet of the arguments.
fn about(complaint: Complaint, arguments: &Value) -> Failure {
    Failure::of_complaint(complaint.at_index(0).under("subnet4"), arguments)
}

/// There must be a subnet of this id.
fn require(config: &Config, element: &Value, arguments: &Value) -> Result<SubnetId, Failure> {
    let settings =
        Settings::read(Protocol::V4, Scope::Subnet, element).map_err(|c| about(c, arguments))?;
    let id = settings.number("id").ok_or_else(|| Failure::error("a subnet needs an 'id'"))?;
    match config.subnet(SubnetId(id)) {
        Some(subnet) => Ok(subnet.id),
        None => Err(Failure::empty(format!("Can't find subnet '{id}' to update"))),
    }
}

fn changed(subnet: &Subnet) -> Value {
    let subnet = Value::object([
        ("id", Value::from(subnet.id.0)),
        ("subnet", Value::from(subnet.prefix.to_string())),
    ]);
    Value::object([("subnets", Value::from(vec![subnet]))])
}

fn brief(subnet: &Subnet) -> Value {
    let network = subnet.network.as_ref().map(|network| Value::from(&*network.name));
    Value::object([
        ("id", Value::from(subnet.id.0)),
        ("shared-network-name", network.unwrap_or_else(|| Value::new(ruru_json::Data::Null))),
        ("subnet", Value::from(subnet.prefix.to_string())),
    ])
}
