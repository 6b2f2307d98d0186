//! From the changes of an edit to the smallest list of commands, for servers of both families.
//!
//! Subnets, shared networks, reservations and client classes that come, go or change have commands
//! of their own; a subnet of which only scalars were set is told those alone. For anything else the
//! whole configuration is sent: there is no list then.

mod commands;
mod entry;

use std::collections::{BTreeMap, BTreeSet};

use ruru_json::Value;
use ruru_sysrepo::{Change, Error, Kind as NodeKind, Node, Operation, Tree};

use crate::{Fault, Translator};
use entry::Entry;

/// With more entries than this one whole configuration is cheaper.
const MOST: usize = 200;

/// A command: what the server is to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// The command, such as `subnet6-add`.
    pub name: String,
    /// Its arguments.
    pub arguments: Value,
}

/// Why there are no commands.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The data cannot be read.
    #[error(transparent)]
    Sysrepo(#[from] Error),
    /// The data cannot be translated.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What an edit touches, if that is only what has commands of its own.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Touched(BTreeMap<Entry, Kind>);

/// What becomes of something.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Created,
    Deleted,
    /// Nothing but these leaves of its own were set.
    Set(BTreeSet<String>),
    Updated,
}

impl Touched {
    /// What an edit's changes touch; `None` if the whole configuration must be sent.
    ///
    /// # Errors
    /// What sysrepo says.
    pub fn by<'a>(
        changes: impl IntoIterator<Item = Result<Change<'a>, Error>>,
        translator: &Translator,
    ) -> Result<Option<Self>, Error> {
        let mut touched = BTreeMap::new();
        for change in changes {
            let Change { operation, node } = change?;
            let Some((entry, holder)) = Entry::of(node, translator) else {
                if node.schema().is_some_and(|schema| !schema.is_config()) {
                    continue;
                }
                return Ok(None);
            };
            let kind = match operation {
                Operation::Created(_) if holder == node => Kind::Created,
                Operation::Deleted if holder == node => Kind::Deleted,
                // Classes are evaluated in their order; that of all else means nothing.
                Operation::Moved(_) if holder == node && !entry.has_order() => continue,
                Operation::Moved(_) if holder == node => return Ok(None),
                Operation::Created(_) | Operation::Modified { .. } if is_leaf_of(node, holder) => {
                    Kind::Set([node.name().to_owned()].into())
                }
                _ => Kind::Updated,
            };
            join(&mut touched, entry, kind);
            if touched.len() > MOST {
                return Ok(None);
            }
        }
        // What a network's subnets inherit has no command.
        let is_inherited = |(entry, kind): (&Entry, &Kind)| {
            matches!(entry, Entry::Network { .. }) && matches!(kind, Kind::Set(_) | Kind::Updated)
        };
        Ok((!touched.iter().any(is_inherited)).then_some(Self(touched)))
    }

    /// The commands: removals first, then changes, then additions, larger things first. `read` gives
    /// the new data at a path. `None` if the whole configuration must be sent.
    ///
    /// # Errors
    /// The data cannot be read or translated.
    pub fn commands(
        &self,
        translator: &Translator,
        read: impl Fn(&str) -> Result<Tree, Error>,
    ) -> Result<Option<Vec<Command>>, ChangeError> {
        commands::of(self, translator, &read)
    }

    /// The instance path of the largest thing that is touched, for complaints that name no place.
    #[must_use]
    pub fn first_path(&self, translator: &Translator) -> Option<String> {
        self.0.keys().next_back().map(|entry| entry.path(translator))
    }
}

/// Whether a node is a leaf of an entry's own whose value takes the place of the one before. A map
/// would be mixed with it, and the prefix is what names a subnet.
fn is_leaf_of(node: Node<'_>, holder: Node<'_>) -> bool {
    node.parent() == Some(holder)
        && !["subnet", "user-context"].contains(&node.name())
        && node.schema().is_some_and(|schema| schema.kind() == NodeKind::Leaf)
}

/// What is in something new or gone comes and goes with it.
fn join(touched: &mut BTreeMap<Entry, Kind>, entry: Entry, kind: Kind) {
    let Some(before) = touched.get_mut(&entry) else {
        touched.insert(entry, kind);
        return;
    };
    match (before, kind) {
        (Kind::Set(leaves), Kind::Set(more)) => leaves.extend(more),
        (before @ Kind::Set(_), kind) => *before = kind,
        (Kind::Created | Kind::Deleted | Kind::Updated, _) => {}
    }
}
