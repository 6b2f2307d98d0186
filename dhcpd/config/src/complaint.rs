//! What is wrong with a configuration, and where.

use std::fmt;

use ruru_json::{At, Data, Document, Value};

/// What is wrong, and the way from the top of the configuration to it.
///
/// A complaint carries no line and column: whoever has the text finds them by the way
/// ([`Complaint::at`]), and whoever made the configuration from YANG finds the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// From the top down.
    path: Vec<Step>,
    /// What is wrong and what to do.
    pub message: String,
}

/// One step down a JSON tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into the member of a map.
    Key(String),
    /// Into the element of a list, counted from 0.
    Index(usize),
}

impl Complaint {
    /// A complaint about the value at hand.
    pub fn new(message: impl Into<String>) -> Self {
        Self { path: Vec::new(), message: message.into() }
    }

    /// The complaint as seen from the map in which the value is the member `key`.
    #[must_use]
    pub fn under(mut self, key: &str) -> Self {
        self.path.insert(0, Step::Key(key.to_owned()));
        self
    }

    /// The complaint as seen from the list in which the value is element `index`.
    #[must_use]
    pub fn at_index(mut self, index: usize) -> Self {
        self.path.insert(0, Step::Index(index));
        self
    }

    /// The way to the value, such as `Dhcp4.subnet4[2].pools[0].pool`; empty for the top.
    #[must_use]
    pub fn path(&self) -> String {
        let mut text = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) if text.is_empty() => text.push_str(key),
                Step::Key(key) => {
                    text.push('.');
                    text.push_str(key);
                }
                Step::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }

    /// The way to the value, step by step.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.path
    }

    /// Where the value stands in the tree that was complained about, or else the nearest value
    /// above it.
    #[must_use]
    pub fn at(&self, root: &Value) -> At {
        let mut value = root;
        let mut at = root.at;
        for step in &self.path {
            let next = match (step, &value.data) {
                (Step::Key(key), Data::Map(map)) => {
                    // The key itself is the better place if the value is not a map or list.
                    at = map.key_at(key).filter(|at| at.is_known()).unwrap_or(at);
                    map.get(key)
                }
                (Step::Index(index), Data::List(list)) => list.get(*index),
                _ => None,
            };
            let Some(next) = next else { return at };
            value = next;
            if value.at.is_known() {
                at = value.at;
            }
        }
        at
    }

    /// `FILE:LINE:COLUMN: MESSAGE (PATH)`, as an operator wants to read it.
    #[must_use]
    pub fn located(&self, document: &Document) -> String {
        format!("{}: {self}", document.locate(self.at(&document.root)))
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path();
        if path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{} ({path})", self.message)
        }
    }
}

impl std::error::Error for Complaint {}

/// Tells complaints where they are.
pub(crate) trait Within<T> {
    /// Under the member `key`.
    fn under(self, key: &str) -> Result<T, Complaint>;
    /// In element `index`.
    fn at_index(self, index: usize) -> Result<T, Complaint>;
}

impl<T> Within<T> for Result<T, Complaint> {
    fn under(self, key: &str) -> Self {
        self.map_err(|complaint| complaint.under(key))
    }

    fn at_index(self, index: usize) -> Self {
        self.map_err(|complaint| complaint.at_index(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_finds_its_place_or_the_nearest_above() {
        let text = "{ \"Dhcp4\": {\n  \"subnet4\": [ { \"id\": 1 },\n   { \"id\": 1 } ] } }";
        let document = Document::from_peer(text).unwrap();
        let complaint =
            Complaint::new("wrong").under("id").at_index(1).under("subnet4").under("Dhcp4");
        assert_eq!(complaint.located(&document), "<string>:3:12: wrong (Dhcp4.subnet4[1].id)");
        let missing =
            Complaint::new("missing").under("subnet").at_index(0).under("subnet4").under("Dhcp4");
        assert_eq!(missing.at(&document.root), At { source: 0, line: 2, column: 16 });
    }
}
