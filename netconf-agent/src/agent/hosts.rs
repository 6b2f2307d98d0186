//! Reservations as operational data, from wherever the server keeps them.

use std::collections::BTreeMap;
use std::sync::Arc;

use ruru_command::{Answer, Request, ResultCode};
use ruru_json::{Map, Value};
use ruru_sysrepo::{Builder, Error, Node, Refusal, SchemaNode, Subscription};

use super::leases::{MOST, PAGE, failed};
use super::manager::{Manager, refused};
use super::query;

/// Provides `/state/hosts/host`.
pub(super) fn provide(
    subscription: &mut Subscription,
    manager: &Arc<Manager>,
) -> Result<(), Error> {
    let manager = Arc::clone(manager);
    let (module, path) = (manager.model.kea.module(), manager.state("hosts/host"));
    subscription.on_request(module, &path, false, move |request, builder| {
        let by = |key| query::key(request.xpath, "host", key);
        let subnet = by("subnet-id").and_then(|id| id.parse::<u32>().ok());
        match (subnet, by("identifier-type"), by("identifier")) {
            (Some(subnet), Some(kind), Some(identifier)) => {
                one(&manager, subnet, kind, identifier, builder)
            }
            _ => all(&manager, subnet, builder),
        }
    })
}

fn one(
    manager: &Manager,
    subnet: u32,
    kind: &str,
    identifier: &str,
    builder: &mut Builder<'_>,
) -> Result<(), Refusal> {
    let arguments = Value::object([
        ("subnet-id", Value::from(subnet)),
        ("identifier-type", Value::from(kind)),
        ("identifier", Value::from(identifier)),
    ]);
    let answer = manager.ask(&Request::with("reservation-get", arguments)).map_err(failed)?;
    // No reservation, or no identifier at all: there is nothing to show.
    let host = answer.arguments.filter(|_| answer.result == ResultCode::SUCCESS);
    add(manager, host.as_slice(), builder)
}

/// All reservations, or those of a subnet, in pages.
fn all(manager: &Manager, subnet: Option<u32>, builder: &mut Builder<'_>) -> Result<(), Refusal> {
    let mut arguments = Map::default();
    arguments.insert("limit", PAGE);
    if let Some(id) = subnet {
        arguments.insert("subnet-id", id);
    }
    let mut count = 0;
    loop {
        let request = Request::with("reservation-get-page", arguments.clone().into());
        let answer = manager.ask(&request).map_err(failed)?;
        match answer.result {
            ResultCode::SUCCESS => {}
            // The end; or a server without the command, as Kea is without its library host_cmds.
            ResultCode::EMPTY | ResultCode::UNSUPPORTED => return Ok(()),
            // Kea does not look for subnets that it does not have: the rest is for sysrepo's
            // filter.
            _ if count == 0 && arguments.remove("subnet-id").is_some() => continue,
            _ => return Err(failed(refused(&answer))),
        }
        let page = member(&answer, "hosts").and_then(Value::as_list).unwrap_or_default();
        count += page.len();
        if count > MOST {
            let text =
                format!("there are more than {MOST} reservations; ask for some by subnet-id");
            return Err(Refusal::new("too-big", text));
        }
        add(manager, page, builder)?;
        let Some(next) = member(&answer, "next").and_then(Value::as_map) else { return Ok(()) };
        for (key, value) in next.iter() {
            arguments.insert(key, value.clone());
        }
    }
}

fn member<'a>(answer: &'a Answer, key: &str) -> Option<&'a Value> {
    answer.arguments.as_ref()?.get(key)
}

/// Adds hosts, by way of what they are in the configuration: there is one grouping for both.
fn add(manager: &Manager, hosts: &[Value], builder: &mut Builder<'_>) -> Result<(), Refusal> {
    let mut subnets = BTreeMap::<String, Vec<Value>>::new();
    for mut host in hosts.iter().filter_map(Value::as_map).cloned() {
        let subnet = host.remove("subnet-id").and_then(|id| id.as_int()).unwrap_or(0);
        let reserved = host.into_pairs().filter(|(_, value)| !is_nothing(value));
        subnets.entry(subnet.to_string()).or_default().push(Value::object(reserved));
    }
    for (subnet, hosts) in subnets {
        let config = Value::object([("reservations", Value::from(hosts))]);
        let tree = manager
            .model
            .kea
            .to_yang(builder.context(), &config)
            .map_err(|fault| Refusal::new("operation-failed", fault.to_string()))?;
        for host in tree.roots().flat_map(Node::children) {
            let keys = host.keys().filter_map(Node::value);
            let keys: Vec<_> = std::iter::once(subnet.as_str()).chain(keys).collect();
            copy_children(host, &mut builder.list("host", &keys)?)?;
        }
    }
    Ok(())
}

/// What servers show where nothing is reserved.
fn is_nothing(value: &Value) -> bool {
    match value.as_text() {
        Some(text) => matches!(text, "" | "0.0.0.0"),
        None => value.as_list().is_some_and(<[Value]>::is_empty),
    }
}

/// Adds what is in `node` under the same names, at another place of the schema.
fn copy_children(node: Node<'_>, builder: &mut Builder<'_>) -> Result<(), Error> {
    for child in node.children().filter(|child| !child.schema().is_some_and(SchemaNode::is_key)) {
        if let Some(value) = child.value() {
            builder.leaf(child.name(), value)?;
            continue;
        }
        let keys: Vec<_> = child.keys().filter_map(Node::value).collect();
        let mut below = if keys.is_empty() {
            builder.container(child.name())?
        } else {
            builder.list(child.name(), &keys)?
        };
        copy_children(child, &mut below)?;
    }
    Ok(())
}
