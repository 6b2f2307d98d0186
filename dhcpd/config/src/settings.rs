//! Parameters that were given in one scope, checked against the table.

use std::net::Ipv4Addr;

use ruru_json::{Data, Map, Value};

use crate::Protocol;
use crate::complaint::{Complaint, Within};
use crate::params::{Kind, PARAMS, Param, Scope, Support};
use crate::renamed::Renamed;

/// The parameters that one map gives, in the order of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    protocol: Protocol,
    scope: Scope,
    entries: Box<[(u16, Setting)]>,
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A real number.
    Real(f64),
    /// A string, a choice or an address as it was written.
    Text(Box<str>),
    /// A list of strings.
    Texts(Box<[Box<str>]>),
    /// A map with parameters of its own.
    Map(Box<Settings>),
    /// A list of such maps.
    Maps(Box<[Settings]>),
    /// A map of anything.
    Free(Box<Value>),
}

impl Settings {
    /// No parameter is given.
    #[must_use]
    pub fn empty(protocol: Protocol, scope: Scope) -> Self {
        Self { protocol, scope, entries: Box::default() }
    }

    /// Reads a map.
    ///
    /// # Errors
    /// A parameter that the scope does not have, that is not supported yet, or whose value is of
    /// another kind or out of bounds.
    pub fn read(protocol: Protocol, scope: Scope, value: &Value) -> Result<Self, Complaint> {
        Self::read_without(protocol, scope, value, &[])
    }

    /// Reads a map but for some lists of maps in it: whoever builds something of them reads one
    /// element after the other, found by [`elements`].
    pub(crate) fn read_without(
        protocol: Protocol,
        scope: Scope,
        value: &Value,
        lists: &[&str],
    ) -> Result<Self, Complaint> {
        let Some(map) = value.as_map() else {
            let message = format!("{} must be a map, this is {}", scope.name(), value.kind());
            return Err(Complaint::new(message));
        };
        let context = context(map)?;
        let mut entries = Vec::with_capacity(map.len());
        let others =
            |key: &&str| !lists.contains(key) && !["comment", "user-context"].contains(key);
        for (key, given) in map.iter().filter(|(key, _)| others(key)) {
            if let Some(renamed) = Renamed::find(protocol, scope, key) {
                for (name, value) in renamed.convert(given, map)? {
                    let param = param(protocol, scope, name)?;
                    entries.push((index(param), read_value(protocol, param, &value).under(key)?));
                }
                continue;
            }
            let (param, value) = (param(protocol, scope, key)?, given);
            entries.push((index(param), read_value(protocol, param, value).under(key)?));
        }
        if let Some(context) = context {
            let param = param(protocol, scope, "user-context")?;
            entries.push((index(param), Setting::Free(Box::new(context))));
        }
        entries.sort_by_key(|(index, _)| *index);
        Ok(Self { protocol, scope, entries: entries.into() })
    }

