//! From the changes of an edit to the smallest list of commands.
//!
//! Ranges and reservations that come, go or change have commands; anything else changes the whole.

use std::collections::BTreeMap;

use ruru_json::{Map, Value};
use ruru_sysrepo::{Change, Error, Kind as SchemaKind, Node, Operation, SchemaNode, Tree};

use super::numbers::range_number;
use super::{Ietf, MODULE, ROOT, duid};
use crate::change::{ChangeError, Command};

/// With more ranges and reservations than this one whole configuration is cheaper.
const MOST: usize = 200;

/// The ranges and reservations that an edit touches, if it touches nothing else.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TouchedRanges {
    ranges: BTreeMap<String, Kind>,
    /// By range and client.
    hosts: BTreeMap<(String, Client), Reserved>,
}

/// What becomes of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Created,
    /// With the number that its subnet had.
    Deleted(u32),
    Updated,
}

/// By what the server knows a client: the kind of identifier, and the identifier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Client {
    kind: String,
    identifier: String,
}

/// What becomes of what is reserved for a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Reserved {
    /// How many addresses and prefixes came.
    created: usize,
    /// Whether there was something before.
    is_known: bool,
}

impl TouchedRanges {
    /// What an edit's changes touch; `None` if the whole configuration must be sent.
    ///
    /// # Errors
    /// What sysrepo says.
    pub fn by<'a>(
        changes: impl IntoIterator<Item = Result<Change<'a>, Error>>,
    ) -> Result<Option<Self>, Error> {
        let mut touched = Self::default();
        for change in changes {
            let change = change?;
            if change.node.schema().is_none_or(means_nothing) {
                continue;
            }
            if touched.note(&change).is_none() || touched.ranges.len() + touched.hosts.len() > MOST
            {
                return Ok(None);
            }
        }
        Ok(Some(touched))
    }

    /// Notes a change; `None` if it is of something else.
    fn note(&mut self, change: &Change<'_>) -> Option<()> {
        let Change { operation, node } = change;
        let range = range_of(*node)?;
        // One that cannot be quoted is refused with the whole.
        let id = range.leaf("id").filter(|id| quoted(id).is_some())?;
        let kind = match (operation, self.ranges.get(id)) {
            (Operation::Created(_), _) if range == *node => Kind::Created,
            (Operation::Deleted, _) if range == *node => Kind::Deleted(range_number(range)),
            // What is in it comes and goes with it.
            (_, Some(Kind::Created | Kind::Deleted(_))) => return Some(()),
            _ if is_reserved(*node) => return self.note_host(id, change),
            // Another number or prefix makes another subnet.
            _ if is_identity(*node) => return None,
            _ => Kind::Updated,
        };
        self.ranges.entry(id.to_owned()).or_insert(kind);
        Some(())
    }

    /// Notes a change of reservations. Entries come and go as a whole, or it is not known here what
    /// was before.
    fn note_host(&mut self, range: &str, change: &Change<'_>) -> Option<()> {
        let Change { operation, node } = change;
        let entry = entry_of(*node)?;
        let client = client_of(entry)?;
        let key = (range.to_owned(), client);
        match operation {
            Operation::Created(_) if entry == *node => {
                self.hosts.entry(key).or_default().created += 1;
            }
            Operation::Deleted if entry == *node => {
                self.hosts.entry(key).or_default().is_known = true;
            }
            // Whoever had it before is not known here.
            Operation::Modified { .. } if node.name() == "client-duid" => return None,
            // It is in an entry that came or went.
            _ if self.hosts.contains_key(&key) => {}
            _ if entry.name() == "host" => {
                self.hosts.insert(key, Reserved { created: 0, is_known: true });
            }
            _ => return None,
        }
        Some(())
    }

    /// The commands: removals first, then changes, then additions. `read` gives the new data at a
    /// path. `None` if the whole configuration must be sent.
    ///
    /// # Errors
    /// The data cannot be read or translated.
    pub fn commands(
        &self,
        ietf: &Ietf,
        read: impl Fn(&str) -> Result<Tree, Error>,
    ) -> Result<Option<Vec<Command>>, ChangeError> {
        let mut removals = Vec::new();
        let (mut changes, mut additions) = (Vec::new(), Vec::new());
        let gone = self.ranges.values().filter_map(|kind| match kind {
            Kind::Deleted(number) => Some(*number),
            Kind::Created | Kind::Updated => None,
        });
        for number in gone {
            removals.push(command("subnet6-del", [("id", Value::from(number))]));
        }
        let of_hosts = self.hosts.keys().map(|(range, _)| range.as_str());
        let mut ids: Vec<&str> = self.ranges.keys().map(String::as_str).chain(of_hosts).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids.into_iter().filter(|id| !self.is_gone(id)) {
            let Some(now) = Now::read(ietf, id, &read)? else { continue };
            match self.ranges.get(id) {
                Some(Kind::Created) => {
                    additions.push(now.subnet("add"));
                    additions.extend(now.hosts.iter().map(|host| now.reservation("add", host)));
                }
                Some(Kind::Updated) => changes.push(now.subnet("update")),
                Some(Kind::Deleted(_)) | None => {}
            }
            for ((_, client), reserved) in self.hosts.iter().filter(|((range, _), _)| range == id) {
                match now.host(client) {
                    None => removals.push(now.removal(client)),
                    // More than what came: something was there.
                    Some(host) if reserved.is_known || resources(host) > reserved.created => {
                        changes.push(now.reservation("update", host));
                    }
                    Some(host) => additions.push(now.reservation("add", host)),
                }
            }
        }
        Ok(Some(removals.into_iter().chain(changes).chain(additions).collect()))
    }

    fn is_gone(&self, id: &str) -> bool {
        matches!(self.ranges.get(id), Some(Kind::Deleted(_)))
    }

    /// The instance path of one of the ranges, for complaints that name no place.
    #[must_use]
    pub fn first_path(&self) -> Option<String> {
        let of_host = || self.hosts.keys().next().map(|(range, _)| range);
        self.ranges.keys().next().or_else(of_host).map(|id| path_of(id))
    }
}

