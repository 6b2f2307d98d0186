//! What stands in a column.

use std::fmt::Write as _;
use std::str::FromStr;

use ruru_lease::{INFINITE_LIFETIME, Time};
use smallvec::SmallVec;

use super::RowError;

/// When a lifetime began: files have its end, with 64 bits.
pub(super) fn begin(expire: u64, lifetime: u32) -> Time {
    // Kea's older versions count an infinite lease's end modulo 2^32.
    let begin = if lifetime == INFINITE_LIFETIME && expire < u64::from(lifetime) {
        expire.wrapping_sub(u64::from(lifetime)) & u64::from(u32::MAX)
    } else {
        expire.saturating_sub(u64::from(lifetime))
    };
    Time(u32::try_from(begin).unwrap_or(u32::MAX))
}

/// A number or an address.
pub(super) fn number<T: FromStr>(field: &str, name: &'static str) -> Result<T, RowError> {
    field.parse().map_err(|_| RowError::Field(name))
}

/// A number that older files lack.
pub(super) fn optional<T: FromStr + Default>(
    field: &str,
    name: &'static str,
) -> Result<T, RowError> {
    if field.is_empty() { Ok(T::default()) } else { number(field, name) }
}

pub(super) fn flag(field: &str, name: &'static str) -> Result<bool, RowError> {
    match field {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(RowError::Field(name)),
    }
}

/// A host name; it is kept in lower case.
pub(super) fn hostname(field: &str) -> Box<str> {
    unescape(field).to_lowercase().into()
}

pub(super) fn user_context(field: &str) -> Option<Box<str>> {
    Some(unescape(field)).filter(|context| !context.is_empty()).map(String::into_boxed_str)
}

/// Octets of one or two digits with colons between them.
pub(super) fn bytes(field: &str, name: &'static str) -> Result<SmallVec<[u8; 24]>, RowError> {
    let mut bytes = SmallVec::new();
    let mut octet = None;
    for byte in field.bytes() {
        octet = match ((byte as char).to_digit(16), octet) {
            (Some(digit), None) => Some(digit),
            (Some(digit), Some(high)) if high < 0x10 => Some(high << 4 | digit | 0x100),
            (None, Some(whole)) if byte == b':' => {
                // The mark of the second digit is cut off.
                bytes.push(whole as u8);
                None
            }
            (_, _) => return Err(RowError::Field(name)),
        };
    }
    match octet {
        Some(whole) => bytes.push(whole as u8),
        None if field.is_empty() => {}
        None => return Err(RowError::Field(name)),
    }
    Ok(bytes)
}

/// Appends text that has no comma then.
pub(super) fn escape(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b',' | b'&' | 0..0x20 | 0x7f.. => {
                let _ = write!(out, "&#x{byte:02x}");
            }
            _ => out.push(byte.into()),
        }
    }
}

/// An invalid escape is read as it stands.
fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("&#x") {
        bytes.extend_from_slice(before.as_bytes());
        let byte = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.extend_from_slice(b"&#x");
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_invalid_escape_is_read_as_it_stands() {
        assert_eq!(unescape("a&#xzz&#x41&#x"), "a&#xzzA&#x");
    }

    #[test]
    fn octets_have_one_or_two_digits() {
        assert_eq!(bytes("0:1f:A", "duid"), Ok(SmallVec::from_slice(&[0, 0x1f, 10])));
        assert_eq!(bytes("", "duid"), Ok(SmallVec::new()));
        for wrong in ["1:", ":1", "123", "1::2", "g", "1 "] {
            assert_eq!(bytes(wrong, "duid"), Err(RowError::Field("duid")), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn names_survive(text in "\\PC{0,20}") {
            let mut escaped = String::new();
            escape(&mut escaped, &text);
            prop_assert!(!escaped.contains(','));
            prop_assert_eq!(unescape(&escaped), text);
        }
    }
}