    /// The protocol.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The scope.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The value of a parameter, if it is given.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Setting> {
        self.entries.iter().find(|(at, _)| PARAMS[usize::from(*at)].name == name).map(|(_, s)| s)
    }

    /// Whether a parameter is given.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The names of the parameters that are given.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.entries.iter().map(|(at, _)| PARAMS[usize::from(*at)].name)
    }

    /// A truth value.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        if let Some(Setting::Bool(flag)) = self.get(name) { Some(*flag) } else { None }
    }

    /// A number of seconds or the like; every integer parameter's bounds are within 32 bits.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u32> {
        if let Some(Setting::Int(int)) = self.get(name) { u32::try_from(*int).ok() } else { None }
    }

    /// A real number.
    #[must_use]
    pub fn real(&self, name: &str) -> Option<f64> {
        if let Some(Setting::Real(real)) = self.get(name) { Some(*real) } else { None }
    }

    /// A string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        if let Some(Setting::Text(text)) = self.get(name) { Some(text) } else { None }
    }

    /// An address; the kind was checked when it was read.
    #[must_use]
    pub fn address(&self, name: &str) -> Option<Ipv4Addr> {
        self.text(name)?.parse().ok()
    }

    /// A list of strings; empty if it is not given.
    #[must_use]
    pub fn texts(&self, name: &str) -> &[Box<str>] {
        if let Some(Setting::Texts(texts)) = self.get(name) { texts } else { &[] }
    }

    /// A map with parameters of its own.
    #[must_use]
    pub fn map(&self, name: &str) -> Option<&Self> {
        if let Some(Setting::Map(map)) = self.get(name) { Some(map) } else { None }
    }

    /// A list of maps; empty if it is not given.
    #[must_use]
    pub fn maps(&self, name: &str) -> &[Self] {
        if let Some(Setting::Maps(maps)) = self.get(name) { maps } else { &[] }
    }

    /// Whether these strings are all that is given.
    pub(crate) fn is_texts(&self, texts: &[(&str, String)]) -> bool {
        self.entries.len() == texts.len()
            && texts.iter().all(|(name, text)| self.text(name) == Some(text))
    }

    /// Takes parameters out: whoever builds something of them gives them back.
    pub(crate) fn remove(&mut self, names: &[&str]) {
        let entries = std::mem::take(&mut self.entries).into_iter();
        let kept = entries.filter(|(at, _)| !names.contains(&PARAMS[usize::from(*at)].name));
        self.entries = kept.collect();
    }

    /// As JSON, with what was given only.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let pairs = self.entries.iter().map(|(at, setting)| {
            let param = &PARAMS[usize::from(*at)];
            (param.name, write_value(setting))
        });
        Value::object(pairs)
    }

    /// Puts what was given into a map.
    pub(crate) fn add_to(&self, map: &mut Map) {
        for (at, setting) in &self.entries {
            map.insert(PARAMS[usize::from(*at)].name, write_value(setting));
        }
    }

    /// As JSON, with defaults for what was not given.
    #[must_use]
    pub fn to_json_with_defaults(&self) -> Value {
        let mut map = Map::default();
        for param in Param::of(self.protocol, self.scope) {
            let given = self.entries.iter().find(|(at, _)| *at == index(param)).map(|(_, s)| s);
            let value = match given {
                Some(Setting::Map(map)) => Some(map.to_json_with_defaults()),
                Some(Setting::Maps(maps)) => {
                    Some(maps.iter().map(Self::to_json_with_defaults).collect::<Vec<_>>().into())
                }
                Some(setting) => Some(write_value(setting)),
                None => param.default_value(self.protocol),
            };
            if let Some(value) = value {
                map.insert(param.name, value);
            }
        }
        map.into()
    }
}

impl Param {
    /// The default as a value; a map has one if its own parameters have.
    #[must_use]
    pub fn default_value(&self, protocol: Protocol) -> Option<Value> {
        if let Kind::Map(scope) = self.kind {
            let map = Settings::empty(protocol, scope).to_json_with_defaults();
            return map.as_map().is_some_and(|map| !map.is_empty()).then_some(map);
        }
        // A test reads all defaults, so none is lost here.
        self.default.and_then(|text| ruru_json::Document::from_peer(text).ok()).map(|d| d.root)
    }
}

/// The elements of a list in a map; none if it is not given.
pub(crate) fn elements<'v>(map: &'v Value, name: &str) -> Result<&'v [Value], Complaint> {
    let Some(list) = map.get(name) else { return Ok(&[]) };
    list.as_list().ok_or_else(|| {
        let message = format!("'{name}' must be a list of maps, this is {}", list.kind());
        Complaint::new(message).under(name)
    })
}

fn param(protocol: Protocol, scope: Scope, key: &str) -> Result<&'static Param, Complaint> {
    let Some(param) = Param::find(protocol, scope, key) else {
        let message = format!("unknown parameter '{key}' in {}", scope.name());
        return Err(Complaint::new(message).under(key));
    };
    if param.support == Support::NotYet {
        let message = format!("'{key}' in {} is not supported yet", scope.name());
        return Err(Complaint::new(message).under(key));
    }
    Ok(param)
}

fn index(param: &'static Param) -> u16 {
    let at = PARAMS.iter().position(|p| std::ptr::eq(p, param)).unwrap_or_default();
    // The table has a few hundred rows.
    u16::try_from(at).unwrap_or_default()
}

fn read_value(protocol: Protocol, param: &Param, value: &Value) -> Result<Setting, Complaint> {
    let setting = read_kind(protocol, param, value)?;
    if let Support::Only(text) = param.support
        && write_value(&setting).to_string() != text
    {
        let message =
            format!("'{}' set to {value} is not supported yet; only {text} is", param.name);
        return Err(Complaint::new(message));
    }
    Ok(setting)
}

