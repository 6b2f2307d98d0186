//! Old spellings of parameters, as Kea had them: they are read as what they are called now.

use ruru_json::{Data, Value};

use crate::complaint::Complaint;
use crate::params::Scope;

/// A parameter that has another name now.
#[derive(Debug)]
pub(crate) struct Renamed {
    old: &'static str,
    pub(crate) new: &'static str,
    scopes: &'static [Scope],
    change: Change,
}

/// What becomes of the value.
#[derive(Clone, Copy, Debug)]
enum Change {
    /// It stays.
    Same,
    /// It becomes a list of itself; nothing, if it is empty.
    Listed,
}

const GUARDED: &[Scope] = &[Scope::Network, Scope::Subnet, Scope::Pool];

const RENAMED: &[Renamed] = &[
    Renamed { old: "client-class", new: "client-classes", scopes: GUARDED, change: Change::Listed },
    Renamed {
        old: "require-client-classes",
        new: "evaluate-additional-classes",
        scopes: GUARDED,
        change: Change::Same,
    },
    Renamed {
        old: "only-if-required",
        new: "only-in-additional-list",
        scopes: &[Scope::Class],
        change: Change::Same,
    },
];

impl Renamed {
    /// The parameter that `name` was in a scope.
    pub(crate) fn find(scope: Scope, name: &str) -> Option<&'static Self> {
        RENAMED.iter().find(|renamed| renamed.old == name && renamed.scopes.contains(&scope))
    }

    /// The value under the new name.
    ///
    /// # Errors
    /// The new name is given, too.
    pub(crate) fn convert(&self, value: &Value, map: &Value) -> Result<Value, Complaint> {
        if map.get(self.new).is_some() {
            let message = format!(
                "'{}' is the old name of '{}', which is given, too; remove it",
                self.old, self.new
            );
            return Err(Complaint::new(message).under(self.old));
        }
        Ok(match (self.change, &value.data) {
            (Change::Listed, Data::Text(text)) if text.is_empty() => Vec::<Value>::new().into(),
            (Change::Listed, Data::Text(_)) => vec![value.clone()].into(),
            _ => value.clone(),
        })
    }
}

/// Warnings about all old spellings in a configuration: where they stand and what to write now.
#[must_use]
pub fn old_spellings(root: &Value) -> Vec<Complaint> {
    let mut found = Vec::new();
    look(root, &mut found);
    found
}

fn look(value: &Value, found: &mut Vec<Complaint>) {
    match &value.data {
        Data::Map(map) => {
            for (key, value) in map.iter() {
                if let Some(renamed) = RENAMED.iter().find(|renamed| renamed.old == key) {
                    let message = format!("'{key}' is deprecated: write '{}'", renamed.new);
                    found.push(Complaint::new(message).under(key));
                }
                let before = found.len();
                look(value, found);
                for complaint in &mut found[before..] {
                    *complaint = complaint.clone().under(key);
                }
            }
        }
        Data::List(list) => {
            for (at, value) in list.iter().enumerate() {
                let before = found.len();
                look(value, found);
                for complaint in &mut found[before..] {
                    *complaint = complaint.clone().at_index(at);
                }
            }
        }
        _ => {}
    }
}
