//! Files that options name.

use std::fs;
use std::path::Path;
use std::str::FromStr;

use super::values::hex;

/// A value a line; empty lines do not count.
pub(super) fn lines<T: FromStr>(path: &Path, what: &str) -> Result<Vec<T>, String> {
    let text = read(path)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let value = |(at, line): (usize, &str)| {
        let wrong = |_| format!("{}:{}: not {what}: {line}", path.display(), at + 1);
        line.trim().parse().map_err(wrong)
    };
    let values: Vec<T> = lines.map(value).collect::<Result<_, _>>()?;
    if values.is_empty() {
        return Err(format!("{}: empty", path.display()));
    }
    Ok(values)
}

/// A message in hexadecimal digits.
pub(super) fn message(path: &Path) -> Result<Vec<u8>, String> {
    hex(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
