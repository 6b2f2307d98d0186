//! From the changes of an edit to the smallest list of commands.
//!
//! Whole subnets, shared networks and reservations that come, go or change have commands of their
//! own; for anything else the whole configuration is sent.

use std::collections::BTreeMap;

use ruru_command::Request;
use ruru_json::{Map, Value};
use ruru_sysrepo::{ChangeEvent, Error, GetOptions, Node, Operation, Session};
use ruru_translate::{Fault, Translator};

/// With more entries than this one whole configuration is cheaper.
const MOST: usize = 200;

/// What an edit touches, if that is only what has commands of its own.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Touched(BTreeMap<Entry, Kind>);

/// Something that has commands of its own. The order is that in which removals are done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Entry {
    Host { subnet: u32, network: Option<String>, kind: String, identifier: String },
    Subnet { network: Option<String>, id: u32 },
    Network { name: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Created,
    Deleted,
    Updated,
}

/// Why there are no commands.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlanError {
    #[error(transparent)]
    Sysrepo(#[from] Error),
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Touched {
    /// What an event's changes touch; `None` if the whole configuration must be sent.
    pub(super) fn by(event: &ChangeEvent<'_>) -> Result<Option<Self>, Error> {
        let mut touched = BTreeMap::new();
        for change in event.changes()? {
            let change = change?;
            let Some((entry, is_entry)) = entry_of(change.node) else {
                if change.node.schema().is_some_and(|schema| !schema.is_config()) {
                    continue;
                }
                return Ok(None);
            };
            let kind = match (&change.operation, is_entry) {
                (Operation::Created(_), true) => Kind::Created,
                (Operation::Deleted, true) => Kind::Deleted,
                // The order of subnets, networks and reservations means nothing.
                (Operation::Moved(_), true) => continue,
                _ => Kind::Updated,
            };
            // What is in something new or gone comes and goes with it.
            touched.entry(entry).or_insert(kind);
            if touched.len() > MOST {
                return Ok(None);
            }
        }
        let is_network_updated = touched
            .iter()
            .any(|(entry, kind)| matches!(entry, Entry::Network { .. }) && *kind == Kind::Updated);
        // What a network's subnets inherit has no command.
        Ok((!is_network_updated).then_some(Self(touched)))
    }

    /// The commands: removals first, then changes, then additions, larger things first.
    pub(super) fn commands(
        &self,
        session: &Session,
        translator: &Translator,
    ) -> Result<Vec<Request>, PlanError> {
        let mut commands = Vec::new();
        for (entry, _) in self.0.iter().filter(|(_, kind)| **kind == Kind::Deleted) {
            if !self.goes_with_parent(entry) {
                commands.push(removal(entry));
            }
        }
        for kind in [Kind::Updated, Kind::Created] {
            for (entry, _) in self.0.iter().rev().filter(|(_, other)| **other == kind) {
                addition(entry, kind, session, translator, &mut commands)?;
            }
        }
        Ok(commands)
    }

    /// The names of the commands that [`Self::commands`] uses.
    pub(super) fn command_names(commands: &[Request]) -> impl Iterator<Item = &str> {
        commands.iter().map(|command| command.command.as_str())
    }

    /// The path of the first thing that is touched, for complaints that name no place.
    pub(super) fn first_path(&self) -> Option<String> {
        self.0.keys().next_back().map(path)
    }

    fn goes_with_parent(&self, entry: &Entry) -> bool {
        let is_deleted = |entry: &Entry| self.0.get(entry) == Some(&Kind::Deleted);
        match entry {
            Entry::Host { subnet, network, .. } if *subnet > 0 => {
                let parent = Entry::Subnet { network: network.clone(), id: *subnet };
                is_deleted(&parent)
            }
            Entry::Subnet { network: Some(name), .. } => {
                is_deleted(&Entry::Network { name: name.clone() })
            }
            Entry::Host { .. } | Entry::Subnet { .. } | Entry::Network { .. } => false,
        }
    }
}

/// The nearest entry that has commands of its own, and whether the node is it.
fn entry_of(node: Node<'_>) -> Option<(Entry, bool)> {
    let mut here = Some(node);
    while let Some(candidate) = here {
        let entry = match candidate.name() {
            "host" => host(candidate),
            "subnet4" => subnet(candidate),
            "shared-network" => {
                candidate.leaf("name").map(|name| Entry::Network { name: name.to_owned() })
            }
            _ => None,
        };
        if let Some(entry) = entry {
            return Some((entry, candidate == node));
        }
        here = candidate.parent();
    }
    None
}

fn subnet(node: Node<'_>) -> Option<Entry> {
    let id = node.leaf("id")?.parse().ok()?;
    Some(Entry::Subnet { network: network_of(node), id })
}

fn network_of(subnet: Node<'_>) -> Option<String> {
    let parent = subnet.parent().filter(|parent| parent.name() == "shared-network")?;
    parent.leaf("name").map(str::to_owned)
}

fn host(node: Node<'_>) -> Option<Entry> {
    let parent = node.parent()?;
    let (subnet, network) = if parent.name() == "subnet4" {
        (parent.leaf("id")?.parse().ok()?, network_of(parent))
    } else {
        (0, None)
    };
    Some(Entry::Host {
        subnet,
        network,
        kind: node.leaf("identifier-type")?.to_owned(),
        identifier: node.leaf("identifier")?.to_owned(),
    })
}

fn removal(entry: &Entry) -> Request {
    match entry {
        Entry::Host { subnet, kind, identifier, .. } => Request::with(
            "reservation-del",
            Value::object([
                ("subnet-id", Value::from(*subnet)),
                ("identifier-type", Value::from(kind.as_str())),
                ("identifier", Value::from(identifier.as_str())),
                ("operation-target", Value::from("memory")),
            ]),
        ),
        Entry::Subnet { id, .. } => {
            Request::with("subnet4-del", Value::object([("id", Value::from(*id))]))
        }
        Entry::Network { name } => Request::with(
            "network4-del",
            Value::object([
                ("name", Value::from(name.as_str())),
                ("subnets-action", Value::from("delete")),
            ]),
        ),
    }
}

fn addition(
    entry: &Entry,
    kind: Kind,
    session: &Session,
    translator: &Translator,
    commands: &mut Vec<Request>,
) -> Result<(), PlanError> {
    let path = path(entry);
    let tree = session.get(&path, GetOptions::default())?;
    let Some(node) = tree.find(&path) else { return Ok(()) };
    let mut json = translator.node_to_json(node)?;
    let Some(map) = json.as_map_mut() else { return Ok(()) };
    match entry {
        Entry::Host { subnet, .. } => {
            map.insert("subnet-id", *subnet);
            let name = if kind == Kind::Created { "reservation-add" } else { "reservation-update" };
            let arguments = [("reservation", json), ("operation-target", Value::from("memory"))];
            commands.push(Request::with(name, Value::object(arguments)));
        }
        Entry::Subnet { network, id } => {
            // Reservations are entries of their own.
            map.remove("reservations");
            let name = if kind == Kind::Created { "subnet4-add" } else { "subnet4-update" };
            commands.push(Request::with(name, only("subnet4", json)));
            if let Some(network) = network.as_ref().filter(|_| kind == Kind::Created) {
                let mut member = Map::default();
                member.insert("name", network.as_str());
                member.insert("id", *id);
                commands.push(Request::with("network4-subnet-add", member.into()));
            }
        }
        Entry::Network { .. } => {
            map.remove("subnet4");
            commands.push(Request::with("network4-add", only("shared-networks", json)));
        }
    }
    Ok(())
}

fn only(key: &str, element: Value) -> Value {
    Value::object([(key, Value::from(vec![element]))])
}

/// The instance path of an entry.
fn path(entry: &Entry) -> String {
    let subnet_path = |network: &Option<String>, id: u32| match network {
        None => format!("/kea-dhcp4-server:config/subnet4[id='{id}']"),
        Some(name) => format!("{}/subnet4[id='{id}']", network_path(name)),
    };
    match entry {
        Entry::Host { subnet, network, kind, identifier } => {
            let parent = if *subnet == 0 {
                "/kea-dhcp4-server:config".to_owned()
            } else {
                subnet_path(network, *subnet)
            };
            let identifier = quoted(identifier);
            format!("{parent}/host[identifier-type='{kind}'][identifier={identifier}]")
        }
        Entry::Subnet { network, id } => subnet_path(network, *id),
        Entry::Network { name } => network_path(name),
    }
}

fn network_path(name: &str) -> String {
    format!("/kea-dhcp4-server:config/shared-network[name={}]", quoted(name))
}

/// A string in XPath 1.0: there is no escape, so the quotes are those that it does not have.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(id: u32, network: Option<&str>) -> Entry {
        Entry::Subnet { network: network.map(str::to_owned), id }
    }

    fn host(subnet: u32, identifier: &str) -> Entry {
        let kind = "client-id".to_owned();
        Entry::Host { subnet, network: None, kind, identifier: identifier.to_owned() }
    }

    #[test]
    fn paths_name_entries_whatever_their_keys_contain() {
        assert_eq!(
            path(&subnet(7, Some("it's"))),
            "/kea-dhcp4-server:config/shared-network[name=\"it's\"]/subnet4[id='7']"
        );
        assert_eq!(
            path(&host(0, "'text'")),
            "/kea-dhcp4-server:config/host[identifier-type='client-id'][identifier=\"'text'\"]"
        );
    }

    #[test]
    fn what_goes_with_its_parent_needs_no_command() {
        let deleted = [host(1, "01"), subnet(1, None), host(2, "01"), subnet(3, Some("n"))];
        let mut touched: BTreeMap<_, _> = deleted.map(|entry| (entry, Kind::Deleted)).into();
        touched.insert(Entry::Network { name: "n".into() }, Kind::Deleted);
        let touched = Touched(touched);
        let left: Vec<Request> = touched
            .0
            .keys()
            .filter(|entry| !touched.goes_with_parent(entry))
            .map(removal)
            .collect();
        let names: Vec<&str> = Touched::command_names(&left).collect();
        assert_eq!(names, ["reservation-del", "subnet4-del", "network4-del"]);
    }
}
