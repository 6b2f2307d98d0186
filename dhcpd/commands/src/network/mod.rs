//! `networkN-*`

use ruru_command::Answer;
use ruru_config::{Complaint, Config, SubnetsOfNetwork};
use ruru_json::Value;
use ruru_lease::SubnetId;
use serde::Deserialize;

use crate::arguments::{none, only_element, read};
use crate::{Changed, Commanded, Counters, Failure, Server};

/// `networkN-list`
pub(crate) fn list<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    let names = server.config.network_names();
    let networks: Vec<Value> =
        names.map(|name| Value::object([("name", Value::from(name))])).collect();
    let count = networks.len();
    let ending = if count == 1 { "" } else { "s" };
    let text = format!("{count} {} network{ending} found", F::PROTOCOL.ip());
    let answer = if count == 0 { Answer::empty(text) } else { Answer::success(text) };
    Ok(answer.with(Value::object([("shared-networks", Value::from(networks))])))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    name: String,
}

/// `networkN-get`
pub(crate) fn get<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let Name { name } = read(arguments)?;
    let network = server
        .config
        .network_to_json(&name)
        .ok_or_else(|| Failure::empty(format!("No '{name}' shared network found")))?;
    let text = format!("Info about {} shared network '{name}' returned", F::PROTOCOL.ip());
    Ok(Answer::success(text).with(Value::object([("shared-networks", Value::from(vec![network]))])))
}

/// `networkN-add`
pub(crate) fn add<F: Commanded>(
    config: &Config<F>,
    registry: &Counters<F>,
    arguments: &Value,
) -> Changed<F> {
    let about = |complaint: Complaint| {
        Failure::of_complaint(complaint.at_index(0).under("shared-networks"), arguments)
    };
    let element = only_element(arguments, "shared-networks")?;
    let (next, network) = config.with_network(element, registry).map_err(about)?;
    let text = format!("A new {} shared network '{}' added", F::PROTOCOL.ip(), network.name);
    Ok((next, Answer::success(text).with(names(&network.name))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Deletion {
    name: String,
    subnets_action: Option<String>,
}

/// `networkN-del`
pub(crate) fn del<F: Commanded>(
    config: &Config<F>,
    registry: &Counters<F>,
    arguments: &Value,
) -> Changed<F> {
    let Deletion { name, subnets_action } = read(arguments)?;
    let subnets = match subnets_action.as_deref() {
        None | Some("keep") => SubnetsOfNetwork::Keep,
        Some("delete") => SubnetsOfNetwork::Delete,
        Some(other) => {
            let text = format!("'subnets-action' must be keep or delete, not {other}");
            return Err(Failure::error(text));
        }
    };
    let next = config
        .without_network(&name, subnets, registry)?
        .ok_or_else(|| Failure::empty(format!("no shared network with name '{name}' found")))?;
    let text = format!("{} shared network '{name}' deleted", F::PROTOCOL.ip());
    Ok((next, Answer::success(text).with(names(&name))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    name: String,
    id: u32,
}

/// `networkN-subnet-add`
pub(crate) fn subnet_add<F: Commanded>(
    config: &Config<F>,
    registry: &Counters<F>,
    arguments: &Value,
) -> Changed<F> {
    let Member { name, id } = read(arguments)?;
    let subnet = described(config, id)?;
    let network = config.subnet(SubnetId(id)).and_then(|subnet| subnet.network.as_ref());
    if let Some(network) = network {
        return Err(Failure::error(format!(
            "{subnet} is already part of shared network '{}'",
            network.name
        )));
    }
    let next = config.with_subnet_moved(SubnetId(id), Some(&name), registry)?;
    let text = format!("{subnet} is now part of shared network '{name}'");
    Ok((next, Answer::success(text)))
}

/// `networkN-subnet-del`
pub(crate) fn subnet_del<F: Commanded>(
    config: &Config<F>,
    registry: &Counters<F>,
    arguments: &Value,
) -> Changed<F> {
    let Member { name, id } = read(arguments)?;
    let subnet = described(config, id)?;
    let network = config.subnet(SubnetId(id)).and_then(|subnet| subnet.network.as_ref());
    if network.is_none_or(|network| *network.name != *name) {
        return Err(Failure::empty(format!("{subnet} is not part of shared network '{name}'")));
    }
    let next = config.with_subnet_moved(SubnetId(id), None, registry)?;
    let text = format!("{subnet} is now removed from shared network '{name}'");
    Ok((next, Answer::success(text)))
}

/// A subnet as answers call it.
fn described<F: Commanded>(config: &Config<F>, id: u32) -> Result<String, Failure> {
    config
        .subnet(SubnetId(id))
        .map(|subnet| format!("{} subnet {} (id {id})", F::PROTOCOL.ip(), subnet.prefix))
        .ok_or_else(|| Failure::empty(format!("no subnet with id {id} found")))
}

fn names(name: &str) -> Value {
    let network = Value::object([("name", Value::from(name))]);
    Value::object([("shared-networks", Value::from(vec![network]))])
}
