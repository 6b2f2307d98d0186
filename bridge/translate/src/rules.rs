//! The table's language.

use crate::StandardOption;

/// How the JSON of one module differs from the module.
#[derive(Debug)]
pub struct Rules {
    /// The module.
    pub module: &'static str,
    /// The top-level container that holds the configuration.
    pub container: &'static str,
    /// The top-level key of the JSON.
    pub json: &'static str,
    /// The version of IP that the server is for, as names of lists and commands have it.
    pub version: u8,
    /// Rows: a node and what is different. A node is named by the end of its path, with `[]` behind
    /// lists: `host[]` is a list, `option-data[]/space` a leaf. A row is about all nodes that it
    /// names; several rows may name a node. They stand in tables, so that servers may share some.
    pub rows: &'static [&'static [Row]],
    /// JSON keys that mean nothing to the configuration: what servers add on their own.
    pub ignored: &'static [&'static str],
    /// Where names of options come from.
    pub options: OptionNames,
}

impl Rules {
    /// The name of the lists of subnets, which is part of the names of their commands.
    pub(crate) fn subnets(&self) -> String {
        format!("subnet{}", self.version)
    }
}

/// A node, and what is different.
pub type Row = (&'static str, Rule);

/// Where names of options come from.
#[derive(Clone, Copy, Debug)]
pub struct OptionNames {
    /// Options that need no definition.
    pub standard: &'static [StandardOption],
    /// The JSON key of lists with definitions of others.
    pub definitions: &'static str,
    /// The space of a definition that names none.
    pub space: &'static str,
}

/// What is different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The key in JSON is another.
    Named(&'static str),
    /// A list may also be given, under this key, as the map of its only entry.
    Single(&'static str),
    /// A string that holds a JSON map is that map in JSON.
    JsonText,
    /// As [`Rule::JsonText`]; besides, a `comment` next to it is a key in it.
    UserContext,
    /// A list whose entries are a range of addresses, which is one string in JSON.
    Range {
        /// The key of the string.
        json: &'static str,
        /// The leaf with the first address.
        first: &'static str,
        /// The leaf with the last address.
        last: &'static str,
        /// The leaf with the prefix, if the range is given as one.
        prefix: &'static str,
    },
    /// A list whose entries are recognised by a kind and a value, which in JSON are a key, named
    /// as the kind, and its value.
    KeyedBy {
        /// The leaf, an enumeration, with the kind.
        kind: &'static str,
        /// The leaf with the value.
        value: &'static str,
    },
    /// A leaf with a prefix, which is two keys in JSON: under the leaf's own the address.
    Prefix {
        /// The key of the length.
        length: &'static str,
    },
    /// A list key that has this value where JSON leaves it out.
    Default(&'static str),
    /// A list key that has this value where JSON leaves it out, and is left out then.
    Omitted(&'static str),
    /// A list key with the code of an option, which JSON may leave out if it gives the name.
    OptionCode {
        /// The leaf with the name.
        name: &'static str,
        /// The leaf with the space.
        space: &'static str,
    },
    /// The server has no key for this leaf and need not know it: it is not in JSON.
    NotTold,
    /// The server has no key for this leaf and would have to know it: it is a fault.
    NotServed,
    /// In JSON the empty string stands for a leaf that is not there.
    EmptyIsAbsent,
    /// In JSON the empty string stands for this value.
    EmptyIs(&'static str),
}
