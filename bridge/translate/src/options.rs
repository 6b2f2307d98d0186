//! From the name of an option to its code.

use ruru_json::{Map, Value};

use crate::rules::OptionNames;

/// An option that needs no definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandardOption {
    /// The option space.
    pub space: &'static str,
    /// The code.
    pub code: u32,
    /// The name.
    pub name: &'static str,
}

/// The options that are known at a place in a configuration: the standard ones, and those that are
/// defined there or above.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    names: &'static OptionNames,
    defined: Option<&'a [Value]>,
    above: Option<&'a Self>,
}

impl<'a> Known<'a> {
    pub(crate) fn standard(names: &'static OptionNames) -> Self {
        Self { names, defined: None, above: None }
    }

    /// With what `map` defines.
    pub(crate) fn with(&'a self, map: &'a Map) -> Self {
        match map.get(self.names.definitions).and_then(Value::as_list) {
            Some(list) => Self { defined: Some(list), above: Some(self), ..*self },
            None => *self,
        }
    }

    /// The code of an option; the innermost definition wins.
    pub(crate) fn code(&self, space: &str, name: &str) -> Option<i128> {
        let here = self.defined.and_then(|list| self.defined(list, space, name));
        here.or_else(|| match self.above {
            Some(above) => above.code(space, name),
            None => self.standard_code(space, name),
        })
    }

    fn defined(&self, list: &[Value], space: &str, name: &str) -> Option<i128> {
        let is_it = |definition: &&Value| {
            let text = |key| definition.get(key).and_then(Value::as_text);
            text("name") == Some(name) && text("space").unwrap_or(self.names.space) == space
        };
        list.iter().find(is_it)?.get("code")?.as_int()
    }

    fn standard_code(&self, space: &str, name: &str) -> Option<i128> {
        let mut options = self.names.standard.iter();
        let found = options.find(|option| option.space == space && option.name == name)?;
        Some(found.code.into())
    }
}