fn read_kind(protocol: Protocol, param: &Param, value: &Value) -> Result<Setting, Complaint> {
    let name = param.name;
    let wrong = |expected: &str| {
        Complaint::new(format!("'{name}' must be {expected}, this is {}", value.kind()))
    };
    Ok(match (param.kind, &value.data) {
        (Kind::Bool, Data::Bool(flag)) => Setting::Bool(*flag),
        (Kind::Bool, _) => return Err(wrong("a boolean")),
        (Kind::Int(least, most), Data::Int(int)) => {
            let int = i64::try_from(*int).ok().filter(|int| (least..=most).contains(int));
            Setting::Int(int.ok_or_else(|| {
                Complaint::new(format!("'{name}' must be between {least} and {most}, not {value}"))
            })?)
        }
        (Kind::Int(..), _) => return Err(wrong("an integer")),
        (Kind::Real(least, most), Data::Real(real)) if (least..=most).contains(real) => {
            Setting::Real(*real)
        }
        (Kind::Real(least, most), Data::Real(_)) => {
            let message = format!("'{name}' must be between {least:?} and {most:?}, not {value}");
            return Err(Complaint::new(message));
        }
        (Kind::Real(..), Data::Int(int)) => {
            let message = format!("'{name}' must be a real number: write {int}.0 instead of {int}");
            return Err(Complaint::new(message));
        }
        (Kind::Real(..), _) => return Err(wrong("a real number")),
        (Kind::Text(_) | Kind::Choice(_) | Kind::Address, Data::Text(text)) => {
            check_text(param, text)?;
            Setting::Text(text.as_str().into())
        }
        (Kind::Text(_) | Kind::Choice(_), _) => return Err(wrong("a string")),
        (Kind::Address, _) => return Err(wrong("a string with an IPv4 address")),
        (Kind::Texts, Data::List(list)) => Setting::Texts(texts(name, list)?),
        (Kind::Texts, _) => return Err(wrong("a list of strings")),
        (Kind::Map(scope), Data::Map(_)) => {
            Setting::Map(Box::new(Settings::read(protocol, scope, value)?))
        }
        (Kind::Maps(scope), Data::List(list)) => {
            let read = |(at, value)| Settings::read(protocol, scope, value).at_index(at);
            Setting::Maps(list.iter().enumerate().map(read).collect::<Result<_, _>>()?)
        }
        (Kind::Maps(_), _) => return Err(wrong("a list of maps")),
        (Kind::Free, Data::Map(_)) => Setting::Free(Box::new(value.clone())),
        (Kind::Map(_) | Kind::Free, _) => return Err(wrong("a map")),
    })
}

fn check_text(param: &Param, text: &str) -> Result<(), Complaint> {
    let name = param.name;
    let message = match param.kind {
        Kind::Text(most) if text.len() > most => {
            format!("'{name}' must have at most {most} bytes, this has {}", text.len())
        }
        Kind::Choice(choices) if !choices.contains(&text) => {
            format!("'{name}' must be one of {}, not {text:?}", choices.join(", "))
        }
        Kind::Address if text.parse::<Ipv4Addr>().is_err() => {
            format!("'{name}' must be an IPv4 address, not {text:?}")
        }
        _ => return Ok(()),
    };
    Err(Complaint::new(message))
}

fn texts(name: &str, list: &[Value]) -> Result<Box<[Box<str>]>, Complaint> {
    let text = |(at, value): (usize, &Value)| {
        value.as_text().map(Box::from).ok_or_else(|| {
            let message = format!("'{name}' must hold strings, this is {}", value.kind());
            Complaint::new(message).at_index(at)
        })
    };
    list.iter().enumerate().map(text).collect()
}

/// The user context, with a comment beside it put into it.
fn context(map: &Map) -> Result<Option<Value>, Complaint> {
    let context = match map.get("user-context") {
        None => None,
        Some(context) if context.as_map().is_some() => Some(context.clone()),
        Some(other) => {
            let message = format!("'user-context' must be a map, this is {}", other.kind());
            return Err(Complaint::new(message).under("user-context"));
        }
    };
    let Some(comment) = map.get("comment") else { return Ok(context) };
    let Some(text) = comment.as_text() else {
        let message = format!("'comment' must be a string, this is {}", comment.kind());
        return Err(Complaint::new(message).under("comment"));
    };
    let mut context = context.unwrap_or_else(Value::map);
    let replaced = context.as_map_mut().and_then(|map| map.insert("comment", text));
    if replaced.is_some() {
        let message = "'comment' stands both here and in 'user-context'; remove one";
        return Err(Complaint::new(message).under("comment"));
    }
    Ok(Some(context))
}

