//! From the changes of an edit to the smallest list of commands.

use std::collections::BTreeMap;

use ruru_json::Value;
use ruru_sysrepo::{Change, Error, Node, Operation, Tree};

use super::numbers::range_number;
use super::{Ietf, MODULE, ROOT};
use crate::change::{ChangeError, Command};

/// With more ranges than this one whole configuration is cheaper.
const MOST: usize = 200;

/// The ranges that an edit touches, if it touches nothing else.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TouchedRanges(BTreeMap<String, Kind>);

/// What becomes of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Created,
    /// With the number that its subnet had.
    Deleted(u32),
    Updated,
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
            let Change { operation, node } = change?;
            if node.schema().is_some_and(|schema| !schema.is_config()) {
                continue;
            }
            let Some(range) = range_of(node) else { return Ok(None) };
            let Some(id) = range.leaf("id") else { return Ok(None) };
            let kind = match operation {
                Operation::Created(_) if range == node => Kind::Created,
                Operation::Deleted if range == node => Kind::Deleted(range_number(range)),
                _ => match touched.0.get(id) {
                    Some(Kind::Deleted(_)) => continue,
                    // Reservations are told one by one, and it is not known here what they were.
                    _ if is_reserved(node) => return Ok(None),
                    Some(Kind::Created) => continue,
                    // Another number or prefix makes another subnet.
                    _ if is_identity(node) => return Ok(None),
                    _ => Kind::Updated,
                },
            };
            touched.0.entry(id.to_owned()).or_insert(kind);
            if touched.0.len() > MOST {
                return Ok(None);
            }
        }
        Ok(Some(touched))
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
        let command = |name: &str, arguments| Command { name: name.to_owned(), arguments };
        let removed = self.0.values().filter_map(|kind| match kind {
            Kind::Deleted(number) => Some(*number),
            Kind::Created | Kind::Updated => None,
        });
        let removed = removed.map(|id| Value::object([("id", Value::from(id))]));
        let mut commands: Vec<Command> =
            removed.map(|arguments| command("subnet6-del", arguments)).collect();
        for (wanted, name) in [(Kind::Updated, "subnet6-update"), (Kind::Created, "subnet6-add")] {
            for (id, _) in self.0.iter().filter(|(_, kind)| **kind == wanted) {
                let tree = read(&with_surroundings(id, &read(&path_of(id))?))?;
                let Some(server) = tree.find(ROOT) else { continue };
                let path = path_of(id);
                let Some(range) = tree.find(&path) else { continue };
                let subnet = ietf.range_to_json(server, range)?;
                let list = Value::from(vec![Value::from(subnet)]);
                commands.push(command(name, Value::object([("subnet6", list)])));
            }
        }
        Ok(Some(commands))
    }

    /// The instance path of one of the ranges, for complaints that name no place.
    #[must_use]
    pub fn first_path(&self) -> Option<String> {
        self.0.keys().next().map(|id| path_of(id))
    }
}

fn range_of(node: Node<'_>) -> Option<Node<'_>> {
    let is_range = |node: &Node<'_>| {
        node.name() == "allocation-range"
            && node.module() == Some(MODULE)
            && node.leaf("id").is_some()
    };
    std::iter::successors(Some(node), |node| node.parent()).find(is_range)
}

fn is_reserved(node: Node<'_>) -> bool {
    let mut above = std::iter::successors(Some(node), |node| node.parent());
    above.any(|node| matches!(node.name(), "host-reservations" | "host"))
}

fn is_identity(node: Node<'_>) -> bool {
    let above = node.parent().and_then(Node::parent);
    match node.name() {
        "network-prefix" => true,
        "number" => above.is_some_and(|above| above.name() == "allocation-range"),
        _ => false,
    }
}

fn path_of(id: &str) -> String {
    format!("{ROOT}/allocation-ranges/allocation-range[id={}]", quoted(id))
}

/// A range, and what its options and rapid commit depend on.
fn with_surroundings(id: &str, range: &Tree) -> String {
    let mut paths = vec![path_of(id), format!("{ROOT}/allocation-ranges/rapid-commit")];
    let nodes = range.roots().flat_map(Node::descend);
    for set in nodes.filter(|node| node.name() == "option-set-id").filter_map(Node::value) {
        paths.push(format!("{ROOT}/option-sets/option-set[option-set-id={}]", quoted(set)));
    }
    paths.join(" | ")
}

/// A string in XPath 1.0, which has no escapes: the quotes are those that it does not have.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
