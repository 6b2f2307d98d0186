//! The commands for what is touched.

use std::collections::BTreeSet;

use ruru_json::{Map, Value};
use ruru_sysrepo::{Error, Node, Tree};

use super::entry::Entry;
use super::{ChangeError, Command, Kind, Touched};
use crate::Translator;
use crate::rules::Rules;

/// Where the new data come from.
type Read<'r> = dyn Fn(&str) -> Result<Tree, Error> + 'r;

/// See [`Touched::commands`].
pub(super) fn of(
    touched: &Touched,
    translator: &Translator,
    read: &Read<'_>,
) -> Result<Option<Vec<Command>>, ChangeError> {
    let rules = translator.rules;
    if !new_classes_are_last(touched, translator, read)? {
        return Ok(None);
    }
    let removed = touched.0.iter().filter(|(_, kind)| **kind == Kind::Deleted);
    let removed = removed.filter(|(entry, _)| !goes_with_parent(touched, entry));
    let mut commands = removed.map(|(entry, _)| removal(entry, rules)).collect::<Vec<_>>();
    let is_change = |kind: &Kind| matches!(kind, Kind::Set(_) | Kind::Updated);
    let is_new = |kind: &Kind| *kind == Kind::Created;
    for wanted in [&is_change as &dyn Fn(&Kind) -> bool, &is_new] {
        for (entry, kind) in touched.0.iter().rev().filter(|(_, kind)| wanted(kind)) {
            let path = entry.path(translator);
            let tree = read(&path)?;
            let Some(node) = tree.find(&path) else { continue };
            addition(entry, kind, node, translator, &mut commands)?;
        }
    }
    Ok(Some(commands))
}

/// A class is added behind all others: whether that is where the new ones are. Several in one edit
/// would have to be told in their order.
fn new_classes_are_last(
    touched: &Touched,
    translator: &Translator,
    read: &Read<'_>,
) -> Result<bool, ChangeError> {
    let mut new = touched.0.iter().filter_map(|(entry, kind)| match (entry, kind) {
        (Entry::Class { name }, Kind::Created) => Some(name),
        _ => None,
    });
    let Some(name) = new.next() else { return Ok(true) };
    let path = format!("{}/client-class/name", translator.root());
    let tree = read(&path)?;
    let last = tree.select(&path)?.last().and_then(|node| node.value()).map(str::to_owned);
    Ok(new.next().is_none() && last.as_ref() == Some(name))
}

fn goes_with_parent(touched: &Touched, entry: &Entry) -> bool {
    let is_deleted = |entry: &Entry| touched.0.get(entry) == Some(&Kind::Deleted);
    match entry {
        Entry::Host { subnet, network, .. } if *subnet > 0 => {
            let parent = Entry::Subnet { network: network.clone(), id: *subnet };
            is_deleted(&parent) || goes_with_parent(touched, &parent)
        }
        Entry::Subnet { network: Some(name), .. } => {
            is_deleted(&Entry::Network { name: name.clone() })
        }
        Entry::Host { .. } | Entry::Subnet { .. } | Entry::Network { .. } | Entry::Class { .. } => {
            false
        }
    }
}

fn removal(entry: &Entry, rules: &Rules) -> Command {
    let text = |text: &String| Value::from(text.as_str());
    match entry {
        Entry::Host { subnet, kind, identifier, .. } => command(
            "reservation-del",
            [
                ("subnet-id", Value::from(*subnet)),
                ("identifier-type", text(kind)),
                ("identifier", text(identifier)),
                ("operation-target", Value::from("memory")),
            ],
        ),
        Entry::Subnet { id, .. } => {
            command(&format!("{}-del", rules.subnets()), [("id", Value::from(*id))])
        }
        Entry::Network { name } => command(
            &format!("network{}-del", rules.version),
            [("name", text(name)), ("subnets-action", Value::from("delete"))],
        ),
        Entry::Class { name } => command("class-del", [("name", text(name))]),
    }
}

fn addition(
    entry: &Entry,
    kind: &Kind,
    node: Node<'_>,
    translator: &Translator,
    commands: &mut Vec<Command>,
) -> Result<(), ChangeError> {
    let rules = translator.rules;
    let mut json = translator.node_to_json(node)?;
    let Some(map) = json.as_map_mut() else { return Ok(()) };
    let verb = if *kind == Kind::Created { "add" } else { "update" };
    match entry {
        Entry::Host { subnet, .. } => {
            map.insert("subnet-id", *subnet);
            let arguments = [("reservation", json), ("operation-target", Value::from("memory"))];
            commands.push(command(&format!("reservation-{verb}"), arguments));
        }
        Entry::Subnet { network, id } => {
            // Reservations are entries of their own.
            map.remove("reservations");
            let mut verb = verb;
            if let Kind::Set(leaves) = kind {
                retain(map, leaves, node, translator);
                verb = "delta-add";
            }
            let subnets = rules.subnets();
            commands.push(command(&format!("{subnets}-{verb}"), [(subnets.as_str(), only(json))]));
            if let Some(network) = network.as_ref().filter(|_| *kind == Kind::Created) {
                let member = [("name", Value::from(network.as_str())), ("id", Value::from(*id))];
                commands.push(command(&format!("network{}-subnet-add", rules.version), member));
            }
        }
        Entry::Network { .. } => {
            map.remove(&rules.subnets());
            let name = format!("network{}-add", rules.version);
            commands.push(command(&name, [("shared-networks", only(json))]));
        }
        Entry::Class { .. } => {
            commands.push(command(&format!("class-{verb}"), [("client-classes", only(json))]));
        }
    }
    Ok(())
}

/// Keeps what names a subnet, and these leaves.
fn retain(map: &mut Map, leaves: &BTreeSet<String>, node: Node<'_>, translator: &Translator) {
    let Some(plan) = translator.plan_of(node) else { return };
    let kept = leaves.iter().filter_map(|leaf| plan.child(leaf)).map(|plan| plan.json.as_str());
    let kept = kept.chain(["id", "subnet"]).collect::<BTreeSet<_>>();
    let keys = map.iter().map(|(key, _)| key.to_owned()).collect::<Vec<_>>();
    for key in keys.iter().filter(|key| !kept.contains(key.as_str())) {
        map.remove(key);
    }
}

fn command<'k>(name: &str, arguments: impl IntoIterator<Item = (&'k str, Value)>) -> Command {
    let mut map = Map::default();
    for (key, value) in arguments {
        map.insert(key, value);
    }
    Command { name: name.to_owned(), arguments: Value::from(map) }
}

fn only(element: Value) -> Value {
    Value::from(vec![element])
}