/// A range as it is now.
struct Now {
    number: u32,
    subnet: Map,
    hosts: Vec<Value>,
}

impl Now {
    fn read(
        ietf: &Ietf,
        id: &str,
        read: &impl Fn(&str) -> Result<Tree, Error>,
    ) -> Result<Option<Self>, ChangeError> {
        let path = path_of(id);
        let tree = read(&with_surroundings(id, &read(&path)?))?;
        let (Some(server), Some(range)) = (tree.find(ROOT), tree.find(&path)) else {
            return Ok(None);
        };
        let mut subnet: Map = ietf.range_to_json(server, range)?;
        let hosts = subnet.remove("reservations");
        let hosts = hosts.as_ref().and_then(Value::as_list).unwrap_or_default().to_vec();
        Ok(Some(Self { number: range_number(range), subnet, hosts }))
    }

    fn subnet(&self, verb: &str) -> Command {
        let list = Value::from(vec![Value::from(self.subnet.clone())]);
        command(&format!("subnet6-{verb}"), [("subnet6", list)])
    }

    fn host(&self, client: &Client) -> Option<&Value> {
        self.hosts.iter().find(|host| {
            let identifier = host.get(&client.kind).and_then(Value::as_text);
            identifier.is_some_and(|text| plain(text) == client.identifier)
        })
    }

    fn reservation(&self, verb: &str, host: &Value) -> Command {
        let mut host = host.clone();
        if let Some(map) = host.as_map_mut() {
            map.insert("subnet-id", self.number);
        }
        let arguments = [("reservation", host), ("operation-target", Value::from("memory"))];
        command(&format!("reservation-{verb}"), arguments)
    }

    fn removal(&self, client: &Client) -> Command {
        let arguments = [
            ("subnet-id", Value::from(self.number)),
            ("identifier-type", Value::from(client.kind.as_str())),
            ("identifier", Value::from(client.identifier.as_str())),
            ("operation-target", Value::from("memory")),
        ];
        command("reservation-del", arguments)
    }
}

fn command<const N: usize>(name: &str, arguments: [(&str, Value); N]) -> Command {
    Command { name: name.to_owned(), arguments: Value::object(arguments) }
}

/// How many addresses and prefixes a client has.
fn resources(host: &Value) -> usize {
    let count = |key| host.get(key).and_then(Value::as_list).map_or(0, <[Value]>::len);
    count("ip-addresses") + count("prefixes")
}

fn above(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::successors(Some(node), |node| node.parent())
}

fn range_of(node: Node<'_>) -> Option<Node<'_>> {
    let is_range = |node: &Node<'_>| {
        node.name() == "allocation-range"
            && node.module() == Some(MODULE)
            && node.leaf("id").is_some()
    };
    above(node).find(is_range)
}

/// Whether a node says nothing of the configuration: state, or a container that only holds others.
fn means_nothing(schema: SchemaNode<'_>) -> bool {
    !schema.is_config() || schema.kind() == SchemaKind::Container && !schema.is_presence()
}

fn is_reserved(node: Node<'_>) -> bool {
    above(node).any(|node| matches!(node.name(), "host-reservations" | "host"))
}

/// The entry of a reservation that a node is or is in.
fn entry_of(node: Node<'_>) -> Option<Node<'_>> {
    let lists = ["host-reservation", "prefix-reservation", "host"];
    above(node).find(|node| lists.contains(&node.name()))
}

fn client_of(entry: Node<'_>) -> Option<Client> {
    let (kind, identifier) = match entry.name() {
        "host" => (entry.leaf("identifier-type")?, entry.leaf("identifier")?.to_owned()),
        _ => ("duid", duid::with_colons(entry.leaf("client-duid")?)),
    };
    Some(Client { kind: kind.to_owned(), identifier: plain(&identifier) })
}

/// An identifier without what makes no difference: the case of hexadecimal digits, but not of a text.
fn plain(identifier: &str) -> String {
    match identifier.starts_with('\'') {
        true => identifier.to_owned(),
        false => identifier.to_ascii_lowercase(),
    }
}

fn is_identity(node: Node<'_>) -> bool {
    let holder = node.parent().and_then(Node::parent);
    match node.name() {
        "network-prefix" => true,
        "number" => holder.is_some_and(|holder| holder.name() == "allocation-range"),
        _ => false,
    }
}

fn path_of(id: &str) -> String {
    let id = quoted(id).unwrap_or_default();
    format!("{ROOT}/allocation-ranges/allocation-range[id={id}]")
}

/// A range, and what its options and rapid commit depend on.
fn with_surroundings(id: &str, range: &Tree) -> String {
    let mut paths = vec![path_of(id), format!("{ROOT}/allocation-ranges/rapid-commit")];
    let nodes = range.roots().flat_map(Node::descend);
    let sets = nodes.filter(|node| node.name() == "option-set-id").filter_map(Node::value);
    for set in sets.filter_map(quoted) {
        paths.push(format!("{ROOT}/option-sets/option-set[option-set-id={set}]"));
    }
    paths.join(" | ")
}

/// A string in XPath 1.0, which has no escapes: the quotes are those that it does not have.
fn quoted(text: &str) -> Option<String> {
    match (text.contains('\''), text.contains('"')) {
        (false, _) => Some(format!("'{text}'")),
        (true, false) => Some(format!("\"{text}\"")),
        (true, true) => None,
    }
}
