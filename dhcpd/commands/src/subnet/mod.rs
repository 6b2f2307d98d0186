//! `subnetN-*`

mod delta;
mod select4;
mod select4o6;
mod select6;

use std::sync::Arc;

use ruru_command::Answer;
use ruru_config::params::Scope;
use ruru_config::{Complaint, Config, Prefix, Settings, Subnet};
use ruru_host::{Identifier, IdentifierKind};
use ruru_json::Value;
use ruru_lease::SubnetId;
use serde::Deserialize;

pub(crate) use delta::{delta_add, delta_del};
pub(crate) use select4::select_test as select4;
pub(crate) use select4o6::select_test as select4o6;
pub(crate) use select6::select_test as select6;

use crate::arguments::{none, only_element, read};
use crate::command::subnet as name;
use crate::{Changed, Commanded, Counters, Failure, Name, Server};

/// `subnetN-list`
pub(crate) fn list<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    let subnets: Vec<Value> = server.config.subnets().map(|subnet| brief(subnet)).collect();
    let count = subnets.len();
    let ending = if count == 1 { "" } else { "s" };
    let text = format!("{count} {} subnet{ending} found", F::PROTOCOL.ip());
    let answer = if count == 0 { Answer::empty(text) } else { Answer::success(text) };
    Ok(answer.with(Value::object([("subnets", Value::from(subnets))])))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    id: Option<u32>,
    subnet: Option<String>,
}

/// `subnetN-get`
pub(crate) fn get<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let subnet = match read(arguments)? {
        Which { id: Some(id), subnet: None } => server
            .config
            .subnet(SubnetId(id))
            .ok_or_else(|| Failure::empty(format!("No subnet with id {id} found"))),
        Which { id: None, subnet: Some(text) } => {
            let prefix: Prefix<F> = text
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
    let (ip, prefix, id) = (F::PROTOCOL.ip(), subnet.prefix, subnet.id);
    let text = format!("Info about {ip} subnet {prefix} (id {id}) returned");
    Ok(Answer::success(text)
        .with(Value::object([(F::PROTOCOL.subnets(), Value::from(vec![json]))])))
}

/// `subnetN-add`
pub(crate) fn add<F: Commanded>(
    config: &Config<F>,
    registry: &Counters<F>,
    arguments: &Value,
) -> Changed<F> {
    let element = element::<F>(arguments, name("add"))?;
    let (next, subnet) =
        config.with_subnet(&element, registry).map_err(|c| about::<F>(c, arguments))?;
    Ok((next, success::<F>("added").with(changed(&subnet))))
}

/// `subnetN-update`
pub(crate) fn update<F: Commanded>(
    config: &Config<F>,
    registry: &Counters<F>,
    arguments: &Value,
) -> Changed<F> {
    let element = element::<F>(arguments, name("update"))?;
    require(config, &element, arguments)?;
    let (next, subnet) =
        config.with_subnet_replaced(&element, registry).map_err(|c| about::<F>(c, arguments))?;
    Ok((next, success::<F>("updated").with(changed(&subnet))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Id {
    id: u32,
}

/// `subnetN-del`
pub(crate) fn del<F: Commanded>(
    config: &Config<F>,
    _registry: &Counters<F>,
    arguments: &Value,
) -> Changed<F> {
    let Id { id } = read(arguments)?;
    let (next, subnet) = config
        .without_subnet(SubnetId(id))
        .map_err(|_| Failure::empty(format!("no subnet with id {id} found")))?;
    let text = format!("{} subnet {} (id {id}) deleted", F::PROTOCOL.ip(), subnet.prefix);
    Ok((next, Answer::success(text).with(changed(&subnet))))
}

/// The only subnet of the arguments; reservations have commands of their own.
fn element<F: Commanded>(arguments: &Value, command: Name) -> Result<Value, Failure> {
    let element = only_element(arguments, F::PROTOCOL.subnets())?;
    if element.get("reservations").and_then(Value::as_list).is_some_and(|list| !list.is_empty()) {
        return Err(Failure::error(format!(
            "must not specify host reservations with '{}'. Use 'reservation-add' to add a \
             reservation to a subnet",
            command.of(F::PROTOCOL)
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
fn about<F: Commanded>(complaint: Complaint, arguments: &Value) -> Failure {
    Failure::of_complaint(complaint.at_index(0).under(F::PROTOCOL.subnets()), arguments)
}

/// There must be a subnet of this id.
fn require<F: Commanded>(
    config: &Config<F>,
    element: &Value,
    arguments: &Value,
) -> Result<SubnetId, Failure> {
    let settings = Settings::read(F::PROTOCOL, Scope::Subnet, element)
        .map_err(|c| about::<F>(c, arguments))?;
    let id = settings.number("id").ok_or_else(|| Failure::error("a subnet needs an 'id'"))?;
    match config.subnet(SubnetId(id)) {
        Some(subnet) => Ok(subnet.id),
        None => Err(Failure::empty(format!("Can't find subnet '{id}' to update"))),
    }
}

/// A subnet was added or changed.
fn success<F: Commanded>(what: &str) -> Answer {
    Answer::success(format!("{} subnet {what}", F::PROTOCOL.ip()))
}

fn changed<F: Commanded>(subnet: &Subnet<F>) -> Value {
    let subnet = Value::object([
        ("id", Value::from(subnet.id.0)),
        ("subnet", Value::from(subnet.prefix.to_string())),
    ]);
    Value::object([("subnets", Value::from(vec![subnet]))])
}

fn brief<F: Commanded>(subnet: &Subnet<F>) -> Value {
    let network = subnet.network.as_ref().map(|network| Value::from(&*network.name));
    Value::object([
        ("id", Value::from(subnet.id.0)),
        ("shared-network-name", network.unwrap_or_else(|| Value::new(ruru_json::Data::Null))),
        ("subnet", Value::from(subnet.prefix.to_string())),
    ])
}

/// What a test of the choice of subnets answers.
fn selected<F: Commanded>(found: Option<&Arc<Subnet<F>>>) -> Answer {
    let Some(subnet) = found else { return Answer::empty("no subnet selected") };
    let (prefix, id) = (subnet.prefix, subnet.id);
    Answer::success(match &subnet.network {
        Some(network) => {
            let name = &network.name;
            format!("selected shared network '{name}' starting with subnet '{prefix}' id {id}")
        }
        None => format!("selected subnet '{prefix}' id {id}"),
    })
}

/// What a relay agent calls an interface: hexadecimal digits, or a text in single quotes.
fn interface_id(text: &str) -> Result<Vec<u8>, Failure> {
    if text.is_empty() {
        return Err(Failure::error("'interface-id' must be not empty"));
    }
    let id = Identifier::parse(IdentifierKind::FlexId, text);
    let id = id.map_err(|_| Failure::error("value of 'interface-id' was not recognized"))?;
    Ok(id.bytes.to_vec())
}
