//! The keys of a list entry, from the members of its map.

use std::borrow::Cow;

use ruru_json::{At, Map};
use ruru_sysrepo::Error;

use crate::options::Known;
use crate::path::JsonPath;
use crate::plan::{Entry, Leaf, Member, Missing, Plan, Shape};
use crate::pool::Range;
use crate::to_yang::{as_text, scalar};
use crate::{Fault, prefix};

/// A map that is to become a list entry.
pub(crate) struct EntryMap<'v, 'w> {
    pub(crate) plan: &'v Plan,
    /// The positions of the keys in the plan.
    pub(crate) keys: &'v [usize],
    pub(crate) map: &'v Map,
    pub(crate) at: At,
    pub(crate) known: &'w Known<'w>,
    pub(crate) path: &'w JsonPath<'w>,
}

impl<'v> EntryMap<'v, '_> {
    /// The values of the keys, in their order.
    pub(crate) fn keys(&self, shape: Entry) -> Result<Vec<Cow<'v, str>>, Fault> {
        match shape {
            Entry::Plain => self.keys.iter().map(|&key| self.plain(key)).collect(),
            Entry::Range { json, first, .. } => {
                let range = self.range(json)?;
                let of = |&key: &usize| if key == first { range.first } else { range.last };
                Ok(self.keys.iter().map(|key| Cow::Owned(of(key).to_string())).collect())
            }
            Entry::KeyedBy { kind, .. } => {
                let (name, text) = self.identifier()?;
                let of = |&key: &usize| Cow::Borrowed(if key == kind { name } else { text });
                Ok(self.keys.iter().map(of).collect())
            }
        }
    }

    fn range(&self, json: &'static str) -> Result<Range, Fault> {
        let value = self.map.get(json).ok_or_else(|| self.missing(json))?;
        value.as_text().and_then(Range::read).ok_or_else(|| {
            let message = "must be \"FIRST - LAST\" or \"ADDRESS/LENGTH\"";
            self.path.key(json).fault(value.at, message)
        })
    }

    /// The one member that identifies the entry: its name and its text.
    fn identifier(&self) -> Result<(&'v str, &'v str), Fault> {
        let is_one = |key: &str| matches!(self.plan.member(key), Some(Member::Key));
        let mut found = self.map.entries().filter(|(key, ..)| is_one(key));
        let Some((name, _, value)) = found.next() else {
            let names = self.plan.key_names().join(", ");
            let message = format!("has no identifier: add one of {names}");
            return Err(self.path.fault(self.at, message));
        };
        if let Some((other, at, _)) = found.next() {
            let message = format!("\"{name}\" identifies the entry already: remove one");
            return Err(self.path.key(other).fault(at, message));
        }
        Ok((name, as_text(value, &self.path.key(name))?))
    }

    /// A key that has a member of its own, or is filled in.
    fn plain(&self, key: usize) -> Result<Cow<'v, str>, Fault> {
        let child = &self.plan.children[key];
        let Shape::Leaf(leaf) = child.shape else { return Ok(Cow::Borrowed("")) };
        if let Some(value) = self.map.get(&child.json) {
            let here = self.path.key(&child.json);
            return match leaf.length {
                Some(length) => {
                    prefix::join(value, length, self.map, self.path, &here).map(Cow::Owned)
                }
                None => scalar(leaf, value, &here),
            };
        }
        match leaf.missing {
            Missing::Fault => Err(self.missing(&child.json)),
            Missing::Default { value, .. } => Ok(Cow::Borrowed(value)),
            Missing::OptionCode { name, space } => self.code(name, space),
        }
    }

    /// The code of the option that is named.
    fn code(&self, name: &str, space: &str) -> Result<Cow<'v, str>, Fault> {
        let json = self.plan.child(name).map_or(name, |name| &name.json);
        let Some(value) = self.map.get(json) else {
            return Err(self.path.fault(self.at, "needs a code or a name: add one"));
        };
        let here = self.path.key(json);
        let name = as_text(value, &here)?;
        let space = self.given(space);
        let code = self.known.code(space, name).ok_or_else(|| {
            let message = format!(
                "no option of the space \"{space}\" is called \"{name}\": \
                 give the code or define the option"
            );
            here.fault(value.at, message)
        })?;
        Ok(Cow::Owned(code.to_string()))
    }

    /// The text of a leaf, or what it is where JSON leaves it out.
    fn given(&self, leaf: &str) -> &'v str {
        let Some(plan) = self.plan.child(leaf) else { return "" };
        match (self.map.get(&plan.json), &plan.shape) {
            (Some(value), _) => value.as_text().unwrap_or(""),
            (None, Shape::Leaf(Leaf { missing: Missing::Default { value, .. }, .. })) => value,
            (None, _) => "",
        }
    }

    fn missing(&self, json: &str) -> Fault {
        self.path.fault(self.at, format!("\"{json}\" is missing: add it"))
    }

    /// A key that libyang refused: the fault is of its member if it is the only one.
    pub(crate) fn because(&self, error: Error) -> Fault {
        let mut given = self.keys.iter().filter_map(|&key| {
            let json = self.plan.children[key].json.as_str();
            self.map.get(json).map(|value| (json, value.at))
        });
        match (given.next(), given.next()) {
            (Some((json, at)), None) => self.path.key(json).because(at, error),
            _ => self.path.because(self.at, error),
        }
    }

    /// An entry before this one has the same keys.
    pub(crate) fn twice(&self) -> Fault {
        let name = |&key: &usize| self.plan.children[key].name.as_str();
        let names = self.keys.iter().map(name).collect::<Vec<_>>().join(", ");
        let message = format!("an entry before it has the same {names}: change or remove one");
        self.path.fault(self.at, message)
    }
}
