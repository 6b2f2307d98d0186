//! Bytes as text, and parts of maps.

use anyhow::{Context, bail};
use ruru_json::{Map, Value};

/// Hexadecimal digits, with colons or without.
pub(super) fn octets(digits: &str) -> anyhow::Result<Vec<u8>> {
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        bail!("'{digits}' is not whole bytes");
    }
    let pairs = (0..digits.len()).step_by(2).map(|at| &digits[at..at + 2]);
    pairs.map(|pair| Ok(u8::from_str_radix(pair, 16)?)).collect()
}

/// `0x…`
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x{digits}")
}

/// Bytes that a person can read, and that cannot be taken for hexadecimal digits.
pub(super) fn printable(content: &[u8]) -> Option<String> {
    let text = str::from_utf8(content).ok()?;
    (!text.starts_with("0x") && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

/// A name or a number as text.
pub(super) fn name_or_number(value: &Value) -> anyhow::Result<String> {
    let number = value.as_int().map(|number| number.to_string());
    value.as_text().map(str::to_owned).or(number).context("an option is a name or a number")
}

/// The members of a map, if there is one.
pub(super) fn members(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value.and_then(Value::as_map).into_iter().flat_map(Map::iter)
}
