//! Reading the arguments of commands.

use ruru_json::{Data, Value, from_value};
use serde::de::DeserializeOwned;

use crate::Failure;

/// The arguments as a type; none at all are like an empty map.
pub(crate) fn read<T: DeserializeOwned>(arguments: &Value) -> Result<T, Failure> {
    let empty = Value::map();
    let arguments = if arguments.data == Data::Null { &empty } else { arguments };
    if arguments.as_map().is_none() {
        return Err(Failure::error(format!(
            "arguments must be a map, this is {}",
            arguments.kind()
        )));
    }
    from_value(arguments).map_err(|mismatch| Failure::of_mismatch(&mismatch))
}

/// The only element of the list `key`, which must be the only argument.
pub(crate) fn only_element<'a>(arguments: &'a Value, key: &str) -> Result<&'a Value, Failure> {
    let Some(map) = arguments.as_map() else {
        return Err(Failure::error(format!("the argument '{key}' is missing")));
    };
    if let Some((other, _)) = map.iter().find(|(name, _)| *name != key) {
        return Err(Failure::error(format!("unknown argument '{other}'")));
    }
    match map.get(key).map(|value| value.as_list()) {
        Some(Some([element])) => Ok(element),
        Some(Some(list)) => {
            Err(Failure::error(format!("'{key}' must have one element, this has {}", list.len())))
        }
        Some(None) => Err(Failure::error(format!("'{key}' must be a list with one element"))),
        None => Err(Failure::error(format!("the argument '{key}' is missing"))),
    }
}

/// No arguments are taken.
pub(crate) fn none(arguments: &Value) -> Result<(), Failure> {
    match arguments.as_map() {
        Some(map) if !map.is_empty() => Err(Failure::error("this command takes no arguments")),
        Some(_) | None => Ok(()),
    }
}
