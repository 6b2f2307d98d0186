//! The tree: values, maps that keep the order of their keys, and positions.

use std::fmt;

/// Where a value stood: the source (an index into [`crate::Document::sources`]), and line and
/// column, both counted from 1. Values that were made by a program stand nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// Index of the file in the document's list of sources.
    pub source: u16,
    /// Line, from 1; 0 for a value that was not read from text.
    pub line: u32,
    /// Column in characters, from 1; 0 for a value that was not read from text.
    pub column: u32,
}

impl At {
    /// The position of values that were made by a program.
    pub const NOWHERE: Self = Self { source: 0, line: 0, column: 0 };

    /// Whether this is a position in a text.
    #[must_use]
    pub fn is_known(self) -> bool {
        self.line > 0
    }
}

/// A value and its position. Equality compares the data only.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// Where it stood.
    pub at: At,
}

/// The kinds of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number without fraction and exponent.
    Int(i128),
    /// A number with a fraction or an exponent; always finite.
    Real(f64),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A map.
    Map(Map),
}

impl Value {
    /// A value that stands nowhere.
    #[must_use]
    pub fn new(data: Data) -> Self {
        Self { data, at: At::NOWHERE }
    }

    /// An empty map that stands nowhere.
    #[must_use]
    pub fn map() -> Self {
        Self::new(Data::Map(Map::default()))
    }

    /// `{ "a": …, "b": … }` from pairs; a later pair replaces an earlier one of the same key.
    pub fn object<K: Into<String>>(pairs: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::new(Data::Map(pairs.into_iter().collect()))
    }

    /// The map, if it is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        if let Data::Map(map) = &self.data { Some(map) } else { None }
    }

    /// The map, if it is one.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        if let Data::Map(map) = &mut self.data { Some(map) } else { None }
    }

    /// The list's elements, if it is one.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Data::List(list) = &self.data { Some(list) } else { None }
    }

    /// The text, if it is a string.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Data::Text(text) = &self.data { Some(text) } else { None }
    }

    /// The number, if it is an integer.
    #[must_use]
    pub fn as_int(&self) -> Option<i128> {
        if let Data::Int(int) = self.data { Some(int) } else { None }
    }

    /// The truth value, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Data::Bool(flag) = self.data { Some(flag) } else { None }
    }

    /// The member `key`, if this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key)
    }

    /// What kind of value this is, for messages: "a string", "a map", …
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.data {
            Data::Null => "null",
            Data::Bool(_) => "a boolean",
            Data::Int(_) => "an integer",
            Data::Real(_) => "a real number",
            Data::Text(_) => "a string",
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::write::compact(self))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::new(Data::Text(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::new(Data::Text(text))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::new(Data::Bool(flag))
    }
}

impl From<f64> for Value {
    fn from(real: f64) -> Self {
        Self::new(Data::Real(real))
    }
}

impl From<Vec<Self>> for Value {
    fn from(list: Vec<Self>) -> Self {
        Self::new(Data::List(list))
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::new(Data::Map(map))
    }
}

macro_rules! from_integers {
    ($($int:ty),*) => { $(
        impl From<$int> for Value {
            fn from(int: $int) -> Self {
                Self::new(Data::Int(int.into()))
            }
        }
    )* };
}
from_integers!(u8, u16, u32, u64, i32, i64, i128);

/// A map that keeps its keys in the order in which they were given.
///
/// Equality does not look at the order, as JSON says. Small maps are searched through; that is
/// what configurations consist of.
#[derive(Clone, Debug, Default)]
pub struct Map {
    entries: Vec<Entry>,
}

/// A key, where it stood, and its value.
#[derive(Clone, Debug)]
struct Entry {
    key: String,
    at: At,
    value: Value,
}

impl Map {
    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|e| e.key == key).map(|e| &e.value)
    }

    /// The value of `key`, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.entries.iter_mut().find(|e| e.key == key).map(|e| &mut e.value)
    }

    /// Where the key `key` stood.
    #[must_use]
    pub fn key_at(&self, key: &str) -> Option<At> {
        self.entries.iter().find(|e| e.key == key).map(|e| e.at)
    }

    /// Sets `key`; answers the value that it had.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.insert_at(key.into(), At::NOWHERE, value.into())
    }

    /// Appends a key that is known not to be there yet: for maps of many keys, where looking
    /// would cost.
    pub fn append(&mut self, key: impl Into<String>, value: impl Into<Value>) {
        self.push_at(key.into(), At::NOWHERE, value.into());
    }

    /// Takes `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let index = self.entries.iter().position(|e| e.key == key)?;
        Some(self.entries.remove(index).value)
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.entries.iter().map(|e| (e.key.as_str(), &e.value))
    }

    /// Keys and values in order, the values to change.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&str, &mut Value)> {
        self.entries.iter_mut().map(|e| (e.key.as_str(), &mut e.value))
    }

    /// Keys, where they stood, and values, in order.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&str, At, &Value)> {
        self.entries.iter().map(|e| (e.key.as_str(), e.at, &e.value))
    }

    /// Keys and values in order, owned.
    pub fn into_pairs(self) -> impl ExactSizeIterator<Item = (String, Value)> {
        self.entries.into_iter().map(|e| (e.key, e.value))
    }

    /// Sorts by key, as Kea prints.
    pub fn sort(&mut self) {
        self.entries.sort_by(|a, b| a.key.cmp(&b.key));
    }

    pub(crate) fn insert_at(&mut self, key: String, at: At, value: Value) -> Option<Value> {
        if let Some(entry) = self.entries.iter_mut().find(|e| e.key == key) {
            entry.at = at;
            return Some(std::mem::replace(&mut entry.value, value));
        }
        self.entries.push(Entry { key, at, value });
        None
    }

    /// Appends without looking whether the key is there; the reader checks for duplicates itself.
    pub(crate) fn push_at(&mut self, key: String, at: At, value: Value) {
        self.entries.push(Entry { key, at, value });
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(k, v)| other.get(k) == Some(v))
    }
}

impl<K: Into<String>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(pairs: I) -> Self {
        let mut map = Self::default();
        for (key, value) in pairs {
            map.insert(key, value);
        }
        map
    }
}
