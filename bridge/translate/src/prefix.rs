//! Prefixes that are two members in JSON: an address and a length.

use ruru_json::{Data, Map, Value};

use crate::Fault;
use crate::path::JsonPath;
use crate::to_yang::as_text;

/// The prefix of an address and of the length beside it.
///
/// # Errors
/// There is no length, or it is no length of a prefix.
pub(crate) fn join(
    address: &Value,
    length: &str,
    map: &Map,
    above: &JsonPath<'_>,
    path: &JsonPath<'_>,
) -> Result<String, Fault> {
    let address_text = as_text(address, path)?;
    let Some(value) = map.get(length) else {
        return Err(path.fault(address.at, format!("\"{length}\" is missing beside it: add it")));
    };
    match value.data {
        Data::Int(bits @ 0..=128) => Ok(format!("{address_text}/{bits}")),
        _ => Err(above.key(length).fault(value.at, "must be an integer from 0 to 128")),
    }
}

/// Adds address and length of a prefix to a map; `false` if it is no prefix.
pub(crate) fn split(prefix: &str, json: &str, length: &str, map: &mut Map) -> bool {
    let Some((address, bits)) = prefix.split_once('/') else { return false };
    let Ok(bits) = bits.parse::<u8>() else { return false };
    map.insert(json, address);
    map.insert(length, i64::from(bits));
    true
}
