//! `network4-*`

use ruru_command::Answer;
use ruru_config::Complaint;
use ruru_config::v4::{Config, SubnetsOfNetwork};
use ruru_json::Value;
use ruru_lease::SubnetId;
use ruru_observe::counters::{Dhcp4, Registry};
use serde::Deserialize;

use crate::arguments::{none, only_element, read};
use crate::{Changed, Failure, Server};

/// `network4-list`
pub(crate) fn list(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    none(arguments)?;
    let names = server.config.network_names();
    let networks: Vec<Value> =
        names.map(|name| Value::object([("name", Value::from(name))])).collect();
    let count = networks.len();
    let text = format!("{count} IPv4 network{} found", if count == 1 { "" } else { "s" });
    let answer = if count == 0 { Answer::empty(text) } else { Answer::success(text) };
    Ok(answer.with(Value::object([("shared-networks", Value::from(networks))])))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    name: String,
}

/// `network4-get`
pub(crate) fn get(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    let Name { name } = read(arguments)?;
    let network = server
        .config
        .network_to_json(&name)
        .ok_or_else(|| Failure::empty(format!("No '{name}' shared network found")))?;
    Ok(Answer::success(format!("Info about IPv4 shared network '{name}' returned"))
        .with(Value::object([("shared-networks", Value::from(vec![network]))])))
}

/// `network4-add`
pub(crate) fn add(config: &Config, registry: &Registry<Dhcp4>, arguments: &Value) -> Changed {
    let about = |complaint: Complaint| {
        Failure::of_complaint(complaint.at_index(0).under("shared-networks"), arguments)
    };
    let element = only_element(arguments, "shared-networks")?;
    let (next, network) = config.with_network(element, registry).map_err(about)?;
    let text = format!("A new IPv4 shared network '{}' added", network.name);
    Ok((next, Answer::success(text).with(names(&network.name))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Deletion {
    name: String,
    subnets_action: Option<String>,
}

/// `network4-del`
pub(crate) fn del(config: &Config, registry: &Registry<Dhcp4>, arguments: &Value) -> Changed {
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
    let text = format!("IPv4 shared network '{name}' deleted");
    Ok((next, Answer::success(text).with(names(&name))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    name: String,
    id: u32,
}

/// `network4-subnet-add`
pub(crate) fn subnet_add(
    config: &Config,
    registry: &Registry<Dhcp4>,
    arguments: &Value,
) -> Changed {
    let Member { name, id } = read(arguments)?;
    let prefix = prefix_of(config, id)?;
    let network = config.subnet(SubnetId(id)).and_then(|subnet| subnet.network.as_ref());
    if let Some(network) = network {
        return Err(Failure::error(format!(
            "IPv4 subnet {prefix} (id {id}) is already part of shared network '{}'",
            network.name
        )));
    }
    let next = config.with_subnet_moved(SubnetId(id), Some(&name), registry)?;
    let text = format!("IPv4 subnet {prefix} (id {id}) is now part of shared network '{name}'");
    Ok((next, Answer::success(text)))
}

/// `network4-subnet-del`
pub(crate) fn subnet_del(
    config: &Config,
    registry: &Registry<Dhcp4>,
    arguments: &Value,
) -> Changed {
    let Member { name, id } = read(arguments)?;
    let prefix = prefix_of(config, id)?;
    let network = config.subnet(SubnetId(id)).and_then(|subnet| subnet.network.as_ref());
    if network.is_none_or(|network| *network.name != *name) {
        return Err(Failure::empty(format!(
            "IPv4 subnet {prefix} (id {id}) is not part of shared network '{name}'"
        )));
    }
    let next = config.with_subnet_moved(SubnetId(id), None, registry)?;
    let text =
        format!("IPv4 subnet {prefix} (id {id}) is now removed from shared network '{name}'");
    Ok((next, Answer::success(text)))
}

fn prefix_of(config: &Config, id: u32) -> Result<String, Failure> {
    config
        .subnet(SubnetId(id))
        .map(|subnet| subnet.prefix.to_string())
        .ok_or_else(|| Failure::empty(format!("no subnet with id {id} found")))
}

fn names(name: &str) -> Value {
    let network = Value::object([("name", Value::from(name))]);
    Value::object([("shared-networks", Value::from(vec![network]))])
}
