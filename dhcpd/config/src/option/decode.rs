//! The payload of an option to text.

use ruru_wire::ColonHex;

use super::{Definition, Type};

/// Text of a payload: text as it is, all else in hexadecimal.
pub(super) fn text(definition: Option<&Definition>, payload: &[u8]) -> String {
    match definition.map(|definition| definition.fields) {
        Some([Type::String]) => String::from_utf8_lossy(payload).into_owned(),
        _ => ColonHex(payload).to_string(),
    }
}