fn write_value(setting: &Setting) -> Value {
    match setting {
        Setting::Bool(flag) => Value::from(*flag),
        Setting::Int(int) => Value::from(*int),
        Setting::Real(real) => Value::from(*real),
        Setting::Text(text) => Value::from(&**text),
        Setting::Texts(texts) => {
            texts.iter().map(|text| Value::from(&**text)).collect::<Vec<_>>().into()
        }
        Setting::Map(map) => map.to_json(),
        Setting::Maps(maps) => maps.iter().map(Settings::to_json).collect::<Vec<_>>().into(),
        Setting::Free(value) => (**value).clone(),
    }
}

#[cfg(test)]
mod tests {
    use ruru_json::Document;

    use super::*;

    fn read(scope: Scope, text: &str) -> Result<Settings, String> {
        let document = Document::from_peer(text).unwrap();
        Settings::read(Protocol::V4, scope, &document.root)
            .map_err(|complaint| complaint.to_string())
    }

    #[test]
    fn what_is_unknown_or_not_acted_on_is_refused_by_name() {
        let unknown = read(Scope::Subnet, r#"{ "foo": 1 }"#).unwrap_err();
        assert_eq!(unknown, "unknown parameter 'foo' in a subnet (foo)");
        let elsewhere = read(Scope::Subnet, r#"{ "echo-client-id": true }"#).unwrap_err();
        assert_eq!(elsewhere, "unknown parameter 'echo-client-id' in a subnet (echo-client-id)");
        let later = read(Scope::Global, r#"{ "hosts-database": {} }"#).unwrap_err();
        let message = "'hosts-database' in the global scope is not supported yet (hosts-database)";
        assert_eq!(later, message);
        let only = read(Scope::Global, r#"{ "lease-database": { "type": "mysql" } }"#).unwrap_err();
        assert_eq!(
            only,
            "'type' set to \"mysql\" is not supported yet; only \"memfile\" is \
             (lease-database.type)"
        );
    }

    #[test]
    fn kinds_and_bounds_are_checked() {
        for (text, message) in [
            (
                r#"{ "valid-lifetime": "a" }"#,
                "'valid-lifetime' must be an integer, this is a string",
            ),
            (
                r#"{ "valid-lifetime": -1 }"#,
                "'valid-lifetime' must be between 0 and 4294967295, not -1",
            ),
            (
                r#"{ "t1-percent": 1 }"#,
                "'t1-percent' must be a real number: write 1.0 instead of 1",
            ),
            (r#"{ "t1-percent": 1.5 }"#, "'t1-percent' must be between 0.0 and 1.0, not 1.5"),
            (r#"{ "next-server": "x" }"#, "'next-server' must be an IPv4 address, not \"x\""),
            (
                r#"{ "allocator": "x" }"#,
                "'allocator' must be one of iterative, random, flq, shared-flq, not \"x\"",
            ),
            (r#"{ "pools": {} }"#, "'pools' must be a list of maps, this is a map"),
        ] {
            let found = read(Scope::Subnet, text).unwrap_err();
            assert!(found.starts_with(message), "{found}");
        }
    }

    #[test]
    fn a_comment_becomes_user_context() {
        let settings =
            read(Scope::Pool, r#"{ "comment": "c", "user-context": { "a": 1 } }"#).unwrap();
        assert_eq!(settings.to_json().to_string(), r#"{"user-context":{"a":1,"comment":"c"}}"#);
        let twice = read(Scope::Pool, r#"{ "comment": "c", "user-context": { "comment": 1 } }"#);
        assert!(twice.unwrap_err().contains("remove one"));
    }

    #[test]
    fn what_is_read_is_written_and_defaults_fill_the_rest() {
        let settings = read(Scope::ExpiredLeases, r#"{ "hold-reclaimed-time": 0 }"#).unwrap();
        assert_eq!(settings.to_json().to_string(), r#"{"hold-reclaimed-time":0}"#);
        let full = settings.to_json_with_defaults();
        assert_eq!(full.get("hold-reclaimed-time"), Some(&Value::from(0)));
        assert_eq!(full.get("flush-reclaimed-timer-wait-time"), Some(&Value::from(25)));
    }
}
